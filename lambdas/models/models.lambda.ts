import * as z from 'zod';
import { LIMITS } from '../../contracts/limits.ts';
import {
  changeModel,
  createDownloads,
  deleteModel,
  getModel,
  listModels,
  modelOperations,
} from '../../contracts/models.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { serve } from '../runtime/serve.ts';
import { changeModelRecord } from './change-model.ts';
import { dynamoModelStore } from './dynamo-model-store.ts';
import { availableModel, deleted, filesToDownload, modelView, renamed } from './model.ts';
import { s3Downloads } from './s3-downloads.ts';

export const environment = z.object({ CORE_TABLE: z.string(), MODELS_BUCKET: z.string() });

export const handler = serve(modelOperations, environment, (env) => {
  const models = dynamoModelStore(documentClient(), env.CORE_TABLE);
  const files = s3Downloads(env.MODELS_BUCKET);
  const existing = async (owner: string, id: string) => {
    const record = await models.get(owner, id);
    if (!record) throw new ProblemError('not-found');
    return record;
  };
  return {
    [listModels.id]: async ({ owner, query }) => {
      const page = await models.list(owner, query);
      return { ...page, items: page.items.map(modelView) };
    },
    [getModel.id]: async ({ owner, path }) => modelView(await existing(owner, path.modelId)),
    [createDownloads.id]: async ({ owner, path, body, now }) => {
      const record = availableModel(await models.get(owner, path.modelId));
      const seconds = LIMITS.downloadUrlSeconds;
      const expiresAt = new Date(now().getTime() + seconds * 1000).toISOString();
      const signed = filesToDownload(record, body.paths).map(async ({ file, key, versionId }) => ({
        ...file,
        url: await files.sign(key, versionId, seconds),
        expiresAt,
      }));
      return { files: await Promise.all(signed) };
    },
    [changeModel.id]: async ({ owner, path, body, now }) =>
      modelView(
        await changeModelRecord(models, owner, path.modelId, (record) =>
          renamed(availableModel(record), body.name, now()),
        ),
      ),
    [deleteModel.id]: async ({ owner, path, now }) => {
      // The record first: from then on nothing is signed. A crash before the files are gone is repaired by asking again.
      const record = await changeModelRecord(models, owner, path.modelId, (found) =>
        found?.status === 'deleted' ? found : deleted(availableModel(found), now()),
      );
      await files.deleteAll(`${record.prefix}final/`);
    },
  };
});
