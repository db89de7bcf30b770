/** The tries of a job on the cluster: how one begins, is seen running, ends, and whether another may follow. */
import { LIMITS } from '../../contracts/limits.ts';
import type { Attempt, TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { startedOutcome } from './job-outcomes.ts';
import {
  assertMove,
  attemptNumber,
  firstStartedAt,
  type JobChange,
  type LiveJob,
  moved,
  newestAttempt,
  submissionId,
} from './training-job.ts';

export interface AttemptEnd {
  at: string;
  outcome: NonNullable<Attempt['outcome']>;
  reason?: string;
}

/** The attempts with the newest one closed; a closed one stays as it is. */
export function closed(job: TrainingJobRecord, end: AttemptEnd): Attempt[] {
  return job.attempts.map((attempt, index) =>
    index < job.attempts.length - 1 || attempt.endedAt !== undefined
      ? attempt
      : {
          ...attempt,
          endedAt: end.at,
          outcome: end.outcome,
          ...(end.reason ? { reason: end.reason.slice(0, 500) } : {}),
        },
  );
}

/**
 * Whether another attempt may follow the newest one: at most five, and each must have got further than the
 * checkpoint it began with; only the very first may be lost without one. An attempt that the cluster never
 * started is not held to that (it could not progress), only to the five.
 */
export function mayTryAgain(job: TrainingJobRecord): boolean {
  const newest = newestAttempt(job);
  if (!newest) return true;
  if (newest.attempt >= LIMITS.attemptsPerJob) return false;
  const wasClaimed = job.claims.some((claim) => claim.attempt === newest.attempt);
  if (newest.attempt === 1 || (newest.startedAt === undefined && !wasClaimed)) return true;
  return (job.checkpoint?.step ?? -1) > (newest.resumedFromStep ?? -1);
}

/**
 * The next attempt, from the newest whole checkpoint. `lost` closes the attempt before it.
 * From here on tokens, batches and files of earlier attempts are void (I1).
 */
export function decideAttempt(job: TrainingJobRecord, now: Date, lost?: AttemptEnd): JobChange {
  assertMove(job.status, 'submitting');
  const attempt = attemptNumber(job) + 1;
  const resumedFromStep = job.checkpoint?.step;
  const { completion: _completion, unreachableSince: _since, billedTo: _billedTo, ...rest } = moved(job, now);
  const next: TrainingJobRecord = {
    ...rest,
    status: 'submitting',
    attempt,
    attempts: [
      ...(lost ? closed(job, lost) : job.attempts),
      {
        attempt,
        submissionId: submissionId(job.id, attempt),
        submittedAt: now.toISOString(),
        ...(resumedFromStep === undefined ? {} : { resumedFromStep }),
      },
    ],
  };
  const events: JobChange['events'] = [];
  if (lost) {
    events.push({
      key: `attempt-lost#${attempt - 1}`,
      kind: 'attempt-lost',
      attempt: attempt - 1,
      title: `Attempt ${attempt - 1} was lost`,
      ...(lost.reason ? { detail: lost.reason } : {}),
    });
  }
  events.push({
    key: `submitted#${attempt}`,
    kind: 'submitted',
    attempt,
    title: attempt === 1 ? 'On its way to the cluster' : `Attempt ${attempt} is on its way to the cluster`,
    ...(resumedFromStep === undefined ? {} : { detail: `It goes on from step ${resumedFromStep}.` }),
  });
  return { job: next, events, outcomes: [] };
}

/** A time the cluster told, believed only between two times of ours: its clock may be an hour off (fault 39). */
export function between(told: Date | undefined, earliest: string, latest: Date): string {
  const low = Date.parse(earliest);
  const at = Math.min(Math.max(told?.getTime() ?? latest.getTime(), low), Math.max(latest.getTime(), low));
  return new Date(at).toISOString();
}

/** The attempt with its start, and money counted from there. A start that is known already is kept. */
function withStart(job: LiveJob, startedAt: string) {
  const known = newestAttempt(job)?.startedAt;
  return {
    attempts: job.attempts.map((attempt, index) =>
      index === job.attempts.length - 1 ? { ...attempt, startedAt: attempt.startedAt ?? startedAt } : attempt,
    ),
    billedTo: job.billedTo ?? known ?? startedAt,
  };
}

/** The cluster was seen running the attempt: from `startedAt` on it costs. */
export function decideRunning(job: LiveJob, startedAt: string, now: Date): JobChange {
  assertMove(job.status, 'running');
  const { unreachableSince: _since, ...rest } = moved(job, now);
  const next: TrainingJobRecord = {
    ...rest,
    ...withStart(job, startedAt),
    status: 'running',
    attempt: job.attempt,
    startedAt: firstStartedAt(job) ?? startedAt,
  };
  return {
    job: next,
    events: [
      {
        key: `attempt-started#${job.attempt}`,
        kind: job.attempt === 1 ? 'attempt-started' : 'resumed',
        attempt: job.attempt,
        title:
          job.attempt === 1
            ? `Running on ${job.gpuCount} × ${job.gpuType}`
            : `Attempt ${job.attempt} is running`,
      },
    ],
    outcomes: [startedOutcome(next, job.attempt, startedAt)],
  };
}

/** The attempt has ended and left a manifest: it will be verified before anything is called a success. */
export function decidePublishing(job: LiveJob, startedAt: string, endedAt: string, now: Date): JobChange {
  assertMove(job.status, 'publishing');
  const { unreachableSince: _since, ...rest } = moved(job, now);
  const started = withStart(job, startedAt);
  const attempts = closed({ ...job, attempts: started.attempts }, { at: endedAt, outcome: 'succeeded' });
  return {
    job: {
      ...rest,
      ...started,
      attempts,
      status: 'publishing',
      attempt: job.attempt,
      startedAt: firstStartedAt(job) ?? startedAt,
    },
    events: [
      {
        key: `published#${job.attempt}`,
        kind: 'published',
        attempt: job.attempt,
        title: 'The model’s files are stored; their checksums are verified now',
      },
    ],
    outcomes: [],
  };
}
