/** Every move of a version: uploading → validating → ready | rejected | validation-failed; uploading → abandoned. */
import type {
  CheckSummary,
  DatasetFormat,
  DatasetVersionRecord,
  DatasetVersionStatus,
  StoredFile,
} from '../../contracts/datasets.ts';
import { LIMITS } from '../../contracts/limits.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { fileKey } from './upload.ts';

export type VersionIn<Status extends DatasetVersionStatus> = Extract<
  DatasetVersionRecord,
  { status: Status }
>;
type Pinned = VersionIn<'validating'>['versionIds'];

/** A check that has not said so for two minutes is taken to be dead (design.md §6). */
export const LEASE_SECONDS = 120;
/** A check that three functions could not end will not end in a fourth: memory, time or the file itself. */
export const MOST_TRIES = 3;

const later = (at: string, seconds: number) => new Date(Date.parse(at) + seconds * 1000).toISOString();

export function newVersion(
  {
    owner,
    datasetId,
    uploads,
  }: { owner: string; datasetId: string; uploads: VersionIn<'uploading'>['uploads'] },
  declared: { format?: DatasetFormat | undefined; bytes: number; validationBytes?: number | undefined },
  now: Date,
): VersionIn<'uploading'> {
  const at = now.toISOString();
  const version = 1;
  const validation =
    uploads.validation === undefined ? {} : { validation: fileKey(owner, datasetId, version, 'validation') };
  return {
    shape: 1,
    owner,
    revision: 1,
    datasetId,
    version,
    ...(declared.format === undefined ? {} : { declaredFormat: declared.format }),
    declaredBytes: declared.bytes,
    ...(declared.validationBytes === undefined ? {} : { declaredValidationBytes: declared.validationBytes }),
    createdAt: at,
    updatedAt: at,
    keys: { data: fileKey(owner, datasetId, version, 'data'), ...validation },
    status: 'uploading',
    uploadEndsAt: later(at, LIMITS.uploadHours * 3600),
    uploads,
  };
}

/** What stays the same in every state. */
function base(record: DatasetVersionRecord, now: Date) {
  const { shape, owner, datasetId, version, keys, createdAt, declaredBytes } = record;
  const { declaredFormat, declaredValidationBytes } = record;
  return {
    shape,
    owner,
    datasetId,
    version,
    keys,
    createdAt,
    declaredBytes,
    ...(declaredFormat === undefined ? {} : { declaredFormat }),
    ...(declaredValidationBytes === undefined ? {} : { declaredValidationBytes }),
    revision: record.revision + 1,
    updatedAt: now.toISOString(),
  };
}

/** Throws `version-not-uploading`, also when its 48 hours are over. */
export function requireUploading(record: DatasetVersionRecord, now: Date): VersionIn<'uploading'> {
  if (record.status === 'uploading' && now.toISOString() < record.uploadEndsAt) return record;
  throw new ProblemError('version-not-uploading');
}

/** The files are whole and pinned: from here on they are checked. */
export function uploaded(
  record: VersionIn<'uploading'>,
  versionIds: Pinned,
  now: Date,
): VersionIn<'validating'> {
  const uploadedAt = now.toISOString();
  return { ...base(record, now), status: 'validating', uploadedAt, checkedBytes: 0, versionIds, tries: 0 };
}

export function abandoned(record: VersionIn<'uploading'>, now: Date): VersionIn<'abandoned'> {
  return { ...base(record, now), status: 'abandoned', abandonedAt: now.toISOString() };
}

/**
 * When the sweeper should look at a version again; never for one whose work has ended. One that was just completed or
 * is being checked has two minutes; one whose holder let go waits for nothing.
 */
export function dueAt(record: DatasetVersionRecord): string | undefined {
  if (record.status === 'uploading') return record.uploadEndsAt;
  if (record.status !== 'validating') return undefined;
  if (record.lease) return later(record.lease.heartbeatAt, LEASE_SECONDS);
  return record.tries > 0 ? record.updatedAt : later(record.updatedAt, LEASE_SECONDS);
}

export type LeaseDecision =
  | { kind: 'taken'; record: VersionIn<'validating'> }
  /** Somebody else is at it and alive: the same work twice would be harmless, and useless. */
  | { kind: 'held' }
  | { kind: 'given-up'; record: VersionIn<'validation-failed'> };

/** Who checks: a free or stale lease is taken, a live one respected, and after the last try nobody tries again. */
export function decideLease(record: VersionIn<'validating'>, holder: string, now: Date): LeaseDecision {
  const { lease } = record;
  const alive = lease && now.toISOString() < later(lease.heartbeatAt, LEASE_SECONDS);
  if (alive && lease.holder !== holder) return { kind: 'held' };
  if (record.tries >= MOST_TRIES) {
    const reason = `The check was started ${MOST_TRIES} times and did not end. Nothing is lost; check again.`;
    return { kind: 'given-up', record: failed(record, reason, now) };
  }
  return {
    kind: 'taken',
    record: {
      ...record,
      ...base(record, now),
      checkedBytes: 0,
      tries: record.tries + 1,
      lease: { holder, heartbeatAt: now.toISOString() },
    },
  };
}

/** The holder is alive and has got so far. */
export function heartbeat(
  record: VersionIn<'validating'>,
  holder: string,
  checkedBytes: number,
  now: Date,
): VersionIn<'validating'> {
  const lease = { holder, heartbeatAt: now.toISOString() };
  return { ...record, ...base(record, now), checkedBytes, lease };
}

/** The holder could not go on and lets the next one try at once. */
export function released(record: VersionIn<'validating'>, now: Date): VersionIn<'validating'> {
  const { lease: _ended, ...rest } = record;
  return { ...rest, ...base(record, now) };
}

/** The check has ended: the version is ready, or rejected with all its reasons. */
export function judged(
  record: VersionIn<'validating'>,
  summary: CheckSummary,
  files: { data: StoredFile; validation?: StoredFile | undefined },
  now: Date,
): VersionIn<'ready'> | VersionIn<'rejected'> {
  const status = summary.verdict === 'rejected' ? 'rejected' : 'ready';
  return { ...base(record, now), status, summary, files };
}

export function failed(
  record: VersionIn<'validating'>,
  reason: string,
  now: Date,
): VersionIn<'validation-failed'> {
  return { ...base(record, now), status: 'validation-failed', reason, versionIds: record.versionIds };
}

/** Checks again what could not be checked. Throws `version-not-retryable`; one that is checked already stays. */
export function retried(record: DatasetVersionRecord, now: Date): VersionIn<'validating'> {
  if (record.status === 'validating') return record;
  if (record.status !== 'validation-failed') throw new ProblemError('version-not-retryable');
  const { versionIds } = record;
  const uploadedAt = now.toISOString();
  return { ...base(record, now), status: 'validating', uploadedAt, checkedBytes: 0, versionIds, tries: 0 };
}

/** A version whose check has ended one way or the other. Throws `report-not-ready`. */
export function requireJudged(record: DatasetVersionRecord): VersionIn<'ready'> | VersionIn<'rejected'> {
  if (record.status === 'ready' || record.status === 'rejected') return record;
  throw new ProblemError('report-not-ready');
}
