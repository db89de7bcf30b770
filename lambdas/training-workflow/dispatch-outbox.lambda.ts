import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import * as z from 'zod';
import { consumeStream } from '../runtime/consume.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { dispatchRow } from './dispatch-outbox.ts';
import { dynamoOutbox } from './dynamo-outbox.ts';
import { sfnExecutions } from './sfn-executions.ts';
import { snsOutcomes } from './sns-outcomes.ts';

export const environment = z.object({
  CORE_TABLE: z.string(),
  TRAINING_WORKFLOW_ARN: z.string(),
  OUTCOMES_TOPIC_ARN: z.string(),
});

export const handler = consumeStream(environment, (env) => {
  const outbox = dynamoOutbox(documentClient(), env.CORE_TABLE);
  const parts = {
    outbox,
    executions: sfnExecutions(new SFNClient({}), env.TRAINING_WORKFLOW_ARN),
    outcomes: snsOutcomes(new SNSClient({}), env.OUTCOMES_TOPIC_ARN),
  };
  return async ({ kind, pk, sk }) => {
    // The mapping filters by this too; where a filter is not applied the others are passed over here.
    if (kind !== 'INSERT' || !pk.startsWith('OUTBOX#')) return;
    // The row as it lies there: gone means that it was done, by an earlier delivery or by the sweeper.
    const row = await outbox.get(sk);
    if (row) await dispatchRow(parts, row);
  };
});
