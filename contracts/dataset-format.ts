/** By itself, so that who names a format does not carry all of what a dataset is (18 kB of a function's bundle). */
import * as z from 'zod';

/** The forms a row can have. `sharegpt` is recognised, to be converted; it is not trained on as it is. */
export const DatasetFormat = z.enum([
  'chat',
  'prompt-completion',
  'instruction',
  'preference',
  'text',
  'sharegpt',
]);
export type DatasetFormat = z.infer<typeof DatasetFormat>;
