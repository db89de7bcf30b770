/** A cluster that does not answer is asked by one job every now and then, and not by all of them at every look. */
import type { ClusterHealthRecord } from '../../contracts/cluster.ts';

/** So many calls in a row without an answer: one may be lost on its way, three of different jobs are an outage. */
export const OPEN_AFTER = 3;
/**
 * Between two tries while it is silent. As long as a call may take (ray-jobs-api.ts), so at most one hangs at a time;
 * a thousand jobs at 60 s would make 17 calls a second instead. All of them know within their next look that it is over.
 */
export const PROBE_EVERY_MS = 15_000;

/** What the log says while it is silent, and once it is not: an alarm counts the first (lib/workflow-stack.ts). */
export const CLUSTER_SILENT = 'The cluster does not answer';
export const CLUSTER_BACK = 'The cluster answers again';

export type Circuit = 'closed' | 'open' | 'half-open';

/** *Closed*: ask. *Open*: do not. *Half-open*: whoever writes the row first may ask once. */
export function circuitOf(
  health: Pick<ClusterHealthRecord, 'failures' | 'probeAt'> | undefined,
  now: Date,
): Circuit {
  if (!health || health.failures < OPEN_AFTER) return 'closed';
  return now.getTime() < Date.parse(health.probeAt) ? 'open' : 'half-open';
}

export const nextProbe = (now: Date): string => new Date(now.getTime() + PROBE_EVERY_MS).toISOString();

/**
 * Whether an answer means that nobody is there: of a gateway before the cluster always, else of a look alone. Ray
 * answers 500 to an id it knows and to the deletion of a run that waits (facts.md §3), and lives.
 */
export const isSilence = (method: string, status: number): boolean =>
  [502, 503, 504].includes(status) || (method === 'GET' && status >= 500);

/** Nobody was asked: it has been silent for a while. */
export class ClusterSilent extends Error {
  constructor(since: string) {
    super(`it has not answered since ${since}`);
    this.name = 'ClusterSilent';
  }
}
