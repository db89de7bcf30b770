/** Calls of the cluster behind its circuit breaker, which all jobs and functions share. */
import type { ClusterHealthRecord } from '../../contracts/cluster.ts';
import {
  CLUSTER_BACK,
  CLUSTER_SILENT,
  circuitOf,
  ClusterSilent,
  isSilence,
  nextProbe,
  OPEN_AFTER,
} from './circuit.ts';
import type { ClusterHealth } from './cluster-health.ts';
import { plainHttp, type PlainHttp } from './plain-http.ts';

export interface Guard {
  health: ClusterHealth;
  /** Of the cluster's address: one row a cluster. */
  host: string;
  tell: (what: typeof CLUSTER_SILENT | typeof CLUSTER_BACK, health: ClusterHealthRecord) => void;
  http?: PlainHttp;
  now?: () => Date;
}

/**
 * The breaker spares a cluster; it decides about no job. Where its row cannot be read or written, the call is made
 * and answered as if there were no breaker.
 */
const unlessBroken = <T>(work: Promise<T>): Promise<T | undefined> => work.catch(() => undefined);

/** As `http`. Rejects with `ClusterSilent`, without a call, while the cluster is known not to answer. */
export function guardedHttp({
  health,
  host,
  tell,
  http = plainHttp,
  now = () => new Date(),
}: Guard): PlainHttp {
  const failed = async () => {
    const at = now();
    const seen = await unlessBroken(health.failed(host, at.toISOString(), nextProbe(at)));
    if (seen && seen.failures >= OPEN_AFTER) tell(CLUSTER_SILENT, seen);
  };
  return async (url, request) => {
    const seen = await unlessBroken(health.get(host));
    const circuit = circuitOf(seen, now());
    if (seen && circuit !== 'closed') {
      const mayAsk =
        circuit === 'half-open' && (await unlessBroken(health.takeProbe(seen, nextProbe(now()))));
      if (!mayAsk) throw new ClusterSilent(seen.since);
    }
    let response: Response;
    try {
      response = await http(url, request);
    } catch (error) {
      await failed();
      throw error;
    }
    if (isSilence(request.method, response.status)) await failed();
    else if (seen && (await unlessBroken(health.answered(seen))) && seen.failures >= OPEN_AFTER) {
      tell(CLUSTER_BACK, seen);
    }
    return response;
  };
}
