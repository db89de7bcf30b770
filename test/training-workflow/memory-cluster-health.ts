/** The circuit's row in memory; passes the suite of the real one (test/integration/cluster-health.test.ts). */
import { ClusterHealthRecord } from '../../contracts/cluster.ts';
import type { ClusterHealth } from '../../lambdas/training-workflow/cluster-health.ts';

export class MemoryClusterHealth implements ClusterHealth {
  rows = new Map<string, ClusterHealthRecord>();

  async get(host: string) {
    return this.rows.get(host);
  }

  async failed(host: string, at: string, probeAt: string) {
    const row = this.rows.get(host);
    const next = ClusterHealthRecord.parse({
      shape: 1,
      host,
      since: row?.since ?? at,
      failures: (row?.failures ?? 0) + 1,
      probeAt,
    });
    this.rows.set(host, next);
    return next;
  }

  async takeProbe(seen: ClusterHealthRecord, probeAt: string) {
    const row = this.rows.get(seen.host);
    if (!row || row.since !== seen.since || row.probeAt !== seen.probeAt) return false;
    this.rows.set(seen.host, { ...row, probeAt });
    return true;
  }

  async answered(seen: ClusterHealthRecord) {
    return this.rows.get(seen.host)?.since === seen.since && this.rows.delete(seen.host);
  }
}
