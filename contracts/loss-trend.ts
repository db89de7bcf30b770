/** What is kept of a job's losses so that a curve that goes wrong is told while it is drawn (docs/decisions/0023). */
import * as z from 'zod';

/** Values of which mean and variance are kept: `squares` is the sum of squared distances from the mean (Welford). */
const Tally = z.object({ count: z.int().nonnegative(), mean: z.number(), squares: z.number() });
export type Tally = z.infer<typeof Tally>;

/** What is told about a curve while it is drawn, once a spell. */
export const AlertKind = z.enum(['plateau', 'divergence', 'overfitting', 'not-finite']);
export type AlertKind = z.infer<typeof AlertKind>;

/**
 * Where the losses of a job stand, all attempts together: each step counts once, however often it was run. Losses in
 * nats. Kept in LIVE, about 400 bytes: alerts cost no write of their own.
 */
export const LossTrend = z.object({
  /** The newest step whose training loss, and whose validation loss, was taken in. */
  step: z.int().nonnegative(),
  validatedStep: z.int().nonnegative(),
  /** Points that do not fill a block of 20 yet, and the mean of the block before. */
  block: Tally,
  lastBlock: z.number().optional(),
  /** The lowest mean of two neighbouring blocks, and how many blocks in a row have lain clearly above it. */
  lowest: z.number().optional(),
  highBlocks: z.int().nonnegative(),
  /** Variance of one step's loss about its block's mean, nats², smoothed over calm blocks. */
  noise: z.number().optional(),
  /** Points that do not fill a window of a twentieth of the run, and the newest full windows: mean, squared error of it. */
  window: Tally,
  windows: z.array(z.tuple([z.number(), z.number()])).max(8),
  /** The mean of the first block: where training began. */
  began: z.number().optional(),
  /** The lowest validation loss, its step, what training stood at then, and how many in a row have been worse since. */
  best: z
    .object({
      loss: z.number(),
      step: z.int().nonnegative(),
      training: z.number().optional(),
      worse: z.int().nonnegative(),
    })
    .optional(),
  /** What has been told and has not passed yet. */
  spells: z.array(AlertKind).max(4),
});
export type LossTrend = z.infer<typeof LossTrend>;
