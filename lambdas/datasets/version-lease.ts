/** Who works on a version, for how long, and how often it is tried: decisions alone, time passed in. */
import type { CheckSoFar, DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import { failed, nextOf, present, type VersionIn, type WorkedOn } from './dataset-version.ts';

/**
 * Work that has not said so for a minute is taken to be dead: it says so every 3 s, so that twenty in a row would
 * have to be lost. Taking over from somebody who lives is harmless (the revision fences him), but costs a try.
 */
export const LEASE_SECONDS = 60;
/** Work that three functions could not end will not end in a fourth: memory, time or the file itself. */
export const MOST_TRIES = 3;
/**
 * One try works so long. The largest file takes one to two minutes (design.md §1), and its conversion as long again;
 * what needs more is tried once more with less to do. It ends by itself, four minutes before Lambda would end it.
 */
export const TRY_SECONDS = 360;
/** After a fault that may pass by itself: 15 s, then 30 s. */
export const PAUSE_SECONDS = 15;

const later = (at: string, seconds: number) => new Date(Date.parse(at) + seconds * 1000).toISOString();

/**
 * When the sweeper should look at a version again; never for one whose work has ended. One that was just completed or
 * is worked on has its minute; one whose holder let go waits for nothing.
 */
export function dueAt(record: DatasetVersionRecord): string | undefined {
  if (record.status === 'uploading') return record.uploadEndsAt;
  if (record.status !== 'validating' && record.status !== 'repairing') return undefined;
  if (record.lease) return later(record.lease.heartbeatAt, LEASE_SECONDS);
  return record.tries > 0 ? record.updatedAt : later(record.updatedAt, LEASE_SECONDS);
}

/** The record as whoever works on it found it: nothing done yet, nobody at it. */
function fresh(record: WorkedOn, now: Date): WorkedOn {
  const { lease: _ended, ...rest } = record;
  const next = nextOf(record, now);
  if (rest.status === 'repairing') return { ...rest, ...next, status: 'repairing', repairedBytes: 0 };
  const { soFar: _said, ...unsaid } = rest;
  return { ...unsaid, ...next, status: 'validating', checkedBytes: 0 };
}

export type LeaseDecision =
  | { kind: 'taken'; record: WorkedOn }
  /** Somebody else is at it and alive: the same work twice would be harmless, and useless. */
  | { kind: 'held' }
  | { kind: 'given-up'; record: VersionIn<'validation-failed'> };

/** A free or stale lease is taken, a live one respected, and after the last try nobody tries again. */
export function decideLease(record: WorkedOn, holder: string, now: Date): LeaseDecision {
  const { lease } = record;
  const alive = lease && now.toISOString() < later(lease.heartbeatAt, LEASE_SECONDS);
  if (alive && lease.holder !== holder) return { kind: 'held' };
  if (record.tries >= MOST_TRIES) return { kind: 'given-up', record: givenUp(record, now) };
  const taken = { tries: record.tries + 1, lease: { holder, heartbeatAt: now.toISOString() } };
  return { kind: 'taken', record: { ...fresh(record, now), ...taken } };
}

function givenUp(record: WorkedOn, now: Date): VersionIn<'validation-failed'> {
  const what = record.status === 'repairing' ? 'repair' : 'check';
  return failed(
    record,
    `The ${what} was started ${MOST_TRIES} times and did not end. Nothing is lost; try again.`,
    now,
  );
}

/** The last try does without what costs most memory and time, so that it may end where the others did not. */
export const isLastTry = ({ tries }: WorkedOn): boolean => tries >= MOST_TRIES;

export interface Progress {
  bytes: number;
  soFar?: CheckSoFar | undefined;
}

/** The holder is alive and has got so far. */
export function heartbeat(record: WorkedOn, { bytes, soFar }: Progress, now: Date): WorkedOn {
  const next = nextOf(record, now);
  const lease = record.lease && { ...record.lease, heartbeatAt: next.updatedAt };
  return record.status === 'repairing'
    ? { ...record, ...next, ...present({ lease }), status: 'repairing', repairedBytes: bytes }
    : { ...record, ...next, ...present({ lease, soFar }), status: 'validating', checkedBytes: bytes };
}

/** The holder could not go on: the next one may try at once, unless this was the last. */
export function putBack(record: WorkedOn, now: Date): WorkedOn | VersionIn<'validation-failed'> {
  return isLastTry(record) ? givenUp(record, now) : fresh(record, now);
}

/** The time of a try is over. The same again would end the same, so the next one is the last, with less to do. */
export function outOfTime(record: WorkedOn, now: Date): WorkedOn | VersionIn<'validation-failed'> {
  return isLastTry(record) ? givenUp(record, now) : { ...fresh(record, now), tries: MOST_TRIES - 1 };
}
