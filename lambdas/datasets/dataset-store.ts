import type { DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import type { DatasetRecord } from '../../contracts/datasets.ts';
import type { Outcome } from '../../contracts/notifications.ts';
import type { Idempotency } from '../runtime/idempotency.ts';
import type { LivingDataset } from './dataset.ts';

/** Somebody else replaced the record since it was read: read again and decide anew. */
export class RecordChanged extends Error {
  constructor() {
    super('The record has changed since it was read.');
    this.name = 'RecordChanged';
  }
}

/** Repeats read-decide-replace while others move the record; five in a row is no coincidence and is thrown. */
export async function untilUnchanged<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RecordChanged) || tries === 5) throw error;
    }
  }
}

export interface DatasetPage {
  owner: string;
  status: 'active' | 'archived';
  search?: string | undefined;
  sort: 'newest' | 'oldest';
  limit: number;
  cursor?: string | undefined;
}

/** Records of datasets and their versions; every method acts for one owner. */
export interface DatasetStore {
  dataset(owner: string, datasetId: string): Promise<DatasetRecord | undefined>;
  version(owner: string, datasetId: string, version: number): Promise<DatasetVersionRecord | undefined>;
  /** Newest first; at most `limit`, and of those below a number, where they are given. */
  versions(
    owner: string,
    datasetId: string,
    page?: { below?: number | undefined; limit: number },
  ): Promise<DatasetVersionRecord[]>;
  list(page: DatasetPage): Promise<{ items: LivingDataset[]; nextCursor?: string }>;
  /** The newest versions of several datasets, by dataset id. */
  newestVersions(
    owner: string,
    datasets: readonly LivingDataset[],
  ): Promise<Map<string, DatasetVersionRecord>>;
  /** Throws `RecordChanged` unless the stored revision is the one before this. */
  replaceDataset(record: DatasetRecord): Promise<void>;
  /** As above; an outcome goes into the outbox in the same transaction. */
  replaceVersion(record: DatasetVersionRecord, outcome?: Outcome): Promise<void>;
  /** Whether a job that has not ended is bound to the dataset; strongly consistent. */
  hasLiveJob(owner: string, datasetId: string, now: Date): Promise<boolean>;
  removeVersions(owner: string, datasetId: string): Promise<void>;
  removeDataset(owner: string, datasetId: string): Promise<void>;
}

/** Creating once: the idempotency row goes into the transaction that creates. */
export interface DatasetCreation {
  /** What an equal earlier request created: a dataset's id, or a version's number as text. Throws `idempotency-key-reused`. */
  earlier(idempotency: Idempotency, now: Date): Promise<string | undefined>;
  /** Creates both, and answers the id that the key now stands for: this one's, or an equal request's that was faster. */
  create(
    idempotency: Idempotency,
    dataset: LivingDataset,
    version: DatasetVersionRecord,
    now: Date,
  ): Promise<string>;
  /**
   * Replaces the dataset by its next revision and adds the version, both or none; answers the number that the key now
   * stands for. Throws `RecordChanged` when somebody else moved the dataset: a number is given once.
   */
  addVersion(
    idempotency: Idempotency,
    dataset: LivingDataset,
    version: DatasetVersionRecord,
    now: Date,
  ): Promise<string>;
}
