/** I2, I3, I6, I8, I10 of what was uploaded: every file that was whole gets its verdict, once, on its own bytes. */
import { createHash } from 'node:crypto';
import type { DatasetVersionRecord } from '../../../contracts/dataset-versions.ts';
import type { Version } from '../storage/versions.ts';
import { type Check, type Evidence, rowsOf, type Write } from './invariant.ts';

const BUCKET = 'simulated-datasets';
const VERDICTS: readonly string[] = ['ready', 'rejected', 'validation-failed'];
/** The lease, a sweep, the look that follows it, and the check itself; three tries of it at most. */
const VERDICT_WITHIN_MS = 3 * 8 * 60_000;

const versionWrites = ({ history }: Evidence): Write[] =>
  history.of('write').filter(({ table, sk }) => table === 'core' && sk.startsWith('DATASETVERSION#'));
const statusOf = (row: unknown) => (row as DatasetVersionRecord | undefined)?.status;
const records = (evidence: Evidence) =>
  rowsOf(evidence, 'core', 'DATASETVERSION#') as unknown as DatasetVersionRecord[];

/** Nothing that was uploaded is lost: it is judged, or was never whole and is given up. */
export const uploadsSettle: Check = (evidence) => {
  const found: string[] = [];
  for (const { datasetId, version, status } of records(evidence)) {
    if (!VERDICTS.includes(status) && status !== 'abandoned')
      found.push(`version ${version} of ${datasetId} is ${status} at the end`);
  }
  const began = new Map<string, number>();
  for (const { sk, at, after } of versionWrites(evidence)) {
    const status = statusOf(after);
    if (status === 'validating' && !began.has(sk)) began.set(sk, at);
    const since = began.get(sk);
    if (!status || !VERDICTS.includes(status) || since === undefined) continue;
    began.delete(sk);
    const lastFault = evidence.history.of('fault').findLast((fault) => fault.at <= at)?.at ?? 0;
    const waited = at - Math.max(since, lastFault);
    if (waited > VERDICT_WITHIN_MS) found.push(`${sk} waited ${waited / 60_000} min for its verdict`);
  }
  return found;
};

/** As dataset-version.ts says it; written down a second time on purpose. */
const MOVES: Readonly<Record<string, readonly string[]>> = {
  uploading: ['validating', 'abandoned'],
  repairing: ['repairing', 'validating', 'validation-failed'],
  validating: ['validating', 'ready', 'rejected', 'validation-failed'],
  'validation-failed': ['validating', 'repairing'],
  ready: [],
  rejected: [],
  abandoned: [],
};

export const versionMoves: Check = (evidence) =>
  versionWrites(evidence).flatMap(({ sk, before, after }) => {
    if (!before || !after) return [];
    const [from, to] = [String(statusOf(before)), String(statusOf(after))];
    return MOVES[from]?.includes(to) ? [] : [`${sk} went from ${from} to ${to}`];
  });

const digestOf = ({ pieces = [] }: Version) => {
  const digest = createHash('sha256');
  for (const piece of pieces) digest.update(piece);
  return digest.digest('hex');
};

/** The bytes of a verdict are the bytes that were sent, and the version of them that is pinned. */
export const verdictsOnOwnBytes: Check = (evidence) =>
  records(evidence).flatMap((record) => {
    if (record.status !== 'ready') return [];
    const { datasetId, version, files, keys } = record;
    const sent = evidence.uploaded.find((one) => one.datasetId === datasetId && one.version === version);
    const stored = evidence.objects
      .versions(BUCKET, keys.data)
      .find(({ key, versionId }) => key === keys.data && versionId === files.data.versionId);
    const isPinned = stored !== undefined && digestOf(stored) === files.data.sha256;
    const isSent = sent === undefined || files.source !== undefined || sent.sha256 === files.data.sha256;
    return isPinned && isSent ? [] : [`version ${version} of ${datasetId} was judged on other bytes`];
  });

/** One notification a verdict. */
export const verdictsToldOnce: Check = (evidence) => {
  const verdicts = versionWrites(evidence).filter(({ before, after }) => {
    const [from, to] = [statusOf(before), statusOf(after)];
    return before !== undefined && to !== undefined && from !== to && VERDICTS.includes(to);
  });
  const notes = rowsOf(evidence, 'ephemeral', 'NOTE#').filter(
    (note) => (note['target'] as { noun: string }).noun === 'datasets',
  );
  return verdicts.length === notes.length
    ? []
    : [`${verdicts.length} verdicts on datasets and ${notes.length} notifications of them`];
};

/** No upload stays open, no file is longer than it was announced, nothing of a deleted dataset is left. */
export const nothingLeftOver: Check = (evidence) => {
  const declared = new Map<string, number>();
  const named = new Set<string>();
  for (const { after } of versionWrites(evidence)) {
    const record = after as unknown as DatasetVersionRecord | undefined;
    if (!record) continue;
    declared.set(record.keys.data, record.declaredBytes);
    if (record.status === 'uploading') for (const id of Object.values(record.uploads)) named.add(id);
  }
  // One that was begun before a call died and that no record names is ended by the bucket (lib/data-stack.ts).
  const found = evidence.objects.uploads.open
    .filter(({ id }) => named.has(id))
    .map(({ key, bytes }) => `an upload of ${key} is still open and holds ${bytes} bytes`);
  for (const { key, bytes } of evidence.objects.versions(BUCKET)) {
    const most = declared.get(key);
    if (most !== undefined && bytes > most && !evidence.faults.includes(5))
      found.push(`${key} has ${bytes} bytes, announced were ${most}`);
  }
  for (const { datasetId } of evidence.uploaded.filter(({ isDeleted }) => isDeleted)) {
    const objects = evidence.objects.versions(BUCKET).filter(({ key }) => key.includes(datasetId));
    const rows = [...(evidence.tables['core']?.keys() ?? [])].filter((key) => key.includes(datasetId));
    if (objects.length + rows.length > 0)
      found.push(`${datasetId} was deleted, and ${objects.length} objects and ${rows.length} rows are left`);
  }
  const { polluted } = {} as { polluted?: unknown };
  if (polluted !== undefined) found.push('a row reached the prototype of all objects');
  return found;
};
