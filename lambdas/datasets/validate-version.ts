/** Checks one version, once, however often it is asked to: lease, check, report, verdict. */
import type { CheckSummary, DatasetVersionRecord, StoredFile } from '../../contracts/datasets.ts';
import type { Outcome } from '../../contracts/notifications.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { checkDataset, type CheckResult } from './check/check-dataset.ts';
import type { TokenCounter } from './tokens/token-counter.ts';
import { settleUpload } from './complete-upload.ts';
import { type DatasetFiles, FileGone } from './dataset-files.ts';
import { outcomeOf } from './dataset-outcomes.ts';
import { type DatasetStore, RecordChanged, untilUnchanged } from './dataset-store.ts';
import { decideLease, failed, heartbeat, judged, released, type VersionIn } from './dataset-version.ts';
import { reportFile } from './report.ts';
import { reportKey, type Uploads } from './upload.ts';
import type { ValidationRequest } from './validation-queue.ts';

export interface ValidationPorts {
  store: DatasetStore;
  uploads: Uploads;
  files: DatasetFiles;
  counter: TokenCounter;
  now: () => Date;
}

/** Progress is written so often; a heartbeat is stale after two minutes, so forty of them would have to fail. */
const HEARTBEAT_MS = 3000;

/** Somebody else checks this version now, or it was deleted: stop, and leave no trace. */
class LeaseLost extends Error {}

/**
 * Does whatever is left to do for a version. `holder` is new for every call, so that a repeat of a message is
 * somebody else. Throws what may pass by itself: the message then comes again.
 */
export async function validateVersion(
  ports: ValidationPorts,
  request: ValidationRequest,
  holder: string,
): Promise<'checked' | 'failed' | 'nothing-to-do'> {
  const { store, now } = ports;
  const name = await nameOf(ports, request);
  if (name === undefined || !(await isWhole(ports, request))) return 'nothing-to-do';
  const lease = await takeLease(store, request, holder, now());
  if (lease.kind === 'held') return 'nothing-to-do';
  if (lease.kind === 'given-up') return 'failed';

  const beating = new Heart(ports, lease.record, holder);
  try {
    const started = now();
    const result = await check(ports, lease.record, (bytes) => beating.beat(bytes));
    const checkedAt = now();
    const summary: CheckSummary = {
      ...result.summary,
      checkedAt: checkedAt.toISOString(),
      checkMilliseconds: Math.max(0, checkedAt.getTime() - started.getTime()),
    };
    await ports.files.write(keyOfReport(request), reportFile(result.issues), 'application/gzip');
    const ended = judged(beating.record, summary, storedFiles(lease.record, result), checkedAt);
    await beating.end(ended, outcomeOf(ended, name));
    return 'checked';
  } catch (error) {
    if (error instanceof LeaseLost) return 'nothing-to-do';
    if (error instanceof FileGone) {
      const ended = failed(beating.record, `${error.message} Upload the dataset again.`, now());
      await beating.end(ended, outcomeOf(ended, name)).catch(ignoreLeaseLost);
      return 'failed';
    }
    // The next try need not wait until this lease is stale.
    await beating.end(released(beating.record, now())).catch(ignoreLeaseLost);
    throw error;
  }

  async function takeLease(...[from, of, by, at]: [DatasetStore, ValidationRequest, string, Date]) {
    return untilUnchanged(async () => {
      const record = await from.version(of.owner, of.datasetId, of.version);
      if (record?.status !== 'validating') return { kind: 'held' as const };
      const decision = decideLease(record, by, at);
      if (decision.kind === 'taken') await from.replaceVersion(decision.record);
      if (decision.kind === 'given-up') {
        await from.replaceVersion(decision.record, outcomeOf(decision.record, name ?? ''));
      }
      return decision;
    });
  }
}

const keyOfReport = ({ owner, datasetId, version }: ValidationRequest) =>
  reportKey(owner, datasetId, version);

