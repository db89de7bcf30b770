import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { stageCounter } from './tokens/stage-counter.ts';
import { consumeQueue } from '../runtime/consume.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { commaList } from '../runtime/environment.ts';
import { log } from '../runtime/log.ts';
import { multipartUploads, signingClient } from '../runtime/s3-multipart.ts';
import { dynamoDatasetStore } from './dynamo-dataset-store.ts';
import { s3DatasetFiles } from './s3-dataset-files.ts';
import { validateVersion } from './validate-version.ts';
import { requestOfMessage } from './validation-message.ts';

export const environment = z.object({
  CORE_TABLE: z.string(),
  DATASETS_BUCKET: z.string(),
  BASE_MODELS: commaList,
});

export const handler = consumeQueue(environment, (env) => {
  const client = signingClient();
  const store = dynamoDatasetStore(documentClient(), env.CORE_TABLE);
  const uploads = multipartUploads(client, env.DATASETS_BUCKET);
  const files = s3DatasetFiles(client, env.DATASETS_BUCKET);
  const counter = stageCounter(env.BASE_MODELS);
  return async ({ body, id, now }) => {
    const request = requestOfMessage(body);
    if (!request) return log.warn('A message asks for no version and is dropped', { messageId: id });
    const outcome = await validateVersion({ store, uploads, files, counter, now }, request, randomUUID());
    log.info('A version was looked at', { ...request, outcome });
  };
});
