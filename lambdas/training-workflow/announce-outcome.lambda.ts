import * as z from 'zod';
import { task } from '../runtime/consume.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { dynamoJobStore } from '../training-jobs/dynamo-job-store.ts';
import { announceOutcome } from './announce-outcome.ts';
import { StepInput, StepOutcome } from './steps.ts';

export const environment = z.object({ CORE_TABLE: z.string(), TELEMETRY_TABLE: z.string() });

export const handler = task(environment, { input: StepInput, output: StepOutcome }, (env) => {
  const jobs = dynamoJobStore(documentClient(), { core: env.CORE_TABLE, telemetry: env.TELEMETRY_TABLE });
  return (input, now) => announceOutcome({ jobs }, input, now());
});
