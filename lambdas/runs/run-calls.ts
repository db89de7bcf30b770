/** What a run may do to its job. Every call is held to the live attempt: an older one is told to stop (I1, I3). */
import type * as z from 'zod';
import { ProblemError } from '../../contracts/problems.ts';
import type { CheckpointManifest } from '../../contracts/run-spec.ts';
import type { completeRun, ProgressAnswer } from '../../contracts/runs.ts';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { costOf } from '../costs/money.ts';
import {
  failureOf,
  isLive,
  type JobChange,
  type LiveJob,
  newestAttempt,
  revised,
  unchanged,
} from '../training-jobs/training-job.ts';
import { runKey } from './run-keys.ts';
import type { RunIdentity } from './run-token.ts';

/** The job of a run's token, while that attempt is the live one. Throws `run-superseded`. */
export function liveJobOf(job: TrainingJobRecord | undefined, run: RunIdentity): LiveJob {
  // A job that is gone, has ended, or has gone on to another attempt: all the same to this one.
  if (!job || !isLive(job) || job.attempt !== run.attempt) throw new ProblemError('run-superseded');
  return job;
}

/** One process claims an attempt; the same nonce is that process again. Throws `run-already-claimed`. */
export function decideClaim(job: LiveJob, nonce: string, now: Date): JobChange {
  const claim = job.claims.find((made) => made.attempt === job.attempt);
  if (claim?.nonce === nonce) return unchanged(job);
  if (claim) throw new ProblemError('run-already-claimed');
  const claims = [...job.claims, { attempt: job.attempt, nonce, at: now.toISOString() }];
  return { job: revised(job, { claims }, now), events: [], outcomes: [] };
}

/** The newest whole checkpoint; an older one than is known, or the same again, changes nothing. */
export function decideCheckpoint(
  job: LiveJob,
  checkpoint: { manifest: CheckpointManifest; manifestVersionId: string },
  now: Date,
): JobChange {
  const { step } = checkpoint.manifest;
  if (job.checkpoint && job.checkpoint.step >= step) return unchanged(job);
  return {
    job: revised(
      job,
      {
        checkpoint: {
          attempt: job.attempt,
          step,
          manifestKey: runKey({ ...job, jobId: job.id }, `checkpoints/${step}/manifest.json`),
          manifestVersionId: checkpoint.manifestVersionId,
          at: now.toISOString(),
        },
      },
      now,
    ),
    events: [
      {
        key: `checkpoint#${job.attempt}#${step}`,
        kind: 'checkpoint',
        attempt: job.attempt,
        title: `Checkpoint at step ${step}`,
      },
    ],
    outcomes: [],
  };
}

type RunEnd = z.output<(typeof completeRun)['body']>;

/** What the trainer said at its end; the first word of an attempt stands, a repeat is the same. */
export function decideCompletion(job: LiveJob, end: RunEnd, now: Date): JobChange {
  if (job.completion?.attempt === job.attempt) return unchanged(job);
  const said = { attempt: job.attempt, outcome: end.outcome, at: now.toISOString() };
  const completion =
    end.outcome === 'published'
      ? {
          ...said,
          manifestKey: runKey({ ...job, jobId: job.id }, 'manifest.json'),
          manifestVersionId: end.manifestVersionId,
        }
      : end.outcome === 'failed'
        ? { ...said, failure: failureOf(end.failure.code, end.failure.detail, end.failure.logLine) }
        : said;
  return { job: revised(job, { completion }, now), events: [], outcomes: [] };
}

/**
 * A run is told to land while this much of its cap is left: evaluating, exporting and uploading cost money too.
 * A tenth of the cap, or a minute where that is more, because even the smallest run needs seconds for it. The time
 * that each run needs for landing is measured and used once landing has its own rule (design.md §6, `landBy`).
 */
const LANDING_SHARE = 0.1;
const LANDING_SECONDS = 60;

/** Spent by now, micros, with what the ledger has not written yet. */
export function spentBy(job: TrainingJobRecord, now: Date): number {
  const newest = newestAttempt(job);
  const claimedAt = job.claims.find((claim) => claim.attempt === newest?.attempt)?.at;
  const from = job.billedTo ?? newest?.startedAt ?? claimedAt;
  if (!from || newest?.endedAt) return job.costUsdMicros;
  const seconds = Math.max(0, now.getTime() - Date.parse(from)) / 1000;
  return job.costUsdMicros + costOf(seconds, job.usdMicrosPerHour, job.gpuCount);
}

/** Whether what is left of the cap is needed for landing. */
export function mustLand(job: TrainingJobRecord, now: Date): boolean {
  const minute = costOf(LANDING_SECONDS, job.usdMicrosPerHour, job.gpuCount);
  // A cap so small that a minute is more than half of it still gets half of it for training.
  const reserve = Math.min(Math.max(job.capUsdMicros * LANDING_SHARE, minute), job.capUsdMicros / 2);
  return spentBy(job, now) >= job.capUsdMicros - reserve;
}

/** Reports come so often while somebody watches (design.md §7). */
const WATCHED_REPORT_SECONDS = 2;

export type Instruction = Pick<z.input<typeof ProgressAnswer>, 'action' | 'reason' | 'nextReportSeconds'>;

/** Go on or stop, and when to report again. */
export function decideInstruction(
  job: LiveJob,
  watch: { watchedUntil: number; idleReportSeconds: number },
  now: Date,
): Instruction {
  const isWatched = watch.watchedUntil > now.getTime();
  const nextReportSeconds = isWatched
    ? Math.min(WATCHED_REPORT_SECONDS, watch.idleReportSeconds)
    : watch.idleReportSeconds;
  if (job.cancelRequestedAt) {
    return { action: 'stop', reason: job.keepModel ? 'keep-model' : 'cancelled', nextReportSeconds };
  }
  if (mustLand(job, now)) return { action: 'stop', reason: 'budget', nextReportSeconds };
  return { action: 'continue', nextReportSeconds };
}
