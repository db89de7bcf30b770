import type { DatasetRecord } from '../../contracts/datasets.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type { DatasetFiles } from './dataset-files.ts';
import { type DatasetStore, untilUnchanged } from './dataset-store.ts';
import { deleting, requireLiving, spared } from './dataset.ts';
import { datasetPrefix, type Uploads } from './upload.ts';

export interface DeletionPorts {
  store: DatasetStore;
  files: Pick<DatasetFiles, 'removeAll'>;
  uploads: Pick<Uploads, 'abort'>;
}

/**
 * Deletes a dataset with everything of it. Throws `dataset-in-use` while a job that has not ended is bound to it.
 * It is marked before jobs are looked for, and jobs are created only on a dataset that is not marked: no job can
 * slip in between.
 */
export async function deleteWholeDataset(
  ports: DeletionPorts,
  owner: string,
  datasetId: string,
  now: Date,
): Promise<void> {
  const { store } = ports;
  const marked = await untilUnchanged(async () => {
    const found = await store.dataset(owner, datasetId);
    if (found?.status === 'deleting') return found;
    const record = requireLiving(found);
    if (await store.hasLiveJob(owner, datasetId, now)) throw new ProblemError('dataset-in-use');
    const next = deleting(record, now);
    await store.replaceDataset(next);
    if (!(await store.hasLiveJob(owner, datasetId, now))) return next;
    await store.replaceDataset(spared(next, record, now));
    throw new ProblemError('dataset-in-use');
  });
  await finishDeletion(ports, marked);
}

/**
 * May be repeated from any point, by the sweeper too. The versions' rows go before the files: whoever still works on
 * one finds it gone at his next write, and takes with him what he has written since. The dataset's row goes last,
 * because it is what remembers that there is something to finish.
 */
export async function finishDeletion(
  { store, files, uploads }: DeletionPorts,
  { owner, id }: Pick<DatasetRecord, 'owner' | 'id'>,
): Promise<void> {
  for (const version of await store.versions(owner, id)) {
    if (version.status !== 'uploading') continue;
    await uploads.abort(version.keys.data, version.uploads.data);
    if (version.keys.validation !== undefined && version.uploads.validation !== undefined) {
      await uploads.abort(version.keys.validation, version.uploads.validation);
    }
  }
  await store.removeVersions(owner, id);
  await files.removeAll(datasetPrefix(owner, id));
  await store.removeDataset(owner, id);
}
