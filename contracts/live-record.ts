/** The newest of a run, and what is kept of its losses so that a curve that goes wrong is told while it is drawn (docs/decisions/0023). */
import * as z from 'zod';
import { AlertKind, METRIC_CHUNK_POINTS, MetricPoint } from './metrics.ts';
import { Progress } from './progress.ts';
import { JobId, Owner } from './values.ts';

/** Steps, and counts of anything. */
const Whole = z.int().nonnegative();
/** A loss, or a variance of losses; what is written here was measured or worked out from it. */
const Nats = z.number();

/** Values of which mean and variance are kept: `squares` is the sum of squared distances from the mean (Welford). */
const Tally = z.object({ count: Whole, mean: Nats, squares: Nats });
export type Tally = z.infer<typeof Tally>;

/**
 * Where the losses of a job stand, all attempts together: each step counts once, however often it was run. Losses in
 * nats. Kept in LIVE, about 400 bytes: alerts cost no write of their own.
 */
export const LossTrend = z.object({
  /** The newest step whose training loss, and whose validation loss, was taken in. */
  step: Whole,
  validatedStep: Whole,
  /** Points that do not fill a block of 20 yet, and the mean of the block before. */
  block: Tally,
  lastBlock: Nats.optional(),
  /** The lowest mean of two neighbouring blocks, and how many blocks in a row have lain clearly above it. */
  lowest: Nats.optional(),
  highBlocks: Whole,
  /** Variance of one step's loss about its block's mean, nats², smoothed over calm blocks. */
  noise: Nats.optional(),
  /** Points that do not fill a window of a twentieth of the run, and the newest full windows: mean, squared error of it. */
  window: Tally,
  windows: z.array(z.object({ mean: Nats, error: Nats })).max(8),
  /** The mean of the first block: where training began. */
  began: Nats.optional(),
  /** The lowest validation loss, its step, what training stood at then, and how many in a row have been worse since. */
  best: z
    .object({
      loss: Nats,
      step: Whole,
      training: Nats.optional(),
      worse: Whole,
    })
    .optional(),
  /** What has been told and has not passed yet. */
  spells: z.array(AlertKind).max(4),
});
export type LossTrend = z.infer<typeof LossTrend>;

/** The one item a progress call replaces; conditioned on attempt and batch (fencing, I3). */
export const LiveRecord = z.object({
  shape: z.literal(1),
  owner: Owner,
  jobId: JobId,
  attempt: z.int().positive(),
  batch: z.int().nonnegative(),
  progress: Progress,
  /** The points that do not fill a chunk yet. */
  tail: z.array(MetricPoint).max(METRIC_CHUNK_POINTS - 1),
  /** Of the newest point of this attempt, in the tail or in a chunk: what lies before it is a step backwards. */
  newestStep: z.int().nonnegative(),
  /** Absent before the first loss, and in rows from before there were alerts. */
  trend: LossTrend.optional(),
  /** After which the run reports again; absent in rows from before it was kept. */
  nextReportSeconds: z.number().positive().optional(),
  logTail: z.string(),
  expiresAt: z.int(),
});
export type LiveRecord = z.infer<typeof LiveRecord>;
