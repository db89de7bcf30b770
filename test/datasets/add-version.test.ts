import { beforeEach, describe, expect, test } from '@jest/globals';
import type { RepairOrder } from '../../contracts/dataset-cures.ts';
import type { DatasetIssueCode } from '../../contracts/dataset-issues.ts';
import { LIMITS } from '../../contracts/limits.ts';
import {
  type AdditionPorts,
  addRepairedVersion,
  addUploadedVersion,
} from '../../lambdas/datasets/add-version.ts';
import { changed, newDataset } from '../../lambdas/datasets/dataset.ts';
import { judged, newVersion, uploaded } from '../../lambdas/datasets/dataset-version.ts';
import { requireRepairable } from '../../lambdas/datasets/repair-order.ts';
import type { Idempotency } from '../../lambdas/runtime/idempotency.ts';
import { memoryBucket, memoryDatasetStore, memoryQueue } from './memory-datasets.ts';

const NOW = new Date('2026-11-23T10:00:00.000Z');
const OWNER = 'anna';
const ID = `ds_${'0'.repeat(26)}`;
const FILE = { bytes: 10, sha256: 'a'.repeat(64), versionId: 'v1' };

const summary = (...codes: DatasetIssueCode[]) => ({
  verdict: 'rejected' as const,
  format: null,
  rows: 0,
  usableRows: 0,
  validationRows: 0,
  tokens: null,
  issues: codes.map((code) => ({ code, severity: 'error' as const, file: 'data' as const, count: 1 })),
  checkedAt: NOW.toISOString(),
  checkMilliseconds: 1,
});
const announced = () =>
  newVersion({ owner: OWNER, datasetId: ID, version: 1, uploads: { data: 'u' } }, { bytes: 10 }, NOW);
const judgedWith = (...codes: DatasetIssueCode[]) =>
  judged(
    uploaded(announced(), { data: 'v1' }, NOW),
    summary(...codes),
    { keys: { data: 'k' }, files: { data: FILE } },
    NOW,
  );

let memory: ReturnType<typeof memoryDatasetStore>;
let bucket: ReturnType<typeof memoryBucket>;
let queue: ReturnType<typeof memoryQueue>;
let ports: AdditionPorts;
beforeEach(() => {
  memory = memoryDatasetStore();
  bucket = memoryBucket();
  queue = memoryQueue(() => NOW);
  ports = { store: memory.store, creation: memory.creation, uploads: bucket.multipart, queue: queue.queue };
  memory.add(newDataset(OWNER, ID, 'Pairs', NOW), judgedWith('not-json'));
});

let keys = 0;
const idempotency = (key = `key-${(keys += 1)}`): Idempotency => ({
  owner: OWNER,
  operationId: 'o',
  key,
  requestHash: 'h',
});
const upload = (key?: string) =>
  addUploadedVersion(ports, idempotency(key), { datasetId: ID, bytes: 20, validationBytes: 5 }, NOW);
const repair = (order: RepairOrder = { cures: ['drop-broken-rows'] }, key?: string) =>
  addRepairedVersion(ports, idempotency(key), { datasetId: ID, version: 1, order }, NOW);
const numbers = () => [...memory.versions.values()].map(({ version }) => version).toSorted();
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no problem',
    (error: { code?: string }) => error.code,
  );

