/** The next version of a dataset, uploaded or made by a repair. Each number is given once, each request answered once. */
import type { RepairOrder } from '../../contracts/dataset-cures.ts';
import type { DatasetVersionRecord, UploadPlan } from '../../contracts/dataset-versions.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type { Idempotency } from '../runtime/idempotency.ts';
import { type DatasetCreation, type DatasetStore, untilUnchanged } from './dataset-store.ts';
import { type Announced, newVersion } from './dataset-version.ts';
import { type LivingDataset, requireLiving, withNextVersion } from './dataset.ts';
import { requireRepairable } from './repair-order.ts';
import { newRepair } from './repaired-version.ts';
import { isDecided, startUploads } from './start-uploads.ts';
import { refuseOversize, uploadPlans, type Uploads } from './upload.ts';
import type { ValidationQueue } from './validation-queue.ts';

export interface AdditionPorts {
  store: Pick<DatasetStore, 'dataset' | 'version'>;
  creation: Pick<DatasetCreation, 'earlier' | 'addVersion'>;
  uploads: Pick<Uploads, 'start' | 'abort'>;
  queue: ValidationQueue;
}

export interface AddedVersion {
  dataset: LivingDataset;
  version: DatasetVersionRecord;
}

interface Begun {
  record: DatasetVersionRecord;
  /** For when somebody else was given the number. */
  undo(): Promise<void>;
}

/** `begin` makes the first record of the version with the number it is given. */
async function addOnce(
  { store, creation }: AdditionPorts,
  idempotency: Idempotency,
  datasetId: string,
  begin: (version: number) => Promise<Begun>,
  now: Date,
): Promise<AddedVersion> {
  const { owner } = idempotency;
  const answerWith = async (number: string): Promise<AddedVersion> => {
    const [dataset, version] = await Promise.all([
      store.dataset(owner, datasetId),
      store.version(owner, datasetId, Number(number)),
    ]);
    if (!version) throw new ProblemError('not-found');
    return { dataset: requireLiving(dataset), version };
  };
  return untilUnchanged(async () => {
    const earlier = await creation.earlier(idempotency, now);
    if (earlier !== undefined) return answerWith(earlier);
    const dataset = withNextVersion(requireLiving(await store.dataset(owner, datasetId)), now);
    const { record, undo } = await begin(dataset.latestVersion);
    let kept: string;
    try {
      kept = await creation.addVersion(idempotency, dataset, record, now);
    } catch (error) {
      if (isDecided(error)) await undo();
      throw error;
    }
    if (kept === String(record.version)) return { dataset, version: record };
    await undo();
    return answerWith(kept);
  });
}

/** Announces the files of the next version and begins their uploads. */
export async function addUploadedVersion(
  ports: AdditionPorts,
  idempotency: Idempotency,
  { datasetId, ...wanted }: Announced & { datasetId: string },
  now: Date,
): Promise<AddedVersion & { uploads: UploadPlan[] }> {
  refuseOversize(wanted.bytes, wanted.validationBytes);
  const begin = async (version: number): Promise<Begun> => {
    const of = { owner: idempotency.owner, datasetId, version };
    const { ids, undo } = await startUploads(ports.uploads, of, wanted.validationBytes !== undefined);
    return { record: newVersion({ ...of, uploads: ids }, wanted, now), undo };
  };
  const added = await addOnce(ports, idempotency, datasetId, begin, now);
  return { ...added, uploads: uploadPlans(added.version) };
}

/**
 * Begins a repair of a version whose check has ended; it is made in the background. Throws `version-not-repairable`,
 * or `invalid-request` for an order that this version cannot be given.
 */
export async function addRepairedVersion(
  ports: AdditionPorts,
  idempotency: Idempotency,
  { datasetId, version: from, order }: { datasetId: string; version: number; order: RepairOrder },
  now: Date,
): Promise<AddedVersion> {
  const { owner } = idempotency;
  const [dataset, found] = await Promise.all([
    ports.store.dataset(owner, datasetId),
    ports.store.version(owner, datasetId, from),
  ]);
  requireLiving(dataset);
  if (!found) throw new ProblemError('not-found');
  const source = requireRepairable(found, order);
  const begin = async (version: number): Promise<Begun> => ({
    record: newRepair(source, { version, order }, now),
    undo: () => Promise.resolve(),
  });
  const added = await addOnce(ports, idempotency, datasetId, begin, now);
  const { version } = added.version;
  // Asked again by a repeat, which is harmless; where the first died before it asked, it is what helps.
  if (added.version.status === 'repairing') await ports.queue.send({ owner, datasetId, version });
  return added;
}
