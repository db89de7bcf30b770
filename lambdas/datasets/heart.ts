/** Keeps the lease while a version is worked on, and is the only one that writes its record meanwhile. */
import type { DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import type { Outcome } from '../../contracts/notifications.ts';
import type { DatasetFiles } from './dataset-files.ts';
import { type DatasetStore, RecordChanged } from './dataset-store.ts';
import type { WorkedOn } from './dataset-version.ts';
import { versionPrefix } from './upload.ts';
import type { ValidationQueue } from './validation-queue.ts';
import { heartbeat, LEASE_SECONDS, type Progress, TRY_SECONDS } from './version-lease.ts';

/** Progress is written so often at the latest; the first estimate of the tokens is written at once. */
const HEARTBEAT_MS = 3000;
/** So often somebody is asked to look whether this one still lives; nobody is kept waiting for the sweeper. */
const LOOK_SECONDS = 30;
/**
 * A function that dies does so at most 30 s after it last asked for a look, and at most 60 s later its lease is
 * stale. A look after 95 s therefore finds it stale, however the two fall.
 */
const LOOK_AFTER_SECONDS = LOOK_SECONDS + LEASE_SECONDS + 5;

/** Somebody else works on this version now, or it was deleted: stop, and leave no trace. */
export class LeaseLost extends Error {}
/** This try has had its time. */
export class OutOfTime extends Error {}

export interface HeartPorts {
  store: Pick<DatasetStore, 'version' | 'replaceVersion'>;
  files: Pick<DatasetFiles, 'removeAll'>;
  queue: ValidationQueue;
  now: () => Date;
}

export class Heart {
  record: WorkedOn;
  readonly #ports: HeartPorts;
  readonly #endsAt: number;
  #beatAt: number;
  #askedAt = -Infinity;

  constructor(ports: HeartPorts, record: WorkedOn) {
    this.#ports = ports;
    this.record = record;
    this.#beatAt = Date.parse(record.updatedAt);
    this.#endsAt = this.#beatAt + TRY_SECONDS * 1000;
  }

  /** Throws `LeaseLost` or `OutOfTime`. */
  async beat(progress: Progress): Promise<void> {
    const now = this.#ports.now();
    if (now.getTime() >= this.#endsAt) throw new OutOfTime('This try has had its time.');
    const due = now.getTime() - this.#beatAt >= HEARTBEAT_MS;
    if (!due && !this.#isFirstEstimate(progress)) return;
    await this.move(heartbeat(this.record, progress, now));
    await this.askForLook();
  }

  /** Has somebody look after this function's death, were it to die within the next half minute. */
  async askForLook(): Promise<void> {
    const now = this.#ports.now().getTime();
    if (now - this.#askedAt < LOOK_SECONDS * 1000) return;
    this.#askedAt = now;
    const { owner, datasetId, version } = this.record;
    await this.#ports.queue.send({ owner, datasetId, version }, LOOK_AFTER_SECONDS);
  }

  /** The next record of this holder. */
  async move(record: WorkedOn): Promise<void> {
    this.#beatAt = Date.parse(record.updatedAt);
    await this.end(record);
    this.record = record;
  }

  /** The last write of this holder. */
  async end(record: DatasetVersionRecord, outcome?: Outcome): Promise<void> {
    const { store, files } = this.#ports;
    try {
      await store.replaceVersion(record, outcome);
    } catch (error) {
      if (!(error instanceof RecordChanged)) throw error;
      const { owner, datasetId, version } = record;
      const found = await store.version(owner, datasetId, version);
      // The write succeeded and its answer was lost (fault 21).
      if (found?.revision === record.revision && found.updatedAt === record.updatedAt) return;
      // Deleted meanwhile: files written after the others were removed would stay for ever.
      if (!found) await files.removeAll(versionPrefix(owner, datasetId, version));
      throw new LeaseLost('Somebody else has this version now.');
    }
  }

  #isFirstEstimate({ soFar }: Progress): boolean {
    if (soFar?.estimatedTokens === undefined || this.record.status !== 'validating') return false;
    return this.record.soFar?.estimatedTokens === undefined;
  }
}
