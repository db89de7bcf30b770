import { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { dynamoTelemetryStore } from '../metrics/dynamo-telemetry-store.ts';
import { task } from '../runtime/consume.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { log } from '../runtime/log.ts';
import { dynamoJobStore } from '../training-jobs/dynamo-job-store.ts';
import { cleanUp } from './clean-up.ts';
import { guardedCluster } from './ray-guarded-cluster.ts';
import { s3ModelFiles } from './s3-model-files.ts';
import { StepInput, StepOutcome } from './steps.ts';
import { type OverdueStop, STOP_OVERDUE } from './stop-watch.ts';

export const environment = z.object({
  CORE_TABLE: z.string(),
  TELEMETRY_TABLE: z.string(),
  MODELS_BUCKET: z.string(),
  GPU_CLUSTER_API_URL: z.string(),
  GPU_CLUSTER_API_KEY_SECRET_ARN: z.string(),
});

export const handler = task(environment, { input: StepInput, output: StepOutcome }, (env) => {
  const documents = documentClient();
  const parts = {
    jobs: dynamoJobStore(documents, { core: env.CORE_TABLE, telemetry: env.TELEMETRY_TABLE }),
    telemetry: dynamoTelemetryStore(documents, env.TELEMETRY_TABLE),
    files: s3ModelFiles(new S3Client({}), env.MODELS_BUCKET),
    cluster: guardedCluster(documents, env),
    overdue: (stop: OverdueStop) => log.error(STOP_OVERDUE, { ...stop }),
  };
  return (input, now) => cleanUp(parts, input, now());
});
