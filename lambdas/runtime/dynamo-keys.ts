/** Every key of the three tables, composed here and nowhere else (design.md §4). */
import { ProblemError } from '../../contracts/problems.ts';

export interface RowKey {
  pk: string;
  sk: string;
}

/** Numbers in sort keys have this many digits, so that they sort as numbers. */
const digits = (value: number, length: number) => String(value).padStart(length, '0');

function part(value: string): string {
  // A separator inside an id or an owner would let one key read as another.
  if (value === '' || value.includes('#')) throw new Error('A key part is empty or holds a separator.');
  return value;
}

const user = (owner: string) => `USER#${part(owner)}`;
const ofUser = (owner: string, sk: string): RowKey => ({ pk: user(owner), sk });

/** Keys of the core table: what must never be lost. */
export const coreKeys = {
  dataset: (owner: string, id: string) => ofUser(owner, `DATASET#${part(id)}`),
  datasetVersion: (owner: string, id: string, version: number) =>
    ofUser(owner, `DATASETVERSION#${part(id)}#${digits(version, 6)}`),
  /** All versions of a dataset begin so. */
  datasetVersions: (owner: string, id: string) => ofUser(owner, `DATASETVERSION#${part(id)}#`),
  job: (owner: string, id: string) => ofUser(owner, `JOB#${part(id)}`),
  model: (owner: string, id: string) => ofUser(owner, `MODEL#${part(id)}`),
  cost: (owner: string, month: string, jobId: string, attempt: number, sequence: number) =>
    ofUser(owner, `COST#${part(month)}#${part(jobId)}#${digits(attempt, 2)}#${digits(sequence, 6)}`),
  /** All cost records of a month begin so; with a job, that job's alone. */
  costs: (owner: string, month: string, jobId?: string) =>
    ofUser(owner, `COST#${part(month)}#${jobId === undefined ? '' : `${part(jobId)}#`}`),
  spend: (owner: string, day: string) => ofUser(owner, `SPEND#${part(day)}`),
  budget: (owner: string, month: string) => ofUser(owner, `BUDGET#${part(month)}`),
  /** The platform's own month, above everybody's. */
  platformBudget: (month: string): RowKey => ({ pk: 'PLATFORM', sk: `BUDGET#${part(month)}` }),
  settings: (owner: string) => ofUser(owner, 'SETTINGS'),
  /** What admins have set for all. */
  platformSettings: (): RowKey => ({ pk: 'PLATFORM', sk: 'SETTINGS' }),
  /** That a job exists, whoever's: a partition of its own, good for a thousand accepted jobs a second. */
  jobListing: (createdAt: string, jobId: string): RowKey => ({
    pk: 'ALLJOBS',
    sk: `${part(createdAt)}#${part(jobId)}`,
  }),
  /** That a person has used this installation. */
  userListing: (owner: string): RowKey => ({ pk: 'ALLUSERS', sk: part(owner) }),
  /** What an admin changed; ids sort by time. */
  adminChange: (id: string): RowKey => ({ pk: 'ADMINCHANGES', sk: part(id) }),
  /** How quickly a finished run trained: of a family of base models on a GPU type, whoever's; times sort. */
  pace: (family: string, gpuType: string, at: string, jobId: string): RowKey => ({
    ...coreKeys.paces(family, gpuType),
    sk: `${part(at)}#${part(jobId)}`,
  }),
  paces: (family: string, gpuType: string) => ({ pk: `PACE#${part(family)}#${part(gpuType)}` }),
  /** Whether a GPU cluster answers, as everybody who asks it found. */
  clusterHealth: (host: string): RowKey => ({ pk: `CLUSTER#${part(host)}`, sk: 'HEALTH' }),
  outbox: (id: string): RowKey => ({ pk: `OUTBOX#${shardOf(id)}`, sk: id }),
};

/** Keys of the telemetry table: much written, expires. */
export const telemetryKeys = {
  metrics: (owner: string, jobId: string, attempt: number, firstStep: number): RowKey => ({
    pk: `${user(owner)}#JOB#${part(jobId)}`,
    sk: `METRIC#${digits(attempt, 2)}#${digits(firstStep, 10)}`,
  }),
  event: (owner: string, jobId: string, sequence: number): RowKey => ({
    pk: `${user(owner)}#JOB#${part(jobId)}`,
    sk: `EVENT#${digits(sequence, 8)}`,
  }),
  live: (owner: string, jobId: string): RowKey => ({ pk: `${user(owner)}#JOB#${part(jobId)}`, sk: 'LIVE' }),
  /** Written by pages, never by a run. */
  watch: (owner: string, jobId: string): RowKey => ({ pk: `${user(owner)}#JOB#${part(jobId)}`, sk: 'WATCH' }),
};

/** Keys of the ephemeral table: expires; every reader and condition treats an expired row as absent. */
export const ephemeralKeys = {
  notification: (owner: string, id: string) => ofUser(owner, `NOTE#${part(id)}`),
  unread: (owner: string) => ofUser(owner, 'UNREAD'),
  /** The key is the caller's own text, so it stands last: a separator in it cannot reach another operation. */
  idempotency: (owner: string, operationId: string, key: string) =>
    ofUser(owner, `IDEM#${part(operationId)}#${key}`),
  rate: (owner: string, window: string) => ofUser(owner, `RATE#${part(window)}`),
};

/** The index that lists are read from: its name and its attributes. */
export const BY_LIST = 'by-list';
/** The sparse index of unfinished work that the sweeper reads. */
export const UNFINISHED = 'unfinished';

export interface ListKey {
  gsi1pk: string;
  gsi1sk: string;
}

/**
 * Puts a row into a list of its owner, sorted by time and then id. `list` is `JOB`, `MODEL`, `DATASET#active` …:
 * what a page filters by always belongs into the list's name, so that a page costs what it shows.
 */
export function listKey(owner: string, list: string, at: string, id: string): ListKey {
  return { gsi1pk: `${user(owner)}#${list}`, gsi1sk: `${part(at)}#${part(id)}` };
}

export const SHARDS = 8;

/** FNV-1a, 32 bits: spreads ids over shards; the same id always lands on the same one. */
export function shardOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % SHARDS;
}

