/** One immutable version of a dataset: its files, what the check found in them, and how it moves. */
import * as z from 'zod';
import { ColumnMapping, CureCount, RepairOrder } from './dataset-cures.ts';
import { DatasetFormat } from './dataset-format.ts';
import { DatasetFile, DatasetIssueCount } from './dataset-issues.ts';
import { DatasetId, Owner, Sha256Hex, Timestamp } from './values.ts';

/** What a file is before its rows are read; everything but JSON Lines is converted on the way in. */
export const DatasetContainer = z.enum(['jsonl', 'json-array', 'csv', 'tsv', 'parquet']);
export type DatasetContainer = z.infer<typeof DatasetContainer>;

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
  /** Half of the rows have at most so many tokens, and 19 of 20. */
  median: z.int().nonnegative().optional(),
  p95: z.int().nonnegative().optional(),
  /** Tokens beyond the context in all rows together, and rows of which the cut takes a part of the last answer. */
  tokensCut: z.int().nonnegative().optional(),
  answersCut: z.int().nonnegative().optional(),
});
export type TokenCount = z.infer<typeof TokenCount>;

/** What kinds of rows there are. `languages` is told from a sample, by the answers; at most 12 of each. */
export const RowMix = z.object({
  /** Order of roles → rows, as in `system user assistant`; repeated turns are written once with `…`. */
  roles: z.array(z.object({ order: z.string(), rows: z.int().positive() })),
  /** ISO 639-1 code, or `code` for program text and `unknown`, and its share of the rows looked at. */
  languages: z.array(z.object({ language: z.string(), share: z.number().min(0).max(1) })),
  /** Rows with tool calls or tool results: only base models whose template knows tools take them. */
  toolRows: z.int().nonnegative(),
  /** Rows in which a message says its weight. */
  weightedRows: z.int().nonnegative(),
});
export type RowMix = z.infer<typeof RowMix>;

/** What the check found, in short; the full list is the report. */
export const CheckSummary = z.object({
  verdict: z.enum(['ready', 'ready-with-warnings', 'rejected']),
  format: DatasetFormat.nullable(),
  rows: z.int().nonnegative(),
  usableRows: z.int().nonnegative(),
  validationRows: z.int().nonnegative(),
  tokens: TokenCount.nullable(),
  /** The same in the words of the other tokenizers that this installation's base models use. */
  otherTokens: z.array(TokenCount).optional(),
  mix: RowMix.optional(),
  /** Where a file has more rows than a check remembers: how many of the first every row was compared with. */
  comparedRows: z.int().nonnegative().optional(),
  /** The same for rows that are nearly equal. */
  nearComparedRows: z.int().nonnegative().optional(),
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

/** A file as it was uploaded, where its rows had to be converted first. */
export const SourceFile = StoredFile.extend({ container: DatasetContainer, gzip: z.boolean() });
export type SourceFile = z.infer<typeof SourceFile>;

/** Which version a repair made this one from, what it was told to do, and what it did once it is done. */
export const MadeFrom = z.object({
  version: z.int().positive(),
  order: RepairOrder,
  cures: z.array(CureCount).optional(),
  /** Rows changed and rows left out, each counted once. */
  rowsChanged: z.int().nonnegative().optional(),
  rowsRemoved: z.int().nonnegative().optional(),
});
export type MadeFrom = z.infer<typeof MadeFrom>;

/** What a running check can say already. */
export const CheckSoFar = z.object({
  rows: z.int().nonnegative(),
  errors: z.int().nonnegative(),
  warnings: z.int().nonnegative(),
  /** From a hash sample; the exact count comes with the verdict. */
  estimatedTokens: z.int().nonnegative().optional(),
});
export type CheckSoFar = z.infer<typeof CheckSoFar>;

const versionBase = {
  datasetId: DatasetId,
  version: z.int().positive(),
  madeFrom: MadeFrom.optional(),
  /** Said by who uploaded a table. */
  columns: ColumnMapping.optional(),
  declaredFormat: DatasetFormat.optional(),
  declaredBytes: z.int().positive(),
  declaredValidationBytes: z.int().positive().optional(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
};
/**
 * The files whose rows were checked and are trained on. Every line and byte that the check, the preview and a repair
 * name is counted in them: of a table that was converted, row 1 is line 1 and its header none.
 */
const checkedFiles = {
  data: StoredFile,
  validation: StoredFile.optional(),
  /** Present where `data` or `validation` was converted from them; they stay as they were uploaded. */
  source: SourceFile.optional(),
  validationSource: SourceFile.optional(),
};

/**
 * An immutable version: uploading → validating → ready | rejected | validation-failed; uploading → abandoned. One
 * that a repair makes begins as repairing → validating.
 */
export const DatasetVersion = z.discriminatedUnion('status', [
  z.object({ ...versionBase, status: z.literal('uploading'), uploadEndsAt: Timestamp }),
  z.object({
    ...versionBase,
    status: z.literal('validating'),
    uploadedAt: Timestamp,
    checkedBytes: z.int().nonnegative(),
    soFar: CheckSoFar.optional(),
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
  /** `declaredBytes` are those of the version that is repaired. */
  z.object({ ...versionBase, status: z.literal('repairing'), repairedBytes: z.int().nonnegative() }),
]);
export type DatasetVersion = z.infer<typeof DatasetVersion>;
export type DatasetVersionStatus = DatasetVersion['status'];

/** The allowed moves; terminal states have none (I3). */
export const DATASET_VERSION_MOVES = {
  uploading: ['validating', 'abandoned'],
  validating: ['ready', 'rejected', 'validation-failed'],
  repairing: ['validating', 'validation-failed'],
  'validation-failed': ['validating', 'repairing'],
  ready: [],
  rejected: [],
  abandoned: [],
} as const satisfies Record<DatasetVersionStatus, readonly DatasetVersionStatus[]>;

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
  /** Where the rows lie: from the conversion on, of the converted file. */
  keys: z.object({ data: z.string(), validation: z.string().optional() }),
};
/** Who works on a version now; a lease whose heartbeat is a minute old may be taken over (version-lease.ts). */
const ValidationLease = z.object({ holder: z.string(), heartbeatAt: Timestamp });
const [uploading, validating, ready, rejected, validationFailed, abandoned, repairing] =
  DatasetVersion.options;
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
    /** Absent where a repair had not made the files yet. */
    versionIds: z.object({ data: z.string(), validation: z.string().optional() }).optional(),
  }),
  abandoned.extend(storedVersion),
  repairing.extend({
    ...storedVersion,
    lease: ValidationLease.optional(),
    tries: z.int().nonnegative(),
  }),
]);
export type DatasetVersionRecord = z.infer<typeof DatasetVersionRecord>;

export const versionPath = z.strictObject({
  datasetId: DatasetId,
  version: z.coerce.number().int().min(1).max(100_000),
});
