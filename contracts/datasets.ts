import * as z from 'zod';
import { DatasetFile, DatasetIssue, DatasetIssueCount } from './dataset-issues.ts';
import { NoContent, operation } from './operation.ts';
import {
  DatasetId,
  DisplayName,
  Owner,
  PageQuery,
  pageOf,
  PartsToSign,
  Sha256Hex,
  SignedPart,
  Timestamp,
} from './values.ts';

export const DatasetFormat = z.enum(['chat', 'prompt-completion', 'instruction', 'text']);
export type DatasetFormat = z.infer<typeof DatasetFormat>;

/** How many rows have at most so many tokens; the last bin is open upwards. */
const TokenHistogram = z.array(
  z.object({ from: z.int().nonnegative(), to: z.int().positive().nullable(), rows: z.int().nonnegative() }),
);

/** Tokens of the training rows, in the words of the tokenizer that is named. */
export const TokenCount = z.object({
  tokenizer: z.string(),
  /** `exact` counted each row; `sampled` scaled up a hash sample; `by-length` divides characters by four. */
  method: z.enum(['exact', 'sampled', 'by-length']),
  total: z.int().nonnegative(),
  /** Tokens of answers: the only ones that are learnt. */
  trained: z.int().nonnegative(),
  longestRow: z.int().nonnegative(),
  contextLength: z.int().positive(),
  rowsOverContext: z.int().nonnegative(),
  /** Tokens of the validation rows; 0 where the job splits them off itself. */
  validation: z.int().nonnegative(),
  histogram: TokenHistogram,
});
export type TokenCount = z.infer<typeof TokenCount>;

/** What the check found, in short; the full list is the report. */
export const CheckSummary = z.object({
  verdict: z.enum(['ready', 'ready-with-warnings', 'rejected']),
  format: DatasetFormat.nullable(),
  rows: z.int().nonnegative(),
  usableRows: z.int().nonnegative(),
  validationRows: z.int().nonnegative(),
  tokens: TokenCount.nullable(),
  issues: z.array(DatasetIssueCount),
  checkedAt: Timestamp,
  /** Wall time of the check, milliseconds. */
  checkMilliseconds: z.int().nonnegative(),
});
export type CheckSummary = z.infer<typeof CheckSummary>;

/** A stored file, pinned: the same key may be overwritten later, this version of it may not. */
export const StoredFile = z.object({
  bytes: z.int().nonnegative(),
  sha256: Sha256Hex,
  versionId: z.string(),
});
export type StoredFile = z.infer<typeof StoredFile>;

