/** A version that is made from another one: how it begins, and how it goes on to its check. */
import type { CureCount, RepairOrder } from '../../contracts/dataset-cures.ts';
import { type Judged, nextOf, type Pinned, type VersionIn } from './dataset-version.ts';
import { fileKey } from './upload.ts';

export function newRepair(
  source: Judged,
  { version, order }: { version: number; order: RepairOrder },
  now: Date,
): VersionIn<'repairing'> {
  const { owner, datasetId, files } = source;
  const at = now.toISOString();
  const key = (file: 'data' | 'validation') => fileKey(owner, datasetId, version, file);
  const { validation } = files;
  return {
    shape: 1,
    owner,
    revision: 1,
    datasetId,
    version,
    madeFrom: { version: source.version, order },
    declaredBytes: files.data.bytes,
    ...(validation ? { declaredValidationBytes: validation.bytes } : {}),
    createdAt: at,
    updatedAt: at,
    keys: { data: key('data'), ...(validation ? { validation: key('validation') } : {}) },
    status: 'repairing',
    repairedBytes: 0,
    tries: 0,
  };
}

export interface Repaired {
  data: { bytes: number; versionId: string };
  /** Absent where there was none, and where nothing of it was left. */
  validation?: { bytes: number; versionId: string } | undefined;
  did: { cures: CureCount[]; rowsChanged: number; rowsRemoved: number };
}

/** The files are made: whoever made them goes on to check them, as the first to try. */
export function repaired(
  record: VersionIn<'repairing'>,
  { data, validation, did }: Repaired,
  now: Date,
): VersionIn<'validating'> {
  const { declaredValidationBytes: _before, keys, madeFrom, ...next } = nextOf(record, now);
  const versionIds: Pinned = { data: data.versionId };
  if (validation) versionIds.validation = validation.versionId;
  return {
    ...next,
    ...(madeFrom ? { madeFrom: { ...madeFrom, ...did } } : {}),
    declaredBytes: data.bytes,
    ...(validation ? { declaredValidationBytes: validation.bytes } : {}),
    keys: validation ? keys : { data: keys.data },
    status: 'validating',
    uploadedAt: now.toISOString(),
    checkedBytes: 0,
    versionIds,
    tries: 1,
    ...(record.lease ? { lease: record.lease } : {}),
  };
}
