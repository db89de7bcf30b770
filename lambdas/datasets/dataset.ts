/** A dataset as a whole: its name, whether it is archived, and its end. Its bytes are in its versions. */
import type { DatasetRecord } from '../../contracts/datasets.ts';
import { LIMITS } from '../../contracts/limits.ts';
import { ProblemError } from '../../contracts/problems.ts';

export type LivingDataset = Exclude<DatasetRecord, { status: 'deleting' }>;

export function newDataset(owner: string, id: string, name: string, now: Date): LivingDataset {
  const at = now.toISOString();
  const base = {
    shape: 1 as const,
    revision: 1,
    owner,
    id,
    name,
    latestVersion: 1,
    createdAt: at,
    updatedAt: at,
  };
  return { ...base, status: 'active' };
}

/** A dataset that is being deleted is gone for everybody but those who delete it. Throws `not-found`. */
export function requireLiving(record: DatasetRecord | undefined): LivingDataset {
  if (!record || record.status === 'deleting') throw new ProblemError('not-found');
  return record;
}

const next = (record: DatasetRecord, now: Date) => {
  const { shape, owner, id, name, latestVersion, createdAt } = record;
  const base = { shape, owner, id, name, latestVersion, createdAt };
  return { ...base, revision: record.revision + 1, updatedAt: now.toISOString() };
};

/** Rename, archive, restore; what stays as it is needs no write, so the same record comes back. */
export function changed(
  record: LivingDataset,
  change: { name?: string | undefined; status?: 'active' | 'archived' | undefined },
  now: Date,
): LivingDataset {
  const status = change.status ?? record.status;
  const name = change.name ?? record.name;
  if (status === record.status && name === record.name) return record;
  if (status === 'active') return { ...next(record, now), name, status };
  const archivedAt = record.status === 'archived' ? record.archivedAt : now.toISOString();
  return { ...next(record, now), name, status, archivedAt };
}

/** Throws `dataset-archived` or `too-many-versions`. */
export function withNextVersion(record: LivingDataset, now: Date): LivingDataset {
  if (record.status === 'archived') throw new ProblemError('dataset-archived');
  if (record.latestVersion >= LIMITS.datasetVersions) {
    throw new ProblemError('too-many-versions', `At most ${LIMITS.datasetVersions}; upload a new dataset.`);
  }
  return { ...next(record, now), latestVersion: record.latestVersion + 1, status: 'active' };
}

/** Marks it, so that no new job takes it; its files and rows go next. */
export function deleting(record: LivingDataset, now: Date): Extract<DatasetRecord, { status: 'deleting' }> {
  return { ...next(record, now), status: 'deleting', deletingAt: now.toISOString() };
}

/** Back as it was: a job took it in the moment before it was marked. */
export function spared(record: DatasetRecord, before: LivingDataset, now: Date): LivingDataset {
  return before.status === 'active'
    ? { ...next(record, now), status: 'active' }
    : { ...next(record, now), status: 'archived', archivedAt: before.archivedAt };
}
