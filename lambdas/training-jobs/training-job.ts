/** A training job as a record: what each moment of its life writes, decided without a clock or a table. */
import { FAILURES, type FailureCode } from '../../contracts/failures.ts';
import type { Outcome } from '../../contracts/notifications.ts';
import { ProblemError } from '../../contracts/problems.ts';
import {
  type Attempt,
  type Failure,
  isTerminal,
  TRAINING_JOB_MOVES,
  type TrainingJobRecord,
  type TrainingJobStatus,
} from '../../contracts/training-jobs.ts';
import type { EventToWrite } from '../metrics/job-events.ts';

/** The next revision of a job and what is told about it, written in one transaction. */
export interface JobChange {
  job: TrainingJobRecord;
  events: EventToWrite[];
  outcomes: Outcome[];
}

type Of<Status extends TrainingJobStatus> = Extract<TrainingJobRecord, { status: Status }>;
/** On the cluster, or about to be: these carry the number of the live attempt. */
export type LiveJob = Of<'submitting' | 'running' | 'publishing'>;

export const isLive = (job: TrainingJobRecord): job is LiveJob =>
  job.status === 'submitting' || job.status === 'running' || job.status === 'publishing';

export const newestAttempt = (job: TrainingJobRecord): Attempt | undefined => job.attempts.at(-1);
export const attemptNumber = (job: TrainingJobRecord): number => newestAttempt(job)?.attempt ?? 0;

/** When the cluster was first seen running anything of this job. */
export const firstStartedAt = (job: TrainingJobRecord): string | undefined =>
  job.attempts.find((attempt) => attempt.startedAt !== undefined)?.startedAt;

/** Known to the cluster: job and attempt, so that a repeated submit is the same run. */
export const submissionId = (jobId: string, attempt: number): string => `${jobId}-${attempt}`;

/** Everything of a job that outlives its state. */
export function carried(job: TrainingJobRecord) {
  type Loose = TrainingJobRecord & {
    attempt?: unknown;
    startedAt?: unknown;
    endedAt?: unknown;
    modelId?: unknown;
    stopReason?: unknown;
    failure?: unknown;
  };
  const {
    status: _status,
    attempt: _attempt,
    startedAt: _startedAt,
    endedAt: _endedAt,
    modelId: _modelId,
    stopReason: _stopReason,
    failure: _failure,
    ...rest
  } = job as Loose;
  return rest;
}

/** A move outside the table (I3): a bug, never an answer to a caller. */
export class MoveError extends Error {
  constructor(from: TrainingJobStatus, to: TrainingJobStatus) {
    super(`A job does not move from ${from} to ${to}.`);
    this.name = 'MoveError';
  }
}

/** Throws `MoveError` unless the table of moves has it. */
export function assertMove(from: TrainingJobStatus, to: TrainingJobStatus): void {
  const moves: readonly TrainingJobStatus[] = TRAINING_JOB_MOVES[from];
  if (!moves.includes(to)) throw new MoveError(from, to);
}

/** The same state with other fields: one revision on. */
export function revised(
  job: TrainingJobRecord,
  fields: Partial<ReturnType<typeof carried>>,
  now: Date,
): TrainingJobRecord {
  return { ...job, ...fields, revision: job.revision + 1, updatedAt: now.toISOString() };
}

/** What a moved job always gets: its revision and its time. */
export function moved(job: TrainingJobRecord, now: Date) {
  // What was asked to stop was so in the state before.
  const { stopsAskedAt: _asked, ...rest } = carried(job);
  return { ...rest, revision: job.revision + 1, updatedAt: now.toISOString() };
}

export const unchanged = (job: TrainingJobRecord): JobChange => ({ job, events: [], outcomes: [] });

/** A failure in the words of its class. */
export function failureOf(code: FailureCode, detail: string, logLine?: string): Failure {
  return {
    code,
    title: FAILURES[code],
    detail: detail.slice(0, 1000),
    ...(logLine ? { logLine: logLine.slice(0, 500) } : {}),
  };
}

/**
 * A cancellation is a flag that the workflow converges on (I9). Asking again changes nothing, except that
 * *keep the model* may still become *discard it*. Throws `job-ended` for a job that ended otherwise. Where an admin
 * asks, the job's story says who, and why.
 */
export function decideCancellation(
  job: TrainingJobRecord,
  keepModel: boolean,
  now: Date,
  by?: { admin: string; reason: string },
): JobChange {
  if (job.status === 'cancelled') return unchanged(job);
  if (isTerminal(job.status)) throw new ProblemError('job-ended');
  if (job.cancelRequestedAt && (keepModel || !job.keepModel)) return unchanged(job);
  return {
    job: revised(job, { cancelRequestedAt: job.cancelRequestedAt ?? now.toISOString(), keepModel }, now),
    events: [
      {
        key: `cancel-requested#${keepModel ? 'keep' : 'discard'}`,
        kind: 'cancel-requested',
        attempt: attemptNumber(job),
        title: keepModel ? 'Stop requested, keeping what was learnt' : 'Cancellation requested',
        ...(by ? { detail: `By the admin ${by.admin}: ${by.reason}` } : {}),
      },
    ],
    outcomes: [],
  };
}

/** Only what failed or was cancelled can be tried again. Throws `job-not-retryable`. */
export function assertRetryable(job: TrainingJobRecord): void {
  if (job.status !== 'failed' && job.status !== 'cancelled') throw new ProblemError('job-not-retryable');
}