const versionBase = {
  datasetId: DatasetId,
  version: z.int().positive(),
  declaredFormat: DatasetFormat.optional(),
  declaredBytes: z.int().positive(),
  declaredValidationBytes: z.int().positive().optional(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
};
const checkedFiles = { data: StoredFile, validation: StoredFile.optional() };

/** An immutable version: uploading → validating → ready | rejected | validation-failed; uploading → abandoned. */
export const DatasetVersion = z.discriminatedUnion('status', [
  z.object({ ...versionBase, status: z.literal('uploading'), uploadEndsAt: Timestamp }),
  z.object({
    ...versionBase,
    status: z.literal('validating'),
    uploadedAt: Timestamp,
    checkedBytes: z.int().nonnegative(),
  }),
  z.object({
    ...versionBase,
    status: z.literal('ready'),
    files: z.object(checkedFiles),
    summary: CheckSummary,
  }),
  z.object({
    ...versionBase,
    status: z.literal('rejected'),
    files: z.object(checkedFiles),
    summary: CheckSummary,
  }),
  z.object({ ...versionBase, status: z.literal('validation-failed'), reason: z.string() }),
  z.object({ ...versionBase, status: z.literal('abandoned'), abandonedAt: Timestamp }),
]);
export type DatasetVersion = z.infer<typeof DatasetVersion>;
export type DatasetVersionStatus = DatasetVersion['status'];

/** The allowed moves; terminal states have none (I3). */
export const DATASET_VERSION_MOVES = {
  uploading: ['validating', 'abandoned'],
  validating: ['ready', 'rejected', 'validation-failed'],
  'validation-failed': ['validating'],
  ready: [],
  rejected: [],
  abandoned: [],
} as const satisfies Record<DatasetVersionStatus, readonly DatasetVersionStatus[]>;

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

/** One multipart upload of one of the files: `parts` × `partBytes`, the last one shorter. */
export const UploadPlan = z.object({
  file: DatasetFile,
  bytes: z.int().positive(),
  partBytes: z.int().positive(),
  parts: z.int().positive(),
});
export type UploadPlan = z.infer<typeof UploadPlan>;

// Stored shapes. `revision` is the optimistic lock: each replace is conditioned on it.
const storedVersion = {
  shape: z.literal(1),
  owner: Owner,
  revision: z.int().positive(),
  keys: z.object({ data: z.string(), validation: z.string().optional() }),
};
/** Who checks a version now; a lease whose heartbeat is older than 2 minutes may be taken over (design.md §6). */
const ValidationLease = z.object({ holder: z.string(), heartbeatAt: Timestamp });
const [uploading, validating, ready, rejected, validationFailed, abandoned] = DatasetVersion.options;
export const DatasetVersionRecord = z.discriminatedUnion('status', [
  uploading.extend({
    ...storedVersion,
    uploads: z.object({ data: z.string(), validation: z.string().optional() }),
  }),
  validating.extend({
    ...storedVersion,
    /** Pinned at completion: the bytes that are checked are the bytes that are trained (I6). */
    versionIds: z.object({ data: z.string(), validation: z.string().optional() }),
    lease: ValidationLease.optional(),
    tries: z.int().nonnegative(),
  }),
  ready.extend(storedVersion),
  rejected.extend(storedVersion),
  validationFailed.extend({
    ...storedVersion,
    versionIds: z.object({ data: z.string(), validation: z.string().optional() }),
  }),
  abandoned.extend(storedVersion),
]);
export type DatasetVersionRecord = z.infer<typeof DatasetVersionRecord>;

const storedDataset = { shape: z.literal(1), owner: Owner, revision: z.int().positive() };
export const DatasetRecord = z.discriminatedUnion('status', [
  Dataset.options[0].extend(storedDataset),
  Dataset.options[1].extend(storedDataset),
  z.object({ ...datasetBase, ...storedDataset, status: z.literal('deleting'), deletingAt: Timestamp }),
]);
export type DatasetRecord = z.infer<typeof DatasetRecord>;

const datasetPath = z.strictObject({ datasetId: DatasetId });
const versionPath = z.strictObject({
  datasetId: DatasetId,
  version: z.coerce.number().int().min(1).max(100_000),
});

export const createDataset = operation({
  id: 'createDataset',
  noun: 'datasets',
  method: 'POST',
  path: '/datasets',
  summary: 'Announce a dataset and its file sizes; the answer says in which parts to upload version 1.',
  idempotent: true,
  body: z.strictObject({
    name: DisplayName,
    /** Stated only to be checked against what is found; left out, the format is detected. */
    format: DatasetFormat.optional(),
    bytes: z.int().positive(),
    validationBytes: z.int().positive().optional(),
  }),
  success: { status: 201, body: DatasetWithVersion.extend({ uploads: z.array(UploadPlan).min(1).max(2) }) },
  problems: ['dataset-too-large'],
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

export const getDatasetReport = operation({
  id: 'getDatasetReport',
  noun: 'datasets',
  method: 'GET',
  path: '/datasets/{datasetId}/versions/{version}/report',
  summary: 'What the check found: each problem with its line and its cure.',
  pathParameters: versionPath,
  query: z.strictObject({
    code: z.string().max(50).optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(200),
    offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  }),
  success: {
    status: 200,
    body: z.object({ summary: CheckSummary, issues: z.array(DatasetIssue), total: z.int().nonnegative() }),
  },
  problems: ['report-not-ready'],
});

/** One row as a conversation, whatever its format: what the trainer will see. */
export const PreviewRow = z.object({
  file: DatasetFile,
  line: z.int().positive(),
  tokens: z.int().nonnegative().nullable(),
  messages: z.array(
    z.object({
      role: z.enum(['system', 'user', 'assistant', 'tool', 'text']),
      content: z.string(),
      learnt: z.boolean(),
    }),
  ),
});
export type PreviewRow = z.infer<typeof PreviewRow>;

export const previewDataset = operation({
  id: 'previewDataset',
  noun: 'datasets',
  method: 'GET',
  path: '/datasets/{datasetId}/versions/{version}/preview',
  summary: 'Rows of a checked version as conversations; `afterByte` pages through the file.',
  pathParameters: versionPath,
  query: z.strictObject({
    file: DatasetFile.default('data'),
    afterByte: z.coerce.number().int().min(0).default(0),
    /** The line number that `afterByte` begins with, echoed back in `next`. */
    line: z.coerce.number().int().min(1).default(1),
    limit: z.coerce.number().int().min(1).max(50).default(10),
  }),
  success: {
    status: 200,
    body: z.object({
      rows: z.array(PreviewRow),
      next: z.object({ afterByte: z.int(), line: z.int() }).optional(),
    }),
  },
  problems: ['report-not-ready'],
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
  signDatasetParts,
  listUploadedParts,
  completeDatasetUpload,
  listDatasets,
  getDataset,
  listDatasetVersions,
  getDatasetReport,
  previewDataset,
  retryValidation,
  changeDataset,
  deleteDataset,
];
