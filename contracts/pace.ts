/** How quickly a run trained, kept so that the next estimate knows this installation better than any published figure. */
import * as z from 'zod';
import { Hyperparameters } from './catalog.ts';
import { Day } from './values.ts';

/**
 * One finished run, in the partition of its family of base models and its GPU type. No owner, job or dataset stands in it:
 * what others may learn from it is a speed.
 */
export const PaceRecord = z.object({
  shape: z.literal(1),
  baseModel: z.string(),
  gpuType: z.string(),
  gpuCount: z.int().positive(),
  variant: Hyperparameters.shape.variant.unwrap(),
  quantization: Hyperparameters.shape.quantization.unwrap(),
  /** Pairs go through the model as two answers and are weighed against the base. */
  objective: z.enum(['answers', 'preferences']),
  /** Of its optimizer steps alone: evaluations and checkpoints have paces of their own. */
  steps: z.int().positive(),
  tokens: z.int().positive(),
  seconds: z.number().positive(),
  /** MFU, where the GPU's peak is known. */
  utilisation: z.number().nonnegative().optional(),
  measuredOn: Day,
});
export type PaceRecord = z.infer<typeof PaceRecord>;
