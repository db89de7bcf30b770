/** Where a run stands: what lists, pages and the trainer all say of it. */
import * as z from 'zod';
import { Timestamp } from './values.ts';

/** What a run is doing, in order; `landing` is the early end under a cap. */
export const RunPhase = z.enum([
  'starting',
  'loading',
  'evaluating-base',
  'training',
  'evaluating-tuned',
  'exporting',
  'publishing',
  'ended',
]);
export type RunPhase = z.infer<typeof RunPhase>;

/** What the trainer said last. */
export const Progress = z.object({
  attempt: z.int().positive(),
  phase: RunPhase,
  step: z.int().nonnegative(),
  totalSteps: z.int().nonnegative(),
  epoch: z.number().nonnegative(),
  loss: z.number().optional(),
  validationLoss: z.number().optional(),
  baseValidationLoss: z.number().optional(),
  tokensPerSecond: z.number().optional(),
  memoryBytes: z.int().optional(),
  /** Seconds until the run ends, as the trainer measures its own pace; absent until it has one. */
  secondsLeft: z.number().nonnegative().optional(),
  checkpointStep: z.int().optional(),
  reportedAt: Timestamp,
});
export type Progress = z.infer<typeof Progress>;
