/** What the sweeper does with a dataset's row that it finds in the index of unfinished work. */
import type { DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import type { DatasetRecord } from '../../contracts/datasets.ts';
import { abandonUpload } from './complete-upload.ts';
import type { DatasetFiles } from './dataset-files.ts';
import { type DatasetStore, RecordChanged } from './dataset-store.ts';
import { finishDeletion } from './delete-dataset.ts';
import type { Uploads } from './upload.ts';
import type { ValidationQueue } from './validation-queue.ts';
import { dueAt } from './version-lease.ts';

export interface SweepPorts {
  store: DatasetStore;
  uploads: Uploads;
  files: Pick<DatasetFiles, 'removeAll'>;
  queue: ValidationQueue;
}

export type VersionSweep = 'abandon' | 'ask-again' | 'nothing';

/** Uploads that nobody finished end; a check or a repair without a living holder is asked for again (design.md §6). */
export function decideVersionSweep(record: DatasetVersionRecord, now: Date): VersionSweep {
  const due = dueAt(record);
  if (due === undefined || now.toISOString() < due) return 'nothing';
  return record.status === 'uploading' ? 'abandon' : 'ask-again';
}

/** Takes a version up, read anew: the index may be late. Somebody who moves it at the same time has it in hand. */
export async function sweepVersion(
  ports: SweepPorts,
  { owner, datasetId, version }: { owner: string; datasetId: string; version: number },
  now: Date,
): Promise<VersionSweep> {
  const record = await ports.store.version(owner, datasetId, version);
  const step = record ? decideVersionSweep(record, now) : 'nothing';
  if (step === 'ask-again') await ports.queue.send({ owner, datasetId, version });
  if (step === 'abandon' && record?.status === 'uploading') {
    try {
      const settled = await abandonUpload(ports, record, now);
      if (settled.status === 'validating') await ports.queue.send({ owner, datasetId, version });
    } catch (error) {
      if (!(error instanceof RecordChanged)) throw error;
    }
  }
  return step;
}

/** Finishes a deletion that stopped half-way. */
export async function sweepDeletion(
  ports: SweepPorts,
  { owner, id }: Pick<DatasetRecord, 'owner' | 'id'>,
): Promise<void> {
  const record = await ports.store.dataset(owner, id);
  if (record?.status === 'deleting') await finishDeletion(ports, record);
}
