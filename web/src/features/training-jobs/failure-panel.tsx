import { useNavigate } from '@tanstack/react-router';
import { retryTrainingJob, type TrainingJob } from '../../../../contracts/training-jobs.ts';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { ErrorState } from '../../components/states.tsx';
import { useCall } from '../../lib/api.ts';
import { money } from '../../lib/format/money.ts';
import { useOfflineReason } from '../../lib/online.ts';

type Ended = Extract<TrainingJob, { status: 'failed' | 'cancelled' }>;

/** Why a job ended without a model, with the line that proves it, and the one way on. */
export function FailurePanel({ job }: { job: Ended }) {
  const navigate = useNavigate();
  const offline = useOfflineReason();
  const retry = useCall(retryTrainingJob, {
    alsoStale: ['costs'],
    onSuccess: (next) => void navigate({ to: '/training-jobs/$jobId', params: { jobId: next.id } }),
  });
  const failed = job.status === 'failed';
  return (
    <Notice
      tone={failed ? 'bad' : 'run'}
      title={failed ? job.failure.title : 'Cancelled. No model was published.'}
      className="mb-6"
    >
      <p>
        {failed ? `${job.failure.detail} ` : ''}
        {money(job.costUsdMicros)} was spent; the rest of the cap is free again.
      </p>
      {failed && job.failure.logLine && (
        <pre
          tabIndex={0}
          aria-label="The line of the log"
          className="mt-2 overflow-x-auto rounded-control bg-surface px-3 py-2 text-12 text-ink"
        >
          {job.failure.logLine}
        </pre>
      )}
      <div className="mt-2.5 flex flex-wrap items-center gap-3">
        <Button
          size="sm"
          busy={retry.isPending}
          disabledReason={offline}
          onClick={() => retry.mutate({ path: { jobId: job.id }, body: {} })}
        >
          Try again as a new job, and spend up to {money(job.capUsdMicros)}
        </Button>
        {failed && <span className="text-11 text-ink-3">{job.failure.code}</span>}
      </div>
      {retry.isError && <ErrorState error={retry.error} title="The new job was not started." />}
    </Notice>
  );
}