export interface UnfinishedKey {
  unfinishedShard: string;
  unfinishedAt: string;
}

/**
 * Marks a row as unfinished work: from `dueAt` on (ISO) the sweeper looks at it. A row whose work has ended is
 * written without these two attributes and so leaves the index.
 */
export function unfinishedKey(id: string, dueAt: string): UnfinishedKey {
  return { unfinishedShard: `UNFINISHED#${shardOf(id)}`, unfinishedAt: `${part(dueAt)}#${part(id)}` };
}

/** The partitions of the index of unfinished work. */
export const unfinishedShards: readonly string[] = Array.from(
  { length: SHARDS },
  (_, shard) => `UNFINISHED#${shard}`,
);

/** An opaque cursor: the sort key alone, so that it carries nothing of an owner. */
export function cursorOf(sortKey: string): string {
  return Buffer.from(sortKey, 'utf8').toString('base64url');
}

/** The sort key in a cursor. `form` is what this list's sort keys look like; anything else is `invalid-request`. */
export function sortKeyOf(cursor: string, form: RegExp): string {
  const sortKey = Buffer.from(cursor, 'base64url').toString('utf8');
  if (form.test(sortKey) && cursorOf(sortKey) === cursor) return sortKey;
  throw new ProblemError('invalid-request', undefined, [
    { path: 'cursor', message: 'not a cursor of this list' },
  ]);
}

/** Sort keys of the list index: time, then a prefixed id. */
export const LIST_SORT_KEY = /^\d{4}-\d{2}-\d{2}T[\d:.]{8,12}Z#[a-z]{2,4}_[0-9A-Z]{26}$/;
