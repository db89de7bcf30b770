import { ulid } from 'ulid';
import * as z from 'zod';
import {
  datasetReportOperations,
  getDatasetReport,
  getDatasetReportFile,
  listDatasetChanges,
  previewDataset,
} from '../../contracts/dataset-report.ts';
import {
  changeDataset,
  completeDatasetUpload,
  createDataset,
  createDatasetVersion,
  datasetOperations,
  deleteDataset,
  getDataset,
  listDatasets,
  listDatasetVersions,
  listUploadedParts,
  repairDatasetVersion,
  retryValidation,
  signDatasetParts,
} from '../../contracts/datasets.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { commaList } from '../runtime/environment.ts';
import { serve } from '../runtime/serve.ts';
import { multipartUploads, signingClient } from '../runtime/s3-multipart.ts';
import { addRepairedVersion, addUploadedVersion } from './add-version.ts';
import { createDatasetOnce } from './create-dataset.ts';
import { completeUpload } from './complete-upload.ts';
import { datasetPages } from './dataset-pages.ts';
import { deleteWholeDataset } from './delete-dataset.ts';
import { dynamoDatasetCreation, dynamoDatasetStore } from './dynamo-dataset-store.ts';
import { s3DatasetFiles } from './s3-dataset-files.ts';
import { sqsValidationQueue } from './sqs-validation-queue.ts';
import { stageCounter } from './tokens/stage-counter.ts';
import { uploadSession } from './upload-session.ts';

export const environment = z.object({
  CORE_TABLE: z.string(),
  EPHEMERAL_TABLE: z.string(),
  DATASETS_BUCKET: z.string(),
  VALIDATION_QUEUE_URL: z.string(),
  BASE_MODELS: commaList,
});

export const handler = serve([...datasetOperations, ...datasetReportOperations], environment, (env) => {
  const documents = documentClient();
  const client = signingClient();
  const store = dynamoDatasetStore(documents, env.CORE_TABLE);
  const creation = dynamoDatasetCreation(documents, env.CORE_TABLE, env.EPHEMERAL_TABLE);
  const uploads = multipartUploads(client, env.DATASETS_BUCKET);
  const files = s3DatasetFiles(client, env.DATASETS_BUCKET);
  const queue = sqsValidationQueue(env.VALIDATION_QUEUE_URL);
  const newId = (now: Date) => `ds_${ulid(now.getTime())}`;
  const additions = { store, creation, uploads, queue };
  const session = uploadSession(store, uploads);
  const pages = datasetPages(store, files, stageCounter(env.BASE_MODELS), queue);
  return {
    [createDataset.id]: ({ body, idempotency, now }) =>
      createDatasetOnce({ store, creation, uploads, newId }, idempotency, body, now()),
    [createDatasetVersion.id]: ({ path, body, idempotency, now }) =>
      addUploadedVersion(additions, idempotency, { ...path, ...body }, now()),
    [repairDatasetVersion.id]: ({ path, body: order, idempotency, now }) =>
      addRepairedVersion(additions, idempotency, { ...path, order }, now()),
    [signDatasetParts.id]: ({ owner, path, body, now }) => session.sign(owner, path, body, now()),
    [listUploadedParts.id]: ({ owner, path, now }) => session.arrived(owner, path, now()),
    [completeDatasetUpload.id]: ({ owner, path, now }) =>
      completeUpload({ store, uploads, queue }, { owner, ...path }, now()),
    [listDatasets.id]: ({ owner, query }) => pages.list(owner, query),
    [getDataset.id]: ({ owner, path }) => pages.one(owner, path.datasetId),
    [listDatasetVersions.id]: ({ owner, path, query }) => pages.versions(owner, path.datasetId, query),
    [getDatasetReport.id]: ({ owner, path, query }) => pages.report(owner, path, query),
    [getDatasetReportFile.id]: ({ owner, path, now }) => pages.reportFile(owner, path, now()),
    [listDatasetChanges.id]: ({ owner, path, query }) => pages.changes(owner, path, query),
    [previewDataset.id]: ({ owner, path, query }) => pages.preview(owner, path, query),
    [retryValidation.id]: ({ owner, path, now }) => pages.retry(owner, path, now()),
    [changeDataset.id]: ({ owner, path, body, now }) => pages.change(owner, path.datasetId, body, now()),
    [deleteDataset.id]: ({ owner, path, now }) =>
      deleteWholeDataset({ store, files, uploads }, owner, path.datasetId, now()),
  };
});
