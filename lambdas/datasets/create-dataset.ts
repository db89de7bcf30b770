import type { DatasetFormat, DatasetVersionRecord, UploadPlan } from '../../contracts/datasets.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type { Idempotency } from '../runtime/idempotency.ts';
import type { DatasetCreation, DatasetStore } from './dataset-store.ts';
import { newVersion } from './dataset-version.ts';
import { type LivingDataset, newDataset, requireLiving } from './dataset.ts';
import { fileKey, refuseOversize, uploadPlans, type Uploads } from './upload.ts';

export interface CreationPorts {
  store: Pick<DatasetStore, 'dataset' | 'version'>;
  creation: DatasetCreation;
  uploads: Pick<Uploads, 'start' | 'abort'>;
  /** A fresh id at a time. */
  newId: (now: Date) => string;
}

export interface NewDataset {
  name: string;
  format?: DatasetFormat | undefined;
  bytes: number;
  validationBytes?: number | undefined;
}

export interface CreatedDataset {
  dataset: LivingDataset;
  version: DatasetVersionRecord;
  uploads: UploadPlan[];
}

/** Announces a dataset and begins its uploads; the same request with the same key is answered from what it made. */
export async function createDatasetOnce(
  { store, creation, uploads, newId }: CreationPorts,
  idempotency: Idempotency,
  wanted: NewDataset,
  now: Date,
): Promise<CreatedDataset> {
  const { owner } = idempotency;
  const answerWith = async (datasetId: string): Promise<CreatedDataset> => {
    const [dataset, version] = await Promise.all([
      store.dataset(owner, datasetId),
      store.version(owner, datasetId, 1),
    ]);
    if (!version) throw new ProblemError('not-found');
    return { dataset: requireLiving(dataset), version, uploads: uploadPlans(version) };
  };
  refuseOversize(wanted.bytes, wanted.validationBytes);
  const earlier = await creation.earlier(idempotency, now);
  if (earlier !== undefined) return answerWith(earlier);

  const datasetId = newId(now);
  const dataKey = fileKey(owner, datasetId, 1, 'data');
  const validationKey = fileKey(owner, datasetId, 1, 'validation');
  const [data, validation] = await Promise.all([
    uploads.start(dataKey),
    wanted.validationBytes === undefined ? undefined : uploads.start(validationKey),
  ]);
  const undo = async () => {
    await uploads.abort(dataKey, data);
    if (validation !== undefined) await uploads.abort(validationKey, validation);
  };
  const ids = validation === undefined ? { data } : { data, validation };
  const version = newVersion({ owner, datasetId, uploads: ids }, wanted, now);
  let kept: string;
  try {
    kept = await creation.create(idempotency, newDataset(owner, datasetId, wanted.name, now), version, now);
  } catch (error) {
    await undo();
    throw error;
  }
  if (kept !== datasetId) await undo();
  return answerWith(kept);
}
