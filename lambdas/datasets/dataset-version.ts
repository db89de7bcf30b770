/**
 * Every move of a version: uploading → validating → ready | rejected | validation-failed; uploading → abandoned. One
 * that a repair makes begins as repairing → validating (repaired-version.ts).
 */
import type { ColumnMapping } from '../../contracts/dataset-cures.ts';
import type { DatasetFormat } from '../../contracts/dataset-format.ts';
import type {
  CheckSummary,
  DatasetVersionRecord,
  DatasetVersionStatus,
  SourceFile,
  StoredFile,
} from '../../contracts/dataset-versions.ts';
import { LIMITS } from '../../contracts/limits.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { fileKey } from './upload.ts';

export type VersionIn<Status extends DatasetVersionStatus> = Extract<
  DatasetVersionRecord,
  { status: Status }
>;
export type Pinned = VersionIn<'validating'>['versionIds'];
/** A version that a function works on: it has a lease. */
export type WorkedOn = VersionIn<'validating'> | VersionIn<'repairing'>;
export type Judged = VersionIn<'ready'> | VersionIn<'rejected'>;

export interface Announced {
  format?: DatasetFormat | undefined;
  columns?: ColumnMapping | undefined;
  bytes: number;
  validationBytes?: number | undefined;
}

/** Without the fields that are not there: a record holds no undefined. */
export function present<Fields extends object>(fields: Fields) {
  const there = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };
}

export function newVersion(
  of: { owner: string; datasetId: string; version: number; uploads: VersionIn<'uploading'>['uploads'] },
  announced: Announced,
  now: Date,
): VersionIn<'uploading'> {
  const { owner, datasetId, version, uploads } = of;
  const at = now.toISOString();
  const key = (file: 'data' | 'validation') => fileKey(owner, datasetId, version, file);
  return {
    shape: 1,
    owner,
    revision: 1,
    datasetId,
    version,
    ...present({
      declaredFormat: announced.format,
      columns: announced.columns,
      declaredValidationBytes: announced.validationBytes,
    }),
    declaredBytes: announced.bytes,
    createdAt: at,
    updatedAt: at,
    keys: {
      data: key('data'),
      ...(uploads.validation === undefined ? {} : { validation: key('validation') }),
    },
    status: 'uploading',
    uploadEndsAt: new Date(now.getTime() + LIMITS.uploadHours * 3_600_000).toISOString(),
    uploads,
  };
}

/** What stays the same in every state; the next revision of it. */
export function nextOf(record: DatasetVersionRecord, now: Date) {
  const { shape, owner, datasetId, version, keys, createdAt, declaredBytes } = record;
  const { declaredFormat, declaredValidationBytes, columns, madeFrom } = record;
  return {
    shape,
    owner,
    datasetId,
    version,
    keys,
    createdAt,
    declaredBytes,
    ...present({ declaredFormat, declaredValidationBytes, columns, madeFrom }),
    revision: record.revision + 1,
    updatedAt: now.toISOString(),
  };
}

/** Throws `version-not-uploading`, also when its 48 hours are over. */
export function requireUploading(record: DatasetVersionRecord, now: Date): VersionIn<'uploading'> {
  if (record.status === 'uploading' && now.toISOString() < record.uploadEndsAt) return record;
  throw new ProblemError('version-not-uploading');
}

/** Not looked at yet. */
const unchecked = (now: Date) =>
  ({ status: 'validating', uploadedAt: now.toISOString(), checkedBytes: 0, tries: 0 }) as const;

/** The files are whole and pinned: from here on they are checked. */
export function uploaded(
  record: VersionIn<'uploading'>,
  versionIds: Pinned,
  now: Date,
): VersionIn<'validating'> {
  return { ...nextOf(record, now), ...unchecked(now), versionIds };
}

export function abandoned(record: VersionIn<'uploading'>, now: Date): VersionIn<'abandoned'> {
  return { ...nextOf(record, now), status: 'abandoned', abandonedAt: now.toISOString() };
}

/** What was checked: the rows with their keys, and what they were converted from. */
export interface CheckedFiles {
  keys: { data: string; validation?: string };
  files: {
    data: StoredFile;
    validation?: StoredFile;
    source?: SourceFile;
    validationSource?: SourceFile;
  };
}

/** The check has ended: the version is ready, or rejected with all its reasons. */
export function judged(
  record: VersionIn<'validating'>,
  summary: CheckSummary,
  { keys, files }: CheckedFiles,
  now: Date,
): Judged {
  const status = summary.verdict === 'rejected' ? 'rejected' : 'ready';
  return { ...nextOf(record, now), status, summary, keys, files };
}

/** Nobody goes on by himself; a person may try again. */
export function failed(record: WorkedOn, reason: string, now: Date): VersionIn<'validation-failed'> {
  const versionIds = record.status === 'validating' ? record.versionIds : undefined;
  return { ...nextOf(record, now), ...present({ versionIds }), status: 'validation-failed', reason };
}

/**
 * Goes on where it ended: files that are there are checked again, a repair that had not made them yet makes them.
 * Throws `version-not-retryable`; one that is worked on already stays.
 */
export function retried(record: DatasetVersionRecord, now: Date): WorkedOn {
  if (record.status === 'validating' || record.status === 'repairing') return record;
  if (record.status !== 'validation-failed') throw new ProblemError('version-not-retryable');
  const { versionIds } = record;
  return versionIds
    ? { ...nextOf(record, now), ...unchecked(now), versionIds }
    : { ...nextOf(record, now), status: 'repairing', repairedBytes: 0, tries: 0 };
}

/** A version whose check has ended one way or the other. Throws `report-not-ready`. */
export function requireJudged(record: DatasetVersionRecord): Judged {
  if (record.status === 'ready' || record.status === 'rejected') return record;
  throw new ProblemError('report-not-ready');
}
