/** The way from parts to a pinned object: only here a file comes to be, and only when it is what was announced. */
import type { DatasetFile } from '../../contracts/dataset-issues.ts';
import type { DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { type DatasetStore, untilUnchanged } from './dataset-store.ts';
import { abandoned, uploaded, type VersionIn } from './dataset-version.ts';
import { requireWhole, uploadPlans, type Uploads } from './upload.ts';
import type { ValidationQueue } from './validation-queue.ts';

export interface UploadPorts {
  store: Pick<DatasetStore, 'version' | 'replaceVersion'>;
  uploads: Uploads;
}

const keyOf = (record: VersionIn<'uploading'>, file: DatasetFile) => record.keys[file] ?? '';

/**
 * The VersionIds of a version's files. Parts are put together only once all files are whole; an upload that is gone
 * because an earlier call got that far is found by its object. Throws `upload-incomplete` or `upload-size-differs`.
 */
async function pinFiles(
  uploads: Uploads,
  record: VersionIn<'uploading'>,
): Promise<VersionIn<'validating'>['versionIds']> {
  const pins = await Promise.all(
    uploadPlans(record).map(async (plan) => {
      const key = keyOf(record, plan.file);
      const uploadId = record.uploads[plan.file] ?? '';
      const parts = await uploads.arrived(key, uploadId);
      if (parts) requireWhole(plan, parts);
      return async () => {
        const object =
          (parts && (await uploads.complete(key, uploadId, parts))) ?? (await uploads.stored(key));
        if (object?.bytes === plan.bytes) return [plan.file, object.versionId] as const;
        throw new ProblemError('upload-incomplete', `The upload of ${plan.file} has ended without a file.`);
      };
    }),
  );
  const pinned = new Map(await Promise.all(pins.map((pin) => pin())));
  const data = pinned.get('data');
  const validation = pinned.get('validation');
  if (data === undefined) throw new Error('A version has no data file.');
  return { data, ...(validation === undefined ? {} : { validation }) };
}

/** Moves an uploading version on when its files are whole; any other version is answered as it is. */
export function settleUpload(
  { store, uploads }: UploadPorts,
  { owner, datasetId, version }: { owner: string; datasetId: string; version: number },
  now: Date,
): Promise<DatasetVersionRecord> {
  return untilUnchanged(async () => {
    const record = await store.version(owner, datasetId, version);
    if (!record) throw new ProblemError('not-found');
    if (record.status !== 'uploading') return record;
    const moved = uploaded(record, await pinFiles(uploads, record), now);
    await store.replaceVersion(moved);
    return moved;
  });
}

/**
 * What `complete` does: settle, then ask for the check. Repeating it asks again, which is harmless; a version that
 * was abandoned takes no files any more.
 */
export async function completeUpload(
  ports: UploadPorts & { queue: ValidationQueue },
  of: { owner: string; datasetId: string; version: number },
  now: Date,
): Promise<DatasetVersionRecord> {
  const record = await settleUpload(ports, of, now);
  if (record.status === 'abandoned') throw new ProblemError('version-not-uploading');
  if (record.status === 'validating' && !record.lease) await ports.queue.send(of);
  return record;
}

/** Ends an upload whose 48 hours are over: what is whole goes on, what is not is dropped with its parts. */
export async function abandonUpload(
  { store, uploads }: UploadPorts,
  record: VersionIn<'uploading'>,
  now: Date,
): Promise<DatasetVersionRecord> {
  try {
    return await settleUpload({ store, uploads }, record, now);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
  }
  // The record first: a part that still arrives then finds no version that would take it.
  const ended = abandoned(record, now);
  await store.replaceVersion(ended);
  await uploads.abort(record.keys.data, record.uploads.data);
  if (record.keys.validation !== undefined && record.uploads.validation !== undefined) {
    await uploads.abort(record.keys.validation, record.uploads.validation);
  }
  return ended;
}
