import { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { stageCatalog } from '../catalog/stage-catalog.ts';
import { task } from '../runtime/consume.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { commaList } from '../runtime/environment.ts';
import { dynamoJobStore } from '../training-jobs/dynamo-job-store.ts';
import { prepareRun } from './prepare-run.ts';
import { s3ModelFiles } from './s3-model-files.ts';
import { StepInput, StepOutcome } from './steps.ts';

export const environment = z.object({
  CORE_TABLE: z.string(),
  TELEMETRY_TABLE: z.string(),
  MODELS_BUCKET: z.string(),
  GPU_TYPES: commaList,
  BASE_MODELS: commaList,
});

export const handler = task(environment, { input: StepInput, output: StepOutcome }, (env) => {
  const parts = {
    jobs: dynamoJobStore(documentClient(), { core: env.CORE_TABLE, telemetry: env.TELEMETRY_TABLE }),
    files: s3ModelFiles(new S3Client({}), env.MODELS_BUCKET),
    catalog: stageCatalog(env),
  };
  return (input, now) => prepareRun(parts, input, now());
});
