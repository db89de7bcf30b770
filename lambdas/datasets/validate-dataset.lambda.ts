import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { consumeQueue } from '../runtime/consume.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { commaList } from '../runtime/environment.ts';
import { log } from '../runtime/log.ts';
import { multipartUploads, signingClient } from '../runtime/s3-multipart.ts';
import { dynamoDatasetStore } from './dynamo-dataset-store.ts';
import { s3DatasetFiles } from './s3-dataset-files.ts';
import { sqsValidationQueue } from './sqs-validation-queue.ts';
import { stageModels } from './tokens/stage-counter.ts';
import { GIVEN_UP } from './validation-queue.ts';
import { validateVersion } from './validate-version.ts';
import { requestOfMessage } from './validation-message.ts';

export const environment = z.object({
  CORE_TABLE: z.string(),
  DATASETS_BUCKET: z.string(),
  VALIDATION_QUEUE_URL: z.string(),
  BASE_MODELS: commaList,
});

export const handler = consumeQueue(environment, (env) => {
  const client = signingClient();
  const ports = {
    store: dynamoDatasetStore(documentClient(), env.CORE_TABLE),
    uploads: multipartUploads(client, env.DATASETS_BUCKET),
    files: s3DatasetFiles(client, env.DATASETS_BUCKET),
    queue: sqsValidationQueue(env.VALIDATION_QUEUE_URL),
    models: stageModels(env.BASE_MODELS),
  };
  return async ({ body, id, now }) => {
    const request = requestOfMessage(body);
    if (!request) return log.warn('A message asks for no version and is dropped', { messageId: id });
    const outcome = await validateVersion({ ...ports, now }, request, randomUUID());
    if (outcome.kind === 'given-up') log.error(GIVEN_UP, { ...request, ...outcome });
    else if (outcome.kind === 'put-back') log.warn('A version is tried again', { ...request, ...outcome });
    else log.info('A version was looked at', { ...request, outcome: outcome.kind });
  };
});
