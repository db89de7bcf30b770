import type { ClusterHealthRecord } from '../../contracts/cluster.ts';

/** One row a cluster, by its host. */
export interface ClusterHealth {
  get(host: string): Promise<ClusterHealthRecord | undefined>;
  /** Counts one more call without an answer. */
  failed(host: string, at: string, probeAt: string): Promise<ClusterHealthRecord>;
  /** True for the one who moved `probeAt` on: that one may ask. */
  takeProbe(seen: ClusterHealthRecord, probeAt: string): Promise<boolean>;
  /** It answered: true for whoever closed this outage. A later one stays. */
  answered(seen: ClusterHealthRecord): Promise<boolean>;
}
