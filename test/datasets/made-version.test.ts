import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { RepairOrder } from '../../contracts/dataset-cures.ts';
import type { DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import { addRepairedVersion } from '../../lambdas/datasets/add-version.ts';
import { changesPage } from '../../lambdas/datasets/changes.ts';
import { newDataset } from '../../lambdas/datasets/dataset.ts';
import { finishDeletion } from '../../lambdas/datasets/delete-dataset.ts';
import { retried, uploaded, newVersion } from '../../lambdas/datasets/dataset-version.ts';
import { validateVersion, type ValidationPorts } from '../../lambdas/datasets/validate-version.ts';
import { LEASE_SECONDS } from '../../lambdas/datasets/version-lease.ts';
import { memoryBucket, memoryDatasetStore, memoryQueue } from './memory-datasets.ts';

const START = Date.parse('2026-11-23T10:00:00.000Z');
const OWNER = 'anna';
const ID = `ds_${'0'.repeat(26)}`;
const MODEL = { tokenizer: 'brightrun/tiny-base', contextLength: 256 };
const PREFIX = `datasets/${OWNER}/${ID}`;

let memory: ReturnType<typeof memoryDatasetStore>;
let bucket: ReturnType<typeof memoryBucket>;
let queue: ReturnType<typeof memoryQueue>;
let clock: number;
let ports: ValidationPorts;
beforeEach(() => {
  memory = memoryDatasetStore();
  bucket = memoryBucket();
  clock = START;
  queue = memoryQueue(() => new Date(clock));
  ports = {
    store: memory.store,
    uploads: bucket.multipart,
    files: bucket.files,
    queue: queue.queue,
    models: [MODEL],
    now: () => new Date((clock += 1)),
  };
});

/** Uploaded, pinned and waiting for its check. */
function uploads(
  data: string | Buffer,
  more: { validation?: string; columns?: Record<string, string> } = {},
) {
  const at = new Date(START);
  const bytes = Buffer.from(data);
  const held = more.validation === undefined ? undefined : Buffer.from(more.validation);
  const announced = newVersion(
    { owner: OWNER, datasetId: ID, version: 1, uploads: { data: 'u', ...(held ? { validation: 'w' } : {}) } },
    { bytes: bytes.length, columns: more.columns, validationBytes: held?.length },
    at,
  );
  const versionIds = {
    data: bucket.write(`${PREFIX}/v1/data.jsonl`, bytes),
    ...(held ? { validation: bucket.write(`${PREFIX}/v1/validation.jsonl`, held) } : {}),
  };
  memory.add(newDataset(OWNER, ID, 'Pairs', at), uploaded(announced, versionIds, at));
  return { bytes, versionIds };
}
const stored = (version = 1): DatasetVersionRecord => memory.versions.get(`${OWNER}/${ID}/${version}`)!;
const check = (version = 1, holder = 'holder') =>
  validateVersion(ports, { owner: OWNER, datasetId: ID, version }, `${holder}-${(clock += 1)}`);
const ready = (version = 1) => {
  const record = stored(version);
  if (record.status !== 'ready' && record.status !== 'rejected') throw new Error(JSON.stringify(record));
  return record;
};
const rowsOf = (version: number) => {
  const { keys, files } = ready(version);
  const object = bucket.objects.get(keys.data)!.find(({ versionId }) => versionId === files.data.versionId)!;
  return object.bytes
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
};
let keys = 0;
const repair = async (order: RepairOrder, from = 1) => {
  const idempotency = { owner: OWNER, operationId: 'o', key: `k${(keys += 1)}`, requestHash: 'h' };
  const { version } = await addRepairedVersion(
    { ...ports, creation: memory.creation },
    idempotency,
    { datasetId: ID, version: from, order },
    new Date(clock),
  );
  return version.version;
};
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

const CSV = [
  'prompt,completion',
  ...Array.from({ length: 20 }, (_, at) => `Question ${at}?,Answer ${at}.`),
].join('\n');
const TABLE = CSV.replace('prompt,completion', 'Frage,Antwort');
const chat = (at: number, answer = `Answer ${at}.`) => ({
  messages: [
    { role: 'user', content: `Question ${at}?` },
    { role: 'assistant', content: answer },
  ],
});
const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const sharegpt = lines(
  Array.from({ length: 15 }, (_, at) => ({
    conversations: [
      { from: 'human', value: `Question ${at}?` },
      { from: 'gpt', value: `Answer ${at}.` },
    ],
  })),
);

describe('a file that is no JSON Lines', () => {
  test('is converted beside itself: the rows are pinned and trained on, the file is kept as the source', async () => {
    const { bytes, versionIds } = uploads(CSV, { validation: CSV.replaceAll('Question', 'Held') });
    expect(await check()).toEqual({ kind: 'checked' });
    const version = ready();
    expect(version).toMatchObject({
      status: 'ready',
      keys: {
        data: `${PREFIX}/v1/data.converted.jsonl`,
        validation: `${PREFIX}/v1/validation.converted.jsonl`,
      },
      files: {
        source: {
          container: 'csv',
          gzip: false,
          bytes: bytes.length,
          sha256: sha256(bytes),
          versionId: versionIds.data,
        },
        validationSource: { container: 'csv', versionId: versionIds.validation },
      },
      summary: { rows: 20, validationRows: 20, format: 'prompt-completion' },
    });
    expect(rowsOf(1)[0]).toEqual({ prompt: 'Question 0?', completion: 'Answer 0.' });
    const pinned = bucket.objects.get(version.keys.data)!.at(-1)!;
    expect(version.files.data).toEqual({
      bytes: pinned.bytes.length,
      sha256: sha256(pinned.bytes),
      versionId: pinned.versionId,
    });
    expect(memory.outcomes[0]!.body).toContain('converted from CSV');
  });

  test('of JSON Lines in gzip is unpacked', async () => {
    uploads(gzipSync(lines(Array.from({ length: 12 }, (_, at) => chat(at)))));
    await check();
    expect(ready()).toMatchObject({ status: 'ready', files: { source: { container: 'jsonl', gzip: true } } });
  });

  test('whose columns do not name themselves is rejected with that, or read as its announcement says', async () => {
    uploads(TABLE);
    await check();
    expect(ready()).toMatchObject({
      status: 'rejected',
      keys: { data: `${PREFIX}/v1/data.jsonl` },
      summary: { rows: 0, issues: [{ code: 'columns-unknown', count: 1 }] },
    });
    expect(bucket.objects.has(`${PREFIX}/v1/report.jsonl.gz`)).toBe(true);
    uploads(TABLE, { columns: { prompt: 'Frage', completion: 'Antwort' } });
    await check();
    expect(ready()).toMatchObject({ status: 'ready', summary: { rows: 20 } });
  });

  test.each([
    ['bytes of no known kind', Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0, 9, 9]), 'not-text'],
    ['gzip that breaks off', gzipSync(CSV).subarray(0, -12), 'container-broken'],
  ])('%s is rejected, not failed, and nothing of it is left', async (_, data, code) => {
    const { bytes } = uploads(data);
    expect(await check()).toEqual({ kind: 'checked' });
    expect(ready()).toMatchObject({
      status: 'rejected',
      files: { data: { sha256: sha256(bytes) } },
      summary: { verdict: 'rejected', issues: [{ code }] },
    });
    expect([...bucket.objects.keys()].filter((key) => key.includes('converted'))).toEqual([]);
    expect(bucket.writers.size).toBe(0);
  });

  test('only as its validation file is told beside what the training file has', async () => {
    uploads(`${lines(Array.from({ length: 12 }, (_, at) => chat(at)))}{"broken\n`, { validation: TABLE });
    await check();
    const codes = ready().summary.issues.map(({ code, file }) => `${file} ${code}`);
    expect(ready()).toMatchObject({ status: 'rejected', summary: { usableRows: 12 } });
    expect(codes).toEqual(expect.arrayContaining(['validation columns-unknown', 'data not-json']));
  });

  test('whose conversion died is converted anew, and only what is pinned counts', async () => {
    uploads(CSV);
    const open = bucket.files.open;
    bucket.files.open = async function* () {
      yield Buffer.from(CSV.slice(0, 300));
      throw new Error('connection reset');
    };
    expect(await check()).toMatchObject({ kind: 'put-back' });
    expect([bucket.objects.has(`${PREFIX}/v1/data.converted.jsonl`), bucket.writers.size]).toEqual([
      false,
      0,
    ]);
    bucket.files.open = open;
    expect(await check()).toEqual({ kind: 'checked' });
    expect(rowsOf(1)).toHaveLength(20);
  });
});

