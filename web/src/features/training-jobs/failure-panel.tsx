import type { TrainingJob } from '../../../../contracts/training-jobs.ts';
import { Notice } from '../../components/notice.tsx';
import { money } from '../../lib/format/money.ts';
import { NextRunActions } from './next-run-actions.tsx';

type Ended = Extract<TrainingJob, { status: 'failed' | 'cancelled' }>;

/** Why a job ended without a model, with the line that proves it, and the one way on. */
export function FailurePanel({ job, now }: { job: Ended; now: Date }) {
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
      <NextRunActions job={job} now={now} />
      {failed && <p className="mt-2 text-11 text-ink-3">{job.failure.code}</p>}
    </Notice>
  );
}
