import * as z from 'zod';
import { ColumnMapping, RepairOrder } from './dataset-cures.ts';
import { DatasetFormat } from './dataset-format.ts';
import { DatasetFile } from './dataset-issues.ts';
import { DatasetVersion, UploadPlan, versionPath } from './dataset-versions.ts';
import { NoContent, operation } from './operation.ts';
import {
  DatasetId,
  DisplayName,
  Owner,
  PageQuery,
  pageOf,
  PartsToSign,
  SignedPart,
  Timestamp,
} from './values.ts';

const datasetBase = {
  id: DatasetId,
  name: DisplayName,
  latestVersion: z.int().positive(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
};
export const Dataset = z.discriminatedUnion('status', [
  z.object({ ...datasetBase, status: z.literal('active') }),
  z.object({ ...datasetBase, status: z.literal('archived'), archivedAt: Timestamp }),
]);
export type Dataset = z.infer<typeof Dataset>;

/** A dataset with its newest version, as lists and pages show it. */
export const DatasetWithVersion = z.object({ dataset: Dataset, version: DatasetVersion });

const storedDataset = { shape: z.literal(1), owner: Owner, revision: z.int().positive() };
export const DatasetRecord = z.discriminatedUnion('status', [
  Dataset.options[0].extend(storedDataset),
  Dataset.options[1].extend(storedDataset),
  z.object({ ...datasetBase, ...storedDataset, status: z.literal('deleting'), deletingAt: Timestamp }),
]);
export type DatasetRecord = z.infer<typeof DatasetRecord>;

const datasetPath = z.strictObject({ datasetId: DatasetId });

const announcedFiles = {
  /** Stated only to be checked against what is found; left out, the format is detected. */
  format: DatasetFormat.optional(),
  /** For a table whose columns do not name themselves. */
  columns: ColumnMapping.optional(),
  bytes: z.int().positive(),
  validationBytes: z.int().positive().optional(),
};

export const createDataset = operation({
  id: 'createDataset',
  noun: 'datasets',
  method: 'POST',
  path: '/datasets',
  summary: 'Announce a dataset and its file sizes; the answer says in which parts to upload version 1.',
  idempotent: true,
  body: z.strictObject({
    name: DisplayName,
    ...announcedFiles,
  }),
  success: { status: 201, body: DatasetWithVersion.extend({ uploads: z.array(UploadPlan).min(1).max(2) }) },
  problems: ['dataset-too-large'],
});

export const createDatasetVersion = operation({
  id: 'createDatasetVersion',
  noun: 'datasets',
  method: 'POST',
  path: '/datasets/{datasetId}/versions',
  summary: 'Announce the files of the next version; the versions before stay as they are.',
  idempotent: true,
  pathParameters: datasetPath,
  body: z.strictObject(announcedFiles),
  success: { status: 201, body: DatasetWithVersion.extend({ uploads: z.array(UploadPlan).min(1).max(2) }) },
  problems: ['dataset-too-large', 'dataset-archived', 'too-many-versions'],
});

export const signDatasetParts = operation({
  id: 'signDatasetParts',
  noun: 'datasets',
  method: 'POST',
  path: '/datasets/{datasetId}/versions/{version}/parts',
  summary: 'Fresh URLs for some parts; each URL takes only the bytes with the SHA-256 it was signed for.',
  pathParameters: versionPath,
  body: z.strictObject({ file: DatasetFile.default('data'), parts: PartsToSign }),
  success: { status: 200, body: z.object({ parts: z.array(SignedPart) }) },
  problems: ['version-not-uploading'],
});

export const listUploadedParts = operation({
  id: 'listUploadedParts',
  noun: 'datasets',
  method: 'GET',
  path: '/datasets/{datasetId}/versions/{version}/parts',
  summary: 'Which parts have arrived, so that an interrupted upload goes on where it stopped.',
  pathParameters: versionPath,
  success: {
    status: 200,
    body: z.object({
      uploads: z.array(
        UploadPlan.extend({
          arrived: z.array(z.object({ partNumber: z.int(), bytes: z.int(), sha256: z.string() })),
        }),
      ),
    }),
  },
  problems: ['version-not-uploading'],
});

export const completeDatasetUpload = operation({
  id: 'completeDatasetUpload',
  noun: 'datasets',
  method: 'POST',
  path: '/datasets/{datasetId}/versions/{version}/complete',
  summary: 'Put the parts together and start the check. Repeating it after it succeeded answers the same.',
  pathParameters: versionPath,
  success: { status: 202, body: DatasetVersion },
  problems: ['version-not-uploading', 'upload-incomplete', 'upload-size-differs'],
});

export const listDatasets = operation({
  id: 'listDatasets',
  noun: 'datasets',
  method: 'GET',
  path: '/datasets',
  summary: 'Your datasets with their newest version, newest first.',
  query: PageQuery.extend({
    search: z.string().max(100).optional(),
    status: z.enum(['active', 'archived']).default('active'),
    sort: z.enum(['newest', 'oldest']).default('newest'),
  }),
  success: { status: 200, body: pageOf(DatasetWithVersion) },
});

export const getDataset = operation({
  id: 'getDataset',
  noun: 'datasets',
  method: 'GET',
  path: '/datasets/{datasetId}',
  summary: 'One dataset with its newest version.',
  pathParameters: datasetPath,
  success: { status: 200, body: DatasetWithVersion },
});

export const listDatasetVersions = operation({
  id: 'listDatasetVersions',
  noun: 'datasets',
  method: 'GET',
  path: '/datasets/{datasetId}/versions',
  summary: 'All versions of a dataset, newest first.',
  pathParameters: datasetPath,
  query: PageQuery,
  success: { status: 200, body: pageOf(DatasetVersion) },
});

export const repairDatasetVersion = operation({
  id: 'repairDatasetVersion',
  noun: 'datasets',
  method: 'POST',
  path: '/datasets/{datasetId}/versions/{version}/repairs',
  summary: 'Make a new version from a checked one with the chosen cures applied; the old one stays.',
  idempotent: true,
  pathParameters: versionPath,
  body: RepairOrder,
  success: { status: 202, body: DatasetWithVersion },
  problems: ['version-not-repairable', 'dataset-archived', 'too-many-versions'],
});

export const retryValidation = operation({
  id: 'retryValidation',
  noun: 'datasets',
  method: 'POST',
  path: '/datasets/{datasetId}/versions/{version}/validate',
  summary: 'Check a version again whose check itself failed.',
  pathParameters: versionPath,
  success: { status: 202, body: DatasetVersion },
  problems: ['version-not-retryable'],
});

export const changeDataset = operation({
  id: 'changeDataset',
  noun: 'datasets',
  method: 'PATCH',
  path: '/datasets/{datasetId}',
  summary: 'Rename, archive or restore a dataset.',
  pathParameters: datasetPath,
  body: z.strictObject({ name: DisplayName.optional(), status: z.enum(['active', 'archived']).optional() }),
  success: { status: 200, body: Dataset },
});

export const deleteDataset = operation({
  id: 'deleteDataset',
  noun: 'datasets',
  method: 'DELETE',
  path: '/datasets/{datasetId}',
  summary: 'Delete a dataset with all versions and files. Models trained on it stay.',
  pathParameters: datasetPath,
  success: { status: 204, body: NoContent },
  problems: ['dataset-in-use'],
});

export const datasetOperations = [
  createDataset,
  createDatasetVersion,
  signDatasetParts,
  listUploadedParts,
  completeDatasetUpload,
  listDatasets,
  getDataset,
  listDatasetVersions,
  repairDatasetVersion,
  retryValidation,
  changeDataset,
  deleteDataset,
];
