import { SFNClient } from '@aws-sdk/client-sfn';
import { SNSClient } from '@aws-sdk/client-sns';
import * as z from 'zod';
import { dynamoDatasetStore } from '../datasets/dynamo-dataset-store.ts';
import { sweepDeletion, sweepVersion } from '../datasets/sweep-datasets.ts';
import { s3DatasetFiles } from '../datasets/s3-dataset-files.ts';
import { sqsValidationQueue } from '../datasets/sqs-validation-queue.ts';
import { task } from '../runtime/consume.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { log } from '../runtime/log.ts';
import { multipartUploads, signingClient } from '../runtime/s3-multipart.ts';
import { dispatchRow } from './dispatch-outbox.ts';
import { dynamoOutbox, dynamoUnfinishedIndex } from './dynamo-outbox.ts';
import { sfnExecutions } from './sfn-executions.ts';
import { snsOutcomes } from './sns-outcomes.ts';
import { sweepUnfinished } from './sweep-unfinished.ts';

export const environment = z.object({
  CORE_TABLE: z.string(),
  DATASETS_BUCKET: z.string(),
  VALIDATION_QUEUE_URL: z.string(),
  TRAINING_WORKFLOW_ARN: z.string(),
  OUTCOMES_TOPIC_ARN: z.string(),
});

const Swept = z.object({ found: z.int(), repaired: z.int() });

export const handler = task(environment, { input: z.unknown(), output: Swept }, (env) => {
  const documents = documentClient();
  const s3 = signingClient();
  const datasets = {
    store: dynamoDatasetStore(documents, env.CORE_TABLE),
    uploads: multipartUploads(s3, env.DATASETS_BUCKET),
    files: s3DatasetFiles(s3, env.DATASETS_BUCKET),
    queue: sqsValidationQueue(env.VALIDATION_QUEUE_URL),
  };
  const outbox = dynamoOutbox(documents, env.CORE_TABLE);
  const executions = sfnExecutions(new SFNClient({}), env.TRAINING_WORKFLOW_ARN);
  const outcomes = snsOutcomes(new SNSClient({}), env.OUTCOMES_TOPIC_ARN);
  return async (_, now) => {
    const swept = await sweepUnfinished(
      {
        unfinished: dynamoUnfinishedIndex(documents, env.CORE_TABLE),
        outbox,
        executions,
        dispatch: (row) => dispatchRow({ outbox, executions, outcomes }, row),
        repairVersion: (version, at) => sweepVersion(datasets, version, at),
        repairDeletion: (dataset) => sweepDeletion(datasets, dataset),
        failed: (what, error) => log.error('Unfinished work could not be repaired', { what, error }),
      },
      now(),
    );
    log.info('Swept', swept);
    return swept;
  };
});
