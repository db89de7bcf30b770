/**
 * When a run has to land so that its model is stored before its cap is spent (docs/decisions/0018): the cap's end is a
 * moment, made from money, and landing is subtracted from it. Pure; times are passed in.
 */
import type * as z from 'zod';
import type { RunSpec } from '../../contracts/run-spec.ts';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { newestAttempt } from '../training-jobs/training-job.ts';
import { costOf, secondsPaidBy } from './money.ts';

/** From when the newest attempt costs: its start, or the moment it claimed itself before anybody had looked. */
function paidFrom(job: TrainingJobRecord): string | undefined {
  const newest = newestAttempt(job);
  return newest?.startedAt ?? job.claims.find((claim) => claim.attempt === newest?.attempt)?.at;
}

/**
 * The moment, in epoch milliseconds, at which the newest attempt has spent what earlier attempts left of the cap:
 *
 *     earlier  = cost of the job − cost of this attempt up to `billedTo`
 *     cap ends = start of this attempt + (cap − earlier) ÷ (price × GPUs)
 *
 * In whole milliseconds, rounded down by `secondsPaidBy`, so that `costOf` of the attempt up to here is never above what was left.
 * Infinity where nothing is paid; nothing while no attempt costs.
 */
export function capEndsAt(job: TrainingJobRecord): number | undefined {
  const start = paidFrom(job);
  if (start === undefined) return undefined;
  const from = Date.parse(start);
  const billedSeconds = job.billedTo ? Math.max(0, Date.parse(job.billedTo) - from) / 1000 : 0;
  const earlier = job.costUsdMicros - costOf(billedSeconds, job.usdMicrosPerHour, job.gpuCount);
  const left = Math.max(0, job.capUsdMicros - earlier);
  return from + Math.round(secondsPaidBy(left, job.usdMicrosPerHour, job.gpuCount) * 1000);
}

/**
 * A job from before landing was estimated keeps back a tenth of its cap, or a minute where that is more, because even
 * the smallest run needs seconds for it; never more than half, so that some training is paid for.
 */
const UNKNOWN_SHARE = 0.1;
const UNKNOWN_SECONDS = 60;

/** What landing takes: as this run has measured it, before that as it was estimated at the slow end. */
function landingSeconds(job: TrainingJobRecord, measured?: number): number {
  const expected = measured ?? job.estimate.landingSeconds;
  if (expected !== undefined) return expected;
  const whole = secondsPaidBy(job.capUsdMicros, job.usdMicrosPerHour, job.gpuCount);
  return Math.min(Math.max(whole * UNKNOWN_SHARE, UNKNOWN_SECONDS), whole / 2);
}

type Landing = Pick<z.input<typeof RunSpec>, 'landBy' | 'landInSeconds' | 'capInSeconds'>;

/** What a run is told: the moment for people, the two spans for its own clock. `measured` is the run's last word. */
export function landingOf(job: TrainingJobRecord, now: Date, measured?: number): Landing {
  const ends = capEndsAt(job);
  if (ends === undefined || !Number.isFinite(ends)) {
    return { landBy: null, landInSeconds: null, capInSeconds: null };
  }
  const landAt = ends - Math.ceil(landingSeconds(job, measured) * 1000);
  return {
    landBy: new Date(landAt).toISOString(),
    landInSeconds: (landAt - now.getTime()) / 1000,
    capInSeconds: (ends - now.getTime()) / 1000,
  };
}

/** Whether what is left of the cap at this time is needed for landing. */
export function mustLand(job: TrainingJobRecord, at: Date, measured?: number): boolean {
  const { landInSeconds } = landingOf(job, at, measured);
  return landInSeconds !== null && landInSeconds !== undefined && landInSeconds <= 0;
}
