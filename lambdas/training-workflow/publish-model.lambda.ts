import { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { task } from '../runtime/consume.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { dynamoJobMoney } from '../training-jobs/dynamo-job-money.ts';
import { dynamoJobStore } from '../training-jobs/dynamo-job-store.ts';
import { publishModel } from './publish-model.ts';
import { s3ModelFiles } from './s3-model-files.ts';
import { StepInput, StepOutcome } from './steps.ts';

export const environment = z.object({
  CORE_TABLE: z.string(),
  TELEMETRY_TABLE: z.string(),
  MODELS_BUCKET: z.string(),
});

export const handler = task(environment, { input: StepInput, output: StepOutcome }, (env) => {
  const documents = documentClient();
  const tables = { core: env.CORE_TABLE, telemetry: env.TELEMETRY_TABLE };
  const parts = {
    jobs: dynamoJobStore(documents, tables),
    money: dynamoJobMoney(documents, tables),
    files: s3ModelFiles(new S3Client({}), env.MODELS_BUCKET),
  };
  return (input, now) => publishModel(parts, input, now());
});
