import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FailureChange } from '../../../../contracts/failures.ts';
import type { TrainingJob } from '../../../../contracts/training-jobs.ts';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { money, moneyRange } from '../../lib/format/money.ts';
import { useOfflineReason } from '../../lib/online.ts';
import { changesOf, CLASSES } from './failure-words.ts';
import { NextRunActions } from './next-run-actions.tsx';
import { NextRunDialog } from './next-run-dialog.tsx';
import { nextRunOf, type NextRun } from './next-run.ts';
import { gpuTypesQuery } from './use-catalog.ts';
import { useNextRunEstimate } from './use-next-run.ts';

type Failed = Extract<TrainingJob, { status: 'failed' }>;
type Ended = Failed | Extract<TrainingJob, { status: 'cancelled' }>;

/** Why a job ended without a model, the line that proves it, what to do, and what trying again costs. */
export function FailurePanel({ job, now }: { job: Ended; now: Date }) {
  const spent = `${money(job.costUsdMicros)} was spent; the rest of the cap is free again.`;
  if (job.status === 'cancelled') {
    return (
      <Notice tone="run" title="Cancelled. No model was published." className="mb-6">
        <p>{spent}</p>
        <NextRunActions job={job} now={now} />
      </Notice>
    );
  }
  const { failure } = job;
  const { diagnosis } = failure;
  const proof = diagnosis?.evidence ?? failure.logLine;
  return (
    <Notice tone="bad" title={failure.title} className="mb-6">
      <p>{diagnosis?.cause ?? failure.detail}</p>
      {proof !== undefined && (
        <figure className="mt-2">
          <figcaption className="text-12">
            {diagnosis?.class === 'unknown' ? 'The likeliest line of the log:' : 'The line of the log:'}
          </figcaption>
          <pre
            tabIndex={0}
            aria-label="The line of the log"
            className="mt-1 overflow-x-auto rounded-control bg-surface px-3 py-2 text-12 whitespace-pre-wrap text-ink wrap-anywhere"
          >
            {proof}
          </pre>
        </figure>
      )}
      {diagnosis && diagnosis.advice.length > 0 && (
        <>
          <p className="mt-2.5 font-medium text-ink">What to do</p>
          <ol className="ml-4 list-decimal">
            {diagnosis.advice.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ol>
        </>
      )}
      <WaysOn job={job} now={now} />
      <p className="mt-2">
        {spent} <PriceOfAgain job={job} now={now} />
      </p>
      <p className="mt-1 text-11 text-ink-3">
        {diagnosis ? `${CLASSES[diagnosis.class]} · ${diagnosis.class}` : failure.code}
      </p>
    </Notice>
  );
}

/** What may be changed with one click, then the same run again, then the whole form. */
function WaysOn({ job, now }: { job: Failed; now: Date }) {
  const [chosen, setChosen] = useState<FailureChange | null>(null);
  const offline = useOfflineReason();
  const gpuTypes = useQuery({
    ...gpuTypesQuery,
    enabled: job.failure.diagnosis?.needsMoreGpuMemory === true,
  }).data?.items;
  const changes = changesOf(job, gpuTypes ?? []);
  return (
    <>
      {changes.length > 0 && (
        <div className="mt-2.5 flex flex-wrap items-center gap-2">
          {changes.map((change, index) => (
            <Button
              key={change.title}
              size="sm"
              variant={index === 0 ? 'primary' : 'secondary'}
              className="max-w-full max-md:h-auto max-md:min-h-9 max-md:whitespace-normal"
              disabledReason={offline}
              onClick={() => setChosen(change)}
            >
              {change.title}…
            </Button>
          ))}
          <span className="text-12">
            or{' '}
            <TextLink
              to="/training-jobs/new"
              search={{
                datasetId: job.dataset.id,
                version: job.dataset.version,
                preset: job.preset,
              }}
            >
              choose anew
            </TextLink>
          </span>
        </div>
      )}
      <NextRunActions job={job} now={now} />
      {chosen && (
        <NextRunDialog
          job={job}
          next={withChange(chosen)}
          title={`${chosen.title}?`}
          onClose={() => setChosen(null)}
        />
      )}
    </>
  );
}

/** Other settings make another run, which begins at step 0. */
function withChange({ hyperparameters, gpuType }: FailureChange): NextRun {
  // Fields that are absent must stay so: an undefined one would undo the job's own value.
  const given = Object.entries(hyperparameters ?? {}).filter(([, value]) => value !== undefined);
  return {
    kind: 'retry',
    fromStep: 0,
    change: {
      ...(given.length > 0 ? { hyperparameters: Object.fromEntries(given) } : {}),
      ...(gpuType === undefined ? {} : { gpuType }),
    },
  };
}

/** What trying again would cost, with the first change that is offered; nothing until it is known. */
function PriceOfAgain({ job, now }: { job: Failed; now: Date }) {
  const change = job.failure.diagnosis?.change;
  const next = change ? withChange(change) : nextRunOf(job, now);
  const { estimate } = useNextRunEstimate(job, next);
  if (!estimate || !next) return null;
  const { expected, low, high } = estimate.costUsdMicros;
  return (
    <>
      {change ? 'With that change a new run' : next.kind === 'continue' ? 'The rest' : 'Trying again'} costs
      about <b className="font-semibold text-ink">{money(expected)}</b>, in 8 of 10 cases{' '}
      {moneyRange(low, high)}.
    </>
  );
}