describe('the next version', () => {
  test('is announced with its own upload, and the dataset then leads to it', async () => {
    const added = await upload();
    expect(added).toMatchObject({
      dataset: { latestVersion: 2, revision: 2 },
      version: { version: 2, status: 'uploading', keys: { data: expect.stringContaining('/v2/data.jsonl') } },
      uploads: [
        { file: 'data', bytes: 20 },
        { file: 'validation', bytes: 5 },
      ],
    });
    expect(memory.datasets.get(ID)).toMatchObject({ latestVersion: 2 });
    expect(bucket.uploads.size).toBe(2);
  });

  test('of four at the same moment each has its own number, and no upload is left over', async () => {
    const added = await Promise.all([upload(), upload(), repair(), repair()]);
    expect(added.map(({ version }) => version.version).toSorted()).toEqual([2, 3, 4, 5]);
    expect([numbers(), memory.datasets.get(ID)!.status]).toEqual([[1, 2, 3, 4, 5], 'active']);
    expect(bucket.uploads.size).toBe(4);
  });

  test('asked for twice with one key is one, also at the same moment', async () => {
    const both = await Promise.all([upload('same'), upload('same')]);
    const again = await upload('same');
    expect(new Set([...both, again].map(({ version }) => version.version))).toEqual(new Set([2]));
    expect([numbers(), bucket.uploads.size]).toEqual([[1, 2], 2]);
  });

  test('of an archived dataset, or beyond the most there may be, is refused and begins no upload', async () => {
    const living = memory.datasets.get(ID)!;
    if (living.status === 'deleting') throw new Error('unexpected');
    memory.datasets.set(ID, { ...living, latestVersion: LIMITS.datasetVersions });
    expect(await codeOf(upload())).toBe('too-many-versions');
    memory.datasets.set(ID, changed(living, { status: 'archived' }, NOW));
    expect([await codeOf(upload()), await codeOf(repair())]).toEqual([
      'dataset-archived',
      'dataset-archived',
    ]);
    memory.datasets.delete(ID);
    expect([await codeOf(upload()), await codeOf(repair())]).toEqual(['not-found', 'not-found']);
    expect([numbers(), bucket.uploads.size]).toEqual([[1], 0]);
  });
});

describe('a repair', () => {
  test('makes a version that says what it is made from, and is asked for', async () => {
    const { version } = await repair();
    expect(version).toMatchObject({
      status: 'repairing',
      version: 2,
      madeFrom: { version: 1, order: { cures: ['drop-broken-rows'] } },
      declaredBytes: 10,
    });
    expect(queue.receive()).toEqual({ owner: OWNER, datasetId: ID, version: 2 });
  });

  test('is asked for again by a repeat whose first call died before it asked', async () => {
    ports.queue = { send: () => Promise.reject(new Error('died')) };
    await expect(repair(undefined, 'same')).rejects.toThrow('died');
    ports.queue = queue.queue;
    expect((await repair(undefined, 'same')).version.version).toBe(2);
    expect([queue.receive()?.version, numbers()]).toEqual([2, [1, 2]]);
  });

  const refusal = (codes: DatasetIssueCode[], order: RepairOrder) => {
    try {
      return requireRepairable(judgedWith(...codes), order).status;
    } catch (error) {
      const { code, issues } = error as { code: string; issues?: { path: string }[] };
      return issues ? `${code} ${issues[0]!.path}` : code;
    }
  };
  test.each<[string, DatasetIssueCode[], RepairOrder, string]>([
    ['whose columns are not named', [], { cures: ['map-columns'] }, 'invalid-request columns'],
    [
      'with columns that nothing takes',
      [],
      { cures: ['tidy-rows'], columns: { text: 'a' } },
      'invalid-request columns',
    ],
    [
      'with a length that nothing takes',
      [],
      { cures: ['tidy-rows'], maxTokens: 99 },
      'invalid-request maxTokens',
    ],
    ['with a length', [], { cures: ['drop-long-rows'], maxTokens: 99 }, 'rejected'],
    [
      'of rows that were no table',
      ['not-json'],
      { cures: ['map-columns'], columns: { text: 'a' } },
      'invalid-request cures',
    ],
    [
      'of a table without its columns',
      ['columns-unknown'],
      { cures: ['tidy-rows'] },
      'invalid-request cures',
    ],
    [
      'of a table with them',
      ['columns-unknown'],
      { cures: ['map-columns'], columns: { text: 'a' } },
      'rejected',
    ],
    ['of bytes that are no rows', ['not-text'], { cures: ['tidy-rows'] }, 'version-not-repairable'],
    ['of a file that breaks off', ['container-broken'], { cures: ['tidy-rows'] }, 'version-not-repairable'],
    ['of broken rows', ['not-json', 'too-few-rows'], { cures: ['drop-broken-rows'] }, 'rejected'],
  ])('%s', (_, codes, order, expected) => expect(refusal(codes, order)).toBe(expected));

  test('of a version that is not judged is refused', () => {
    expect(() => requireRepairable(announced(), { cures: ['tidy-rows'] })).toThrow('version-not-repairable');
  });
});
