/** What a run may do to its job. Every call is held to the live attempt: an older one is told to stop (I1, I3). */
import type * as z from 'zod';
import { ProblemError } from '../../contracts/problems.ts';
import type { CheckpointManifest } from '../../contracts/run-spec.ts';
import type { completeRun, ProgressAnswer } from '../../contracts/runs.ts';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { landingOf } from '../costs/landing.ts';
import {
  failureOf,
  isLive,
  type JobChange,
  type LiveJob,
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

/** Reports come so often while somebody watches (design.md §7). */
const WATCHED_REPORT_SECONDS = 2;
/**
 * A run is looked at most often soon after it began, and whoever opens its page then shall not wait half a minute for the
 * first point: 50 reports more than at 30 s, $0.0005 (npm run bench).
 */
const FRESH = { forMs: 5 * 60_000, reportSeconds: 5 };

/** How long a run waits before its next report. */
export function pauseOf(
  job: LiveJob,
  watch: { watchedUntil: number; idleReportSeconds: number },
  now: Date,
): number {
  if (watch.watchedUntil > now.getTime()) return Math.min(WATCHED_REPORT_SECONDS, watch.idleReportSeconds);
  const claimedAt = job.claims.find(({ attempt }) => attempt === job.attempt)?.at;
  const isFresh = claimedAt !== undefined && now.getTime() - Date.parse(claimedAt) < FRESH.forMs;
  return isFresh ? Math.min(FRESH.reportSeconds, watch.idleReportSeconds) : watch.idleReportSeconds;
}

export type Instruction = Omit<z.input<typeof ProgressAnswer>, 'runToken' | 'runTokenExpiresAt'>;

/** Go on or stop, when to land, and when to report again. `measuredSeconds` is what the run says landing takes. */
export function decideInstruction(
  job: LiveJob,
  nextReportSeconds: number,
  now: Date,
  measuredSeconds?: number,
): Instruction {
  const landing = landingOf(job, now, measuredSeconds);
  const more = { nextReportSeconds, ...landing };
  if (job.cancelRequestedAt) {
    return { action: 'stop', reason: job.keepModel ? 'keep-model' : 'cancelled', ...more };
  }
  const isDue = typeof landing.landInSeconds === 'number' && landing.landInSeconds <= 0;
  return isDue ? { action: 'stop', reason: 'budget', ...more } : { action: 'continue', ...more };
}