describe('a repair', () => {
  test('of ShareGPT makes a chat dataset that says what it is made from, and leaves the old version as it is', async () => {
    uploads(sharegpt);
    await check();
    const before = structuredClone(ready());
    expect(before).toMatchObject({ status: 'rejected', summary: { format: 'sharegpt' } });
    const made = await repair({ cures: ['convert-to-messages'] });
    expect(stored(made)).toMatchObject({ status: 'repairing' });
    expect(await check(made)).toEqual({ kind: 'checked' });
    expect(ready(made)).toMatchObject({
      status: 'ready',
      version: 2,
      keys: { data: `${PREFIX}/v2/data.jsonl` },
      summary: { format: 'chat', rows: 15 },
      madeFrom: {
        version: 1,
        rowsChanged: 15,
        rowsRemoved: 0,
        cures: [{ cure: 'convert-to-messages', changed: 15 }],
      },
    });
    expect(rowsOf(made)[3]).toEqual(chat(3));
    expect(ready(1)).toEqual(before);
    const file = (await bucket.files.read(`${PREFIX}/v2/changes.jsonl.gz`))!;
    expect(await changesPage(file, { limit: 2, offset: 3 })).toMatchObject({
      total: 15,
      changes: [{ line: 4, newLine: 4, cures: ['convert-to-messages'] }, { line: 5 }],
    });
    expect((await changesPage(file, { cure: 'drop-duplicates', limit: 2, offset: 0 })).total).toBe(0);
    expect(memory.outcomes.at(-1)).toMatchObject({
      title: '“Pairs” version 2 is ready to train',
      body: expect.stringContaining('Made from version 1: 15 rows changed.'),
    });
  });

  test('of a table takes the columns that are named', async () => {
    uploads(TABLE);
    await check();
    const made = await repair({
      cures: ['map-columns'],
      columns: { prompt: 'Frage', completion: 'Antwort' },
    });
    await check(made);
    expect(ready(made)).toMatchObject({
      status: 'ready',
      summary: { rows: 20 },
      madeFrom: { rowsChanged: 20 },
    });
    expect(rowsOf(made)[0]).toEqual({ prompt: 'Question 0?', completion: 'Answer 0.' });
  });

  test('of a table that was converted before takes them from what was uploaded', async () => {
    uploads(CSV);
    await check();
    const columns = { prompt: 'completion', completion: 'prompt' };
    const made = await repair({ cures: ['map-columns', 'drop-duplicates'], columns });
    await check(made);
    expect(ready(made)).toMatchObject({ status: 'ready', madeFrom: { rowsChanged: 20, order: { columns } } });
    expect(ready(made).madeFrom?.cures).toEqual([
      { cure: 'map-columns', changed: 20, removed: 0 },
      { cure: 'drop-duplicates', changed: 0, removed: 0 },
    ]);
    expect(rowsOf(made)[0]).toEqual({ prompt: 'Answer 0.', completion: 'Question 0?' });
  });

  test('that leaves no row ends with that reason, and can be tried again', async () => {
    uploads('{"broken\n[1]\n');
    await check();
    const made = await repair({ cures: ['drop-broken-rows'] });
    expect(await check(made)).toEqual({ kind: 'failed' });
    const failed = stored(made);
    expect(failed).toMatchObject({
      status: 'validation-failed',
      reason: expect.stringContaining('every row'),
    });
    expect(failed).not.toHaveProperty('versionIds');
    expect(memory.outcomes.at(-1)).toMatchObject({ title: '“Pairs” version 2 could not be made' });
    expect(retried(failed, new Date(clock))).toMatchObject({ status: 'repairing', tries: 0 });
    expect([...bucket.objects.keys()].filter((key) => key.includes('/v2/'))).toEqual([]);
  });

  test.each([1, 2, 3, 4])('that dies at its write number %i is made anew by another', async (atWrite) => {
    uploads(lines([...Array.from({ length: 12 }, (_, at) => chat(at)), chat(3)]));
    await check();
    const made = await repair({ cures: ['drop-duplicates'] });
    let writes = 0;
    const { promise: death, resolve: die } = Promise.withResolvers<void>();
    const store: typeof memory.store = {
      ...memory.store,
      replaceVersion: (...args) => {
        writes += 1;
        if (writes < atWrite) return memory.store.replaceVersion(...args);
        die();
        return new Promise(() => undefined);
      },
    };
    const request = { owner: OWNER, datasetId: ID, version: made };
    await Promise.race([death, validateVersion({ ...ports, store }, request, 'dead')]);
    clock += (LEASE_SECONDS + 1) * 1000;
    await check(made, 'heir');
    expect(ready(made)).toMatchObject({
      status: 'ready',
      summary: { rows: 12 },
      madeFrom: { rowsRemoved: 1 },
    });
  });

  test('whose dataset is deleted meanwhile leaves no file behind', async () => {
    uploads(lines([...Array.from({ length: 12 }, (_, at) => chat(at)), chat(3)]));
    await check();
    const made = await repair({ cures: ['drop-duplicates'] });
    const write = bucket.files.write;
    bucket.files.write = async (key, ...rest) => {
      if (key.includes('changes')) {
        await finishDeletion(
          { store: memory.store, files: bucket.files, uploads: bucket.multipart },
          { owner: OWNER, id: ID },
        );
      }
      await write(key, ...rest);
    };
    expect(await check(made)).toEqual({ kind: 'nothing-to-do' });
    expect([bucket.objects.size, bucket.writers.size, memory.versions.size]).toEqual([0, 0, 0]);
  });
});
