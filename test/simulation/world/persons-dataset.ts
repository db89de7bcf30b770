/** What the person's job is trained on: a file that lies there, or the first good one of what they upload. */
import { createHash } from 'node:crypto';
import { BUCKETS, TABLES } from '../deployment/functions.ts';
import type { Objects } from '../storage/objects.ts';
import type { Tables } from '../storage/tables.ts';
import { chatRows, dataKey, readyDataset } from './first-dataset.ts';
import type { Person } from './person.ts';
import type { Uploader, UploadWish } from './uploader.ts';

/** Rows that nothing is wrong with. */
export const DATA = chatRows(40);

export class PersonsDataset {
  readonly #parts: { person: Person; uploader: Uploader; objects: Objects; tables: Tables };

  constructor(parts: { person: Person; uploader: Uploader; objects: Objects; tables: Tables }) {
    this.#parts = parts;
  }

  /** As if it had been uploaded and checked then. */
  putReady(at: Date): void {
    const { person, objects, tables } = this.#parts;
    const versionId = objects.store(BUCKETS.datasets, dataKey(person.owner, person.datasetId, 1), [DATA]);
    for (const row of readyDataset(person.owner, DATA, versionId, at.toISOString())) {
      tables.perform('PutCommand', { TableName: TABLES.core, Item: row });
    }
  }

  /** Uploads until there is one that can be trained on; the last try is a good file. */
  async upload(wishes: readonly UploadWish[]): Promise<void> {
    const { person, uploader } = this.#parts;
    for (const wish of [...wishes, { data: [DATA] }]) {
      const done = await uploader.upload(wish);
      if (done.status === 'rejected') {
        Object.assign(done, await uploader.again(done.datasetId, { data: [DATA] }));
      }
      if (done.status !== 'ready') continue;
      [person.datasetId, person.datasetVersion] = [done.datasetId, done.version];
      return;
    }
  }

  overwrite(text: string): void {
    const { owner, datasetId, datasetVersion } = this.#parts.person;
    const key = dataKey(owner, datasetId, datasetVersion);
    this.#parts.objects.store(BUCKETS.datasets, key, [Buffer.from(text)]);
  }

  get sha256(): string {
    const { datasetId, datasetVersion } = this.#parts.person;
    const mine = this.#parts.uploader.uploaded.find(
      (one) => one.datasetId === datasetId && one.version === datasetVersion,
    );
    return mine?.sha256 ?? createHash('sha256').update(DATA).digest('hex');
  }
}
