/** Which ended jobs can be gone on from, and what the next one takes over from them (docs/decisions/0018). */
import { LIMITS } from '../../contracts/limits.ts';
import { ProblemError } from '../../contracts/problems.ts';
import {
  type CheckpointReference,
  isTerminal,
  type TrainingJobRecord,
} from '../../contracts/training-jobs.ts';

export interface TakenOver {
  /** The ended job. */
  continuedFrom: string;
  /** Its newest checkpoint; `jobId` says who wrote it. */
  checkpoint: CheckpointReference;
}

/** Why a job cannot be gone on from, in a sentence; nothing where it can. */
function obstacle(job: TrainingJobRecord, now: Date): string | undefined {
  if (!isTerminal(job.status)) return 'It has not ended yet.';
  if (job.status === 'cancelled')
    return 'It was cancelled and discarded. It can be tried again from the beginning.';
  if (job.status === 'succeeded' && job.stopReason === 'completed') {
    return 'It ran to its last step. For more epochs, start a new job.';
  }
  if (job.status === 'succeeded' && job.stopReason === 'early-stopping') {
    return 'It stopped because further steps did not help any more.';
  }
  if (!job.checkpoint) return 'It left no checkpoint. It can be tried again from the beginning.';
  const keptUntil = Date.parse(job.checkpoint.at) + LIMITS.checkpointDays * 86_400_000;
  return now.getTime() < keptUntil ? undefined : `Its checkpoint was kept for ${LIMITS.checkpointDays} days.`;
}

/** The checkpoint that a new job would go on from. Throws `job-not-continuable` with the reason. */
export function assertContinuable(job: TrainingJobRecord, now: Date): TakenOver {
  const reason = obstacle(job, now);
  const { checkpoint } = job;
  if (reason !== undefined || !checkpoint) throw new ProblemError('job-not-continuable', reason);
  // A job that wrote none of its own still points to the one that it took over itself.
  return { continuedFrom: job.id, checkpoint: { ...checkpoint, jobId: checkpoint.jobId ?? job.id } };
}

/** The same, or nothing. */
export function takenOver(job: TrainingJobRecord, now: Date): TakenOver | undefined {
  return obstacle(job, now) === undefined ? assertContinuable(job, now) : undefined;
}

/**
 * What a retry goes on from: the same run from where it was lost, else nothing. Other settings or another GPU type
 * make another run, which begins at step 0: a checkpoint of these would not fit it.
 */
export function takenOverByRetry(
  job: TrainingJobRecord,
  changes: { hyperparameters?: object | undefined; gpuType?: string | undefined },
  now: Date,
): TakenOver | undefined {
  const before: Record<string, unknown> = job.hyperparameters;
  const isSame =
    (changes.gpuType ?? job.gpuType) === job.gpuType &&
    Object.entries(changes.hyperparameters ?? {}).every(([name, value]) => before[name] === value);
  return isSame && job.status === 'failed' ? takenOver(job, now) : undefined;
}
