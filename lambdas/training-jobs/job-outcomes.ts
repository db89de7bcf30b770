/** What a person is told about a job: one outcome a transition, its key made of job and transition (I8). */
import type { NotificationKind, Outcome } from '../../contracts/notifications.ts';
import type { Trained, TrainingJobRecord } from '../../contracts/training-jobs.ts';
import type { Alert } from '../metrics/alerts.ts';
import type { LiveJob } from './training-job.ts';

/** Millionths of a dollar as people write them: cents, and as many digits more as a small sum needs. */
export function usd(micros: number): string {
  const dollars = micros / 1e6;
  return `$${dollars >= 1 || micros === 0 ? dollars.toFixed(2) : dollars.toFixed(Math.min(6, 1 - Math.floor(Math.log10(dollars))))}`;
}

/** How far a run got, in a sentence. */
export const howFar = ({ steps, totalSteps, epochs }: Trained): string =>
  `It was trained for ${steps} of ${totalSteps} steps, ${Number(epochs.toFixed(2))} epochs.`;

function outcome(
  job: TrainingJobRecord,
  transition: string,
  kind: NotificationKind,
  words: { title: string; body: string },
  at: string,
  target: Outcome['target'] = { noun: 'training-jobs', id: job.id },
): Outcome {
  return {
    shape: 1,
    key: `${job.id}:${transition}`,
    owner: job.owner,
    kind,
    title: words.title.slice(0, 200),
    body: words.body.slice(0, 2000),
    target,
    at,
  };
}

export const queuedOutcome = (job: TrainingJobRecord): Outcome =>
  outcome(
    job,
    'queued',
    'job-queued',
    {
      title: `“${job.name}” is queued`,
      body: `It starts as soon as the cluster has room. At most ${usd(job.capUsdMicros)} can be spent on it.`,
    },
    job.createdAt,
  );

export function startedOutcome(job: TrainingJobRecord, attempt: number, at: string): Outcome {
  if (attempt === 1) {
    return outcome(
      job,
      'started',
      'job-started',
      {
        title: `“${job.name}” is running`,
        body: `It runs on ${job.gpuCount} × ${job.gpuType}. At most ${usd(job.capUsdMicros)} can be spent on it.`,
      },
      at,
    );
  }
  const from = job.attempts.at(-1)?.resumedFromStep;
  return outcome(
    job,
    `resumed-${attempt}`,
    'job-resumed',
    {
      title: `“${job.name}” goes on`,
      body:
        from === undefined
          ? `Attempt ${attempt} started from the beginning: the run was lost before its first checkpoint.`
          : `Attempt ${attempt} goes on from step ${from}, the newest whole checkpoint.`,
    },
    at,
  );
}

/**
 * What a curve gives away and a person may want to act on, away from the page: money runs on meanwhile. Not a lost
 * number: the run ends of it, and that is told.
 */
export const alertOutcomes = (job: LiveJob, alerts: readonly Alert[], at: string): Outcome[] =>
  alerts
    .filter(({ kind }) => kind !== 'not-finite')
    .map(({ kind, step, title, detail }) =>
      outcome(
        job,
        `${kind}-${job.attempt}-${step}`,
        'job-warned',
        {
          title: `“${job.name}”, step ${step}: ${title.charAt(0).toLowerCase()}${title.slice(1)}`,
          body: detail,
        },
        at,
      ),
    );

/** The end of a job, told once its money is settled; nothing while it has not ended. */
export function endOutcome(job: TrainingJobRecord): Outcome | undefined {
  const spent = `It cost ${usd(job.costUsdMicros)} of at most ${usd(job.capUsdMicros)}.`;
  switch (job.status) {
    case 'succeeded': {
      const isLanded = job.stopReason === 'budget';
      return outcome(
        job,
        'succeeded',
        isLanded ? 'job-landed-on-budget' : 'job-succeeded',
        {
          title: isLanded ? `“${job.name}” landed on its budget` : `“${job.name}” has finished`,
          body: [
            'The model can be looked at and downloaded.',
            ...(isLanded && job.trained ? [howFar(job.trained)] : []),
            spent,
            ...(isLanded ? ['The job can be continued with a new cap.'] : []),
          ].join(' '),
        },
        job.endedAt,
        { noun: 'models', id: job.modelId },
      );
    }
    case 'failed':
      return outcome(
        job,
        'failed',
        'job-failed',
        {
          title: `“${job.name}” has failed`,
          body: `${job.failure.title} ${job.failure.detail} ${spent}`,
        },
        job.endedAt,
      );
    case 'cancelled':
      return outcome(
        job,
        'cancelled',
        'job-cancelled',
        { title: `“${job.name}” was cancelled`, body: `Nothing of it runs any more. ${spent}` },
        job.endedAt,
      );
    default:
      return undefined;
  }
}
