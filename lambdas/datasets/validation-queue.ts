import * as z from 'zod';
import { DatasetId, Owner } from '../../contracts/values.ts';

/** What a message says: which version, nothing of its state. Whoever takes it reads the record. */
export const ValidationRequest = z.object({
  owner: Owner,
  datasetId: DatasetId,
  version: z.int().positive(),
});
export type ValidationRequest = z.infer<typeof ValidationRequest>;

export interface ValidationQueue {
  /** At least once, in any order; not before so many seconds have passed. */
  send(request: ValidationRequest, afterSeconds?: number): Promise<void>;
}

/** What the log says when no further try is made: an alarm looks for it (lib/watch-stack.ts). */
export const GIVEN_UP = 'A version was given up';
