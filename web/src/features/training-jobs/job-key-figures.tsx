import clsx from 'clsx';
import type { Progress } from '../../../../contracts/progress.ts';
import type { TrainingJob } from '../../../../contracts/training-jobs.ts';
import type { Curves } from '../../components/charts/curves.ts';
import { KeyFigures } from '../../components/page.tsx';
import { ProgressBar } from '../../components/progress-bar.tsx';
import { money } from '../../lib/format/money.ts';
import { count, decimal, loss, percent, signed } from '../../lib/format/numbers.ts';
import { aboutDuration, between, duration, when } from '../../lib/format/time.ts';
import { billedSeconds, hasEnded, type End } from './job-figures.ts';
import { PHASES } from './job-words.ts';

/** Progress, end, validation loss and cost: the four figures of a job. */
export function JobKeyFigures({
  job,
  status,
  progress,
  curves,
  totalSteps,
  baseLoss,
  end,
  spentUsdMicros,
  atEndUsdMicros,
  stale,
  now,
}: {
  job: TrainingJob;
  status: TrainingJob['status'];
  progress: Progress | null;
  curves: Curves;
  totalSteps: number;
  baseLoss: number | null;
  end: End | undefined;
  spentUsdMicros: number;
  atEndUsdMicros: number | undefined;
  /** The figures are older than they should be: they stay, in a quieter ink. */
  stale: boolean;
  now: Date;
}) {
  const step = progress?.step ?? curves.lastStep;
  const share = totalSteps > 0 ? Math.min(1, step / totalSteps) : 0;
  const newest = curves.validation.at(-1);
  // Before the first evaluation of the run only the base has been measured.
  const validation = newest ? (newest.step > 0 ? newest.value : undefined) : progress?.validationLoss;
  const difference = validation !== undefined && baseLoss !== null ? validation - baseLoss : undefined;
  const ended = hasEnded(status);
  const cap = `cap ${money(job.capUsdMicros)}`;
  return (
    <div className={clsx(stale && 'text-ink-3')}>
      <KeyFigures
        figures={[
          {
            label: 'Progress',
            value: percent(share),
            note: progress ? progressNote(progress, job.hyperparameters.epochs) : undefined,
            below: (
              <ProgressBar
                className="mt-2"
                share={share}
                tone={status === 'failed' ? 'bad' : status === 'cancelled' ? 'mute' : 'accent'}
                label={`${job.name}, ${percent(share)} of its steps`}
              />
            ),
          },
          ended && 'endedAt' in job
            ? {
                label: 'Ended',
                value: when(job.endedAt, now),
                note: `after ${duration((Date.parse(job.endedAt) - Date.parse(job.createdAt)) / 1000)}`,
                below: `${duration(billedSeconds(job, new Date(job.endedAt)))} of it paid for`,
              }
            : end
              ? {
                  label: 'Ends',
                  value: when(end.expected, now),
                  note: `in ${aboutDuration(end.secondsLeft).replace(/^about /, '')}`,
                  below: between(end.earliest, end.latest, now),
                }
              : {
                  label: 'Ends',
                  value: '–',
                  below: `expected ${aboutDuration(job.estimate.seconds.expected)} after its start`,
                },
          {
            label: 'Validation loss',
            value: validation === undefined ? '–' : loss(validation),
            note:
              difference === undefined ? undefined : (
                <span className={difference < 0 ? 'text-ok' : 'text-bad'}>{signed(difference, 3)}</span>
              ),
            below:
              baseLoss === null
                ? 'the base has not been measured yet'
                : `base ${loss(baseLoss)}${newest && newest.step > 0 ? `, measured at ${count(newest.step)}` : ''}`,
          },
          {
            label: ended ? 'Cost' : 'Cost so far',
            value: money(spentUsdMicros),
            below: atEndUsdMicros === undefined ? cap : `about ${money(atEndUsdMicros)} at the end, ${cap}`,
          },
        ]}
      />
    </div>
  );
}

function progressNote(progress: Progress, epochs: number): string {
  if (progress.phase === 'training' || progress.phase === 'ended') {
    return `epoch ${decimal(progress.epoch, 2)} of ${count(epochs)}`;
  }
  return PHASES[progress.phase];
}
