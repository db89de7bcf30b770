import type { DatasetVersionRecord, UploadPlan } from '../../contracts/dataset-versions.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type { Idempotency } from '../runtime/idempotency.ts';
import type { DatasetCreation, DatasetStore } from './dataset-store.ts';
import { type Announced, newVersion } from './dataset-version.ts';
import { type LivingDataset, newDataset, requireLiving } from './dataset.ts';
import { isDecided, startUploads } from './start-uploads.ts';
import { refuseOversize, uploadPlans, type Uploads } from './upload.ts';

export interface CreationPorts {
  store: Pick<DatasetStore, 'dataset' | 'version'>;
  creation: DatasetCreation;
  uploads: Pick<Uploads, 'start' | 'abort'>;
  /** A fresh id at a time. */
  newId: (now: Date) => string;
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
  wanted: Announced & { name: string },
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

  const of = { owner, datasetId: newId(now), version: 1 };
  const started = await startUploads(uploads, of, wanted.validationBytes !== undefined);
  const version = newVersion({ ...of, uploads: started.ids }, wanted, now);
  let kept: string;
  try {
    kept = await creation.create(
      idempotency,
      newDataset(owner, of.datasetId, wanted.name, now),
      version,
      now,
    );
  } catch (error) {
    if (isDecided(error)) await started.undo();
    throw error;
  }
  if (kept !== of.datasetId) await started.undo();
  return answerWith(kept);
}
