import * as z from 'zod';
import { ModelFormat } from './model-format.ts';
import { NoContent, operation } from './operation.ts';
import { Evaluation, measures, Sample, TrainingFacts } from './run-spec.ts';
import { Hyperparameters, PresetId } from './catalog.ts';
import {
  CompositeSha256,
  DatasetId,
  DisplayName,
  JobId,
  ModelId,
  Owner,
  PageQuery,
  pageOf,
  Sha256Hex,
  Timestamp,
  UsdMicros,
} from './values.ts';

export const ModelFile = z.object({
  path: z.string(),
  bytes: z.int().nonnegative(),
  sha256: Sha256Hex,
  compositeSha256: CompositeSha256,
});
export type ModelFile = z.infer<typeof ModelFile>;

/**
 * `ship` only if the whole 95 % interval of the difference is better than the base,
 * `keep-the-base` if it is not, `unproven` where too few rows could be held out.
 */
const ModelVerdict = z.enum(['ship', 'keep-the-base', 'unproven']);

const modelBase = {
  id: ModelId,
  name: DisplayName,
  jobId: JobId,
  createdAt: Timestamp,
  updatedAt: Timestamp,
  format: ModelFormat,
  baseModel: z.object({ id: z.string(), revision: z.string() }),
  dataset: z.object({ id: DatasetId, name: z.string(), version: z.int(), sha256: Sha256Hex }),
  preset: PresetId,
  hyperparameters: Hyperparameters,
  gpuType: z.string(),
  attempts: z.int().positive(),
  verdict: ModelVerdict,
  evaluation: Evaluation.nullable(),
  training: TrainingFacts,
  samples: z.array(Sample),
  ...measures,
  files: z.array(ModelFile).min(1),
  totalBytes: z.int(),
  costUsdMicros: UsdMicros,
};
/** One a job; a deleted model keeps its record (what it cost and how good it was) but no files. */
export const Model = z.discriminatedUnion('status', [
  z.object({ ...modelBase, status: z.literal('available') }),
  z.object({ ...modelBase, status: z.literal('deleted'), deletedAt: Timestamp }),
]);
export type Model = z.infer<typeof Model>;

const stored = {
  shape: z.literal(1),
  owner: Owner,
  revision: z.int().positive(),
  /** `models/<owner>/<job>/attempt-<n>/`. */
  prefix: z.string(),
  /** Path → S3 VersionId: a download gets the bytes that were verified. */
  versionIds: z.record(z.string(), z.string()),
};
export const ModelRecord = z.discriminatedUnion('status', [
  Model.options[0].extend(stored),
  Model.options[1].extend(stored),
]);
export type ModelRecord = z.infer<typeof ModelRecord>;

const modelPath = z.strictObject({ modelId: ModelId });

export const listModels = operation({
  id: 'listModels',
  noun: 'models',
  method: 'GET',
  path: '/models',
  summary: 'Your models, newest first.',
  query: PageQuery,
  success: { status: 200, body: pageOf(Model) },
});

export const getModel = operation({
  id: 'getModel',
  noun: 'models',
  method: 'GET',
  path: '/models/{modelId}',
  summary: 'One model with its quality against the base, its samples and its files.',
  pathParameters: modelPath,
  success: { status: 200, body: Model },
});

export const createDownloads = operation({
  id: 'createDownloads',
  noun: 'models',
  method: 'POST',
  path: '/models/{modelId}/downloads',
  summary: 'Presigned URLs for all files, or for some; each gets exactly the bytes that were verified.',
  pathParameters: modelPath,
  body: z.strictObject({ paths: z.array(z.string().max(300)).min(1).max(100).optional() }),
  success: {
    status: 200,
    body: z.object({ files: z.array(ModelFile.extend({ url: z.url(), expiresAt: Timestamp })) }),
  },
  problems: ['model-deleted'],
});

export const changeModel = operation({
  id: 'changeModel',
  noun: 'models',
  method: 'PATCH',
  path: '/models/{modelId}',
  summary: 'Rename a model.',
  pathParameters: modelPath,
  body: z.strictObject({ name: DisplayName }),
  success: { status: 200, body: Model },
  problems: ['model-deleted'],
});

export const deleteModel = operation({
  id: 'deleteModel',
  noun: 'models',
  method: 'DELETE',
  path: '/models/{modelId}',
  summary: 'Delete the files of a model; its record with cost and quality stays with its job.',
  pathParameters: modelPath,
  success: { status: 204, body: NoContent },
});

export const modelOperations = [listModels, getModel, createDownloads, changeModel, deleteModel];
