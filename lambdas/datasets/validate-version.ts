/** Works on one version until it is judged, once, however often it is asked to: lease, repair, check, verdict. */
import type { CheckSummary, DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { type CheckPorts, checkVersion } from './check-version.ts';
import { settleUpload } from './complete-upload.ts';
import { FileGone } from './dataset-files.ts';
import { outcomeOf } from './dataset-outcomes.ts';
import { type DatasetStore, untilUnchanged } from './dataset-store.ts';
import { failed, judged, type VersionIn } from './dataset-version.ts';
import { Heart, LeaseLost, OutOfTime } from './heart.ts';
import { makeRepair, RepairImpossible } from './make-repair.ts';
import { repaired } from './repaired-version.ts';
import { reportFile } from './report.ts';
import { reportKey, type Uploads } from './upload.ts';
import type { ValidationQueue, ValidationRequest } from './validation-queue.ts';
import { decideLease, outOfTime, PAUSE_SECONDS, putBack } from './version-lease.ts';

export interface ValidationPorts extends CheckPorts {
  store: DatasetStore;
  uploads: Uploads;
  queue: ValidationQueue;
  now: () => Date;
}

export type ValidationOutcome =
  | { kind: 'checked' | 'nothing-to-do' }
  /** For a reason that lies in the dataset. */
  | { kind: 'failed' }
  /** For a reason that lies with us; the next try is asked for, or this was the last. */
  | { kind: 'put-back' | 'given-up'; error?: unknown };

/**
 * Does whatever is left to do for a version. `holder` is new for every call, so that a repeat of a message is
 * somebody else. Throws only where it could not write down how it ended: the message then comes again.
 */
export async function validateVersion(
  ports: ValidationPorts,
  request: ValidationRequest,
  holder: string,
): Promise<ValidationOutcome> {
  const { queue, now } = ports;
  const name = await nameOf(ports, request);
  if (name === undefined || !(await isWhole(ports, request))) return { kind: 'nothing-to-do' };
  const lease = await takeLease(ports, request, { holder, name });
  if (lease.kind === 'held') return { kind: 'nothing-to-do' };
  if (lease.kind === 'given-up') return { kind: 'given-up' };

  const heart = new Heart(ports, lease.record);
  const end = (record: DatasetVersionRecord) =>
    isEnded(record) ? heart.end(record, outcomeOf(record, name)) : heart.end(record);
  try {
    await heart.askForLook();
    await end(await work(ports, heart));
    return { kind: 'checked' };
  } catch (error) {
    return await stopped(error).catch((lost: unknown) => {
      if (lost instanceof LeaseLost) return { kind: 'nothing-to-do' as const };
      throw lost;
    });
  }

  async function stopped(error: unknown): Promise<ValidationOutcome> {
    if (error instanceof LeaseLost) throw error;
    if (error instanceof FileGone || error instanceof RepairImpossible) {
      const advice = error instanceof FileGone ? ' Upload the dataset again.' : '';
      await end(failed(heart.record, `${error.message}${advice}`, now()));
      return { kind: 'failed' };
    }
    const isLate = error instanceof OutOfTime;
    const next = isLate ? outOfTime(heart.record, now()) : putBack(heart.record, now());
    await end(next);
    if (next.status === 'validation-failed') return { kind: 'given-up', error };
    // More time does not pass by waiting; a fault may.
    await queue.send(request, isLate ? 0 : PAUSE_SECONDS * next.tries);
    return { kind: 'put-back', error };
  }
}

/** The record as it is when all is done. */
async function work(ports: ValidationPorts, heart: Heart): Promise<DatasetVersionRecord> {
  const { now, files } = ports;
  const started = now();
  if (heart.record.status === 'repairing') {
    const made = await makeRepair(ports, heart.record, (bytes) => heart.beat({ bytes }));
    await heart.move(repaired(heart.record, made, now()));
  }
  const record = heart.record as VersionIn<'validating'>;
  const {
    summary: found,
    issues,
    checked,
  } = await checkVersion(ports, record, (progress) => heart.beat(progress));
  const checkedAt = now();
  const summary: CheckSummary = {
    ...found,
    checkedAt: checkedAt.toISOString(),
    checkMilliseconds: Math.max(0, checkedAt.getTime() - started.getTime()),
  };
  const { owner, datasetId, version } = record;
  await files.write(reportKey(owner, datasetId, version), reportFile(issues), 'application/gzip');
  return judged(heart.record as VersionIn<'validating'>, summary, checked, checkedAt);
}

type Ended = Parameters<typeof outcomeOf>[0];
const isEnded = (record: DatasetVersionRecord): record is Ended =>
  record.status === 'ready' || record.status === 'rejected' || record.status === 'validation-failed';

function takeLease(
  { store, now }: ValidationPorts,
  { owner, datasetId, version }: ValidationRequest,
  { holder, name }: { holder: string; name: string },
) {
  return untilUnchanged(async () => {
    const record = await store.version(owner, datasetId, version);
    if (record?.status !== 'validating' && record?.status !== 'repairing') return { kind: 'held' as const };
    const decision = decideLease(record, holder, now());
    if (decision.kind === 'taken') await store.replaceVersion(decision.record);
    if (decision.kind === 'given-up') {
      await store.replaceVersion(decision.record, outcomeOf(decision.record, name));
    }
    return decision;
  });
}

async function nameOf({ store }: ValidationPorts, { owner, datasetId }: ValidationRequest) {
  const dataset = await store.dataset(owner, datasetId);
  return dataset && dataset.status !== 'deleting' ? dataset.name : undefined;
}

/** A file's event may come before `complete` has written the record, or after it died: then this finishes for it. */
async function isWhole(ports: ValidationPorts, request: ValidationRequest): Promise<boolean> {
  try {
    const { status } = await settleUpload(ports, request, ports.now());
    return status === 'validating' || status === 'repairing';
  } catch (error) {
    // Still uploading (the other file misses), or gone.
    if (error instanceof ProblemError) return false;
    throw error;
  }
}
