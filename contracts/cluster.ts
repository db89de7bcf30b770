import * as z from 'zod';
import { Timestamp } from './values.ts';

/** Whether a GPU cluster answers, shared by everybody who asks it; there is no row while it does. */
export const ClusterHealthRecord = z.object({
  shape: z.literal(1),
  host: z.string(),
  /** Calls in a row that got no answer, whoever made them. */
  failures: z.int().positive(),
  /** When the first of them failed. */
  since: Timestamp,
  /** Before this nobody asks; then one does. */
  probeAt: Timestamp,
});
export type ClusterHealthRecord = z.infer<typeof ClusterHealthRecord>;