function ignoreLeaseLost(error: unknown): void {
  if (!(error instanceof LeaseLost)) throw error;
}

async function nameOf({ store }: ValidationPorts, { owner, datasetId }: ValidationRequest) {
  const dataset = await store.dataset(owner, datasetId);
  return dataset && dataset.status !== 'deleting' ? dataset.name : undefined;
}

/** A file's event may come before `complete` has written the record, or after it died: then this finishes for it. */
async function isWhole(ports: ValidationPorts, request: ValidationRequest): Promise<boolean> {
  try {
    return (await settleUpload(ports, request, ports.now())).status === 'validating';
  } catch (error) {
    // Still uploading (the other file misses), or gone.
    if (error instanceof ProblemError) return false;
    throw error;
  }
}

function check(
  { files, counter }: ValidationPorts,
  record: VersionIn<'validating'>,
  onProgress: (checkedBytes: number) => Promise<void>,
): Promise<CheckResult> {
  const { keys, versionIds, declaredBytes, declaredValidationBytes } = record;
  const { validation: key } = keys;
  const { validation: versionId } = versionIds;
  return checkDataset({
    data: { bytes: declaredBytes, chunks: () => files.open(keys.data, versionIds.data) },
    validation:
      key === undefined || versionId === undefined
        ? undefined
        : { bytes: declaredValidationBytes ?? 0, chunks: () => files.open(key, versionId) },
    declaredFormat: record.declaredFormat,
    counter,
    onProgress,
  });
}

/** The files as they were read: bytes that differ from what was pinned would be a fault of the store. */
function storedFiles(
  { versionIds, declaredBytes, declaredValidationBytes }: VersionIn<'validating'>,
  { bytes, sha256 }: CheckResult,
): { data: StoredFile; validation?: StoredFile } {
  if (bytes.data !== declaredBytes || bytes.validation !== declaredValidationBytes) {
    throw new Error(
      `The bytes that were read (${bytes.data}) are not those that were stored (${declaredBytes}).`,
    );
  }
  const data = { bytes: bytes.data, sha256: sha256.data, versionId: versionIds.data };
  const { validation: versionId } = versionIds;
  if (versionId === undefined || sha256.validation === undefined) return { data };
  return { data, validation: { bytes: bytes.validation ?? 0, sha256: sha256.validation, versionId } };
}

/** Keeps the lease while the check runs, and is the only one that writes the record meanwhile. */
class Heart {
  record: VersionIn<'validating'>;
  readonly #ports: ValidationPorts;
  readonly #holder: string;
  #beatAt: number;

  constructor(ports: ValidationPorts, record: VersionIn<'validating'>, holder: string) {
    this.#ports = ports;
    this.#holder = holder;
    this.record = record;
    this.#beatAt = ports.now().getTime();
  }

  async beat(checkedBytes: number): Promise<void> {
    const now = this.#ports.now();
    if (now.getTime() - this.#beatAt < HEARTBEAT_MS) return;
    this.#beatAt = now.getTime();
    const next = heartbeat(this.record, this.#holder, checkedBytes, now);
    await this.#replace(next);
    this.record = next;
  }

  /** The last write of this holder. */
  async end(record: DatasetVersionRecord, outcome?: Outcome): Promise<void> {
    await this.#replace(record, outcome);
  }

  async #replace(record: DatasetVersionRecord, outcome?: Outcome): Promise<void> {
    const { store, files } = this.#ports;
    try {
      await store.replaceVersion(record, outcome);
    } catch (error) {
      if (!(error instanceof RecordChanged)) throw error;
      const { owner, datasetId, version } = record;
      const found = await store.version(owner, datasetId, version);
      // The write succeeded and its answer was lost (fault 21).
      if (found?.revision === record.revision && found.updatedAt === record.updatedAt) return;
      // Deleted meanwhile: a report written after the files were removed would stay for ever.
      if (!found) await files.removeAll(reportKey(owner, datasetId, version));
      throw new LeaseLost();
    }
  }
}
