import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Documents } from '../runtime/dynamo.ts';
import { log } from '../runtime/log.ts';
import { CLUSTER_BACK } from './circuit.ts';
import { dynamoClusterHealth } from './dynamo-cluster-health.ts';
import { guardedHttp } from './guarded-http.ts';
import type { RayCluster } from './ray-cluster.ts';
import { rayJobsApi } from './ray-jobs-api.ts';
import { secretsClusterKey } from './secrets-cluster-key.ts';

/** The stage's cluster, behind the circuit breaker that everybody who asks it shares. */
export function guardedCluster(
  documents: Documents,
  env: { CORE_TABLE: string; GPU_CLUSTER_API_URL: string; GPU_CLUSTER_API_KEY_SECRET_ARN: string },
): RayCluster {
  return rayJobsApi({
    url: env.GPU_CLUSTER_API_URL,
    key: secretsClusterKey(new SecretsManagerClient({}), env.GPU_CLUSTER_API_KEY_SECRET_ARN),
    http: guardedHttp({
      host: new URL(env.GPU_CLUSTER_API_URL).host,
      health: dynamoClusterHealth(documents, env.CORE_TABLE),
      tell: (what, { host, since, failures }) =>
        (what === CLUSTER_BACK ? log.info : log.error)(what, { host, since, failures }),
    }),
  });
}
