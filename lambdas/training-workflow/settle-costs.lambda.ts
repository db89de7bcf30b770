import * as z from 'zod';
import { dynamoTelemetryStore } from '../metrics/dynamo-telemetry-store.ts';
import { task } from '../runtime/consume.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { dynamoJobMoney } from '../training-jobs/dynamo-job-money.ts';
import { dynamoJobStore } from '../training-jobs/dynamo-job-store.ts';
import { settleCosts } from './settle-costs.ts';
import { StepInput, StepOutcome } from './steps.ts';

export const environment = z.object({ CORE_TABLE: z.string(), TELEMETRY_TABLE: z.string() });

export const handler = task(environment, { input: StepInput, output: StepOutcome }, (env) => {
  const documents = documentClient();
  const tables = { core: env.CORE_TABLE, telemetry: env.TELEMETRY_TABLE };
  const parts = {
    jobs: dynamoJobStore(documents, tables),
    money: dynamoJobMoney(documents, tables),
    telemetry: dynamoTelemetryStore(documents, env.TELEMETRY_TABLE),
  };
  return (input, now) => settleCosts(parts, input, now());
});
