import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { stageCatalog } from '../catalog/stage-catalog.ts';
import { dynamoTelemetryStore } from '../metrics/dynamo-telemetry-store.ts';
import { bootstrapToken } from '../runs/run-token.ts';
import { secretsSigningKeys } from '../runs/secrets-signing-keys.ts';
import { task } from '../runtime/consume.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { commaList } from '../runtime/environment.ts';
import { log } from '../runtime/log.ts';
import { dynamoJobStore } from '../training-jobs/dynamo-job-store.ts';
import { guardedCluster } from './ray-guarded-cluster.ts';
import { StepInput, StepOutcome } from './steps.ts';
import { type OverdueStop, STOP_OVERDUE } from './stop-watch.ts';
import { type SubmitRun, submitRun } from './submit-run.ts';

export const environment = z.object({
  CORE_TABLE: z.string(),
  TELEMETRY_TABLE: z.string(),
  GPU_CLUSTER_API_URL: z.string(),
  GPU_CLUSTER_API_KEY_SECRET_ARN: z.string(),
  RUN_TOKEN_SECRET_ARN: z.string(),
  RUNS_API_URL: z.string(),
  GPU_TYPES: commaList,
  BASE_MODELS: commaList,
});

export const handler = task(environment, { input: StepInput, output: StepOutcome }, (env) => {
  const secrets = new SecretsManagerClient({});
  const keys = secretsSigningKeys(secrets, env.RUN_TOKEN_SECRET_ARN);
  const documents = documentClient();
  const parts: SubmitRun = {
    telemetry: dynamoTelemetryStore(documents, env.TELEMETRY_TABLE),
    jobs: dynamoJobStore(documents, { core: env.CORE_TABLE, telemetry: env.TELEMETRY_TABLE }),
    cluster: guardedCluster(documents, env),
    overdue: (stop: OverdueStop) => log.error(STOP_OVERDUE, { ...stop }),
    catalog: stageCatalog(env),
    runsApiUrl: env.RUNS_API_URL,
    bootstrapToken: async (run) => bootstrapToken(await keys.current(), run),
  };
  return (input, now) => submitRun(parts, input, now());
});
