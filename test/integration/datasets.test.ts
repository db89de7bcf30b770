import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ListMultipartUploadsCommand, ListObjectVersionsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { PutCommand, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { ulid } from 'ulid';
import { getDatasetReport, previewDataset } from '../../contracts/dataset-report.ts';
import { type DatasetVersion } from '../../contracts/dataset-versions.ts';
import {
  changeDataset,
  completeDatasetUpload,
  createDataset,
  deleteDataset,
  getDataset,
  listDatasets,
  listDatasetVersions,
  listUploadedParts,
  retryValidation,
  signDatasetParts,
} from '../../contracts/datasets.ts';
import { LIMITS } from '../../contracts/limits.ts';
import { dynamoDatasetStore } from '../../lambdas/datasets/dynamo-dataset-store.ts';
import { sweepDeletion, sweepVersion } from '../../lambdas/datasets/sweep-datasets.ts';
import { s3DatasetFiles } from '../../lambdas/datasets/s3-dataset-files.ts';
import { coreKeys, UNFINISHED, unfinishedShards } from '../../lambdas/runtime/dynamo-keys.ts';
import { documentClient } from '../../lambdas/runtime/dynamo.ts';
import { multipartUploads, signingClient } from '../../lambdas/runtime/s3-multipart.ts';
import { callApi } from '../owners/call-api.ts';
import { type EmulatedStorage, emulatedStorage } from '../owners/emulated-storage.ts';
import {
  BUCKET,
  call,
  chatRows,
  checked,
  create,
  created,
  type Created,
  problem,
  put,
  receive,
  sha256,
  sign,
  upload,
  versionOf,
} from './dataset-calls.ts';

let storage: EmulatedStorage;
beforeAll(async () => {
  for (const level of ['info', 'warn', 'error'] as const) jest.spyOn(console, level).mockReturnValue();
  storage = await emulatedStorage('datasets');
}, 60_000);
afterAll(() => storage?.stop(), 30_000);

async function outcomesOf(owner: string): Promise<{ kind: string; key: string }[]> {
  const { Items = [] } = await documentClient().send(new ScanCommand({ TableName: 'core' }));
  return Items.filter((row) => row['kind'] === 'publish-outcome' && row['owner'] === owner).map(
    (row) => row['outcome'],
  );
}
async function unfinishedOf(owner: string): Promise<Record<string, unknown>[]> {
  const rows = await Promise.all(
    unfinishedShards.map((shard) =>
      documentClient().send(
        new QueryCommand({
          TableName: 'core',
          IndexName: UNFINISHED,
          KeyConditionExpression: 'unfinishedShard = :shard',
          ExpressionAttributeValues: { ':shard': shard },
        }),
      ),
    ),
  );
  return rows.flatMap(({ Items = [] }) => Items).filter((row) => row['owner'] === owner);
}
const sweeper = () => {
  const client = signingClient();
  return {
    store: dynamoDatasetStore(documentClient(), 'core'),
    uploads: multipartUploads(client, BUCKET),
    files: s3DatasetFiles(client, BUCKET),
    queue: { send: jest.fn(async () => undefined) },
  };
};

describe('a dataset', () => {
  test('goes from its announcement to a verdict, with its checksum, tokens, report and rows', async () => {
    const text = `${chatRows(30)}\n${chatRows(1)}`;
    const made = await checked('ada', text, chatRows(3, 'Held out'));
    const path = { datasetId: made.dataset.id, version: '1' };
    const version = await versionOf('ada', made.dataset.id);
    expect(version).toMatchObject({
      status: 'ready',
      files: {
        data: { bytes: text.length, sha256: sha256(Buffer.from(text)).digest('hex') },
        validation: { bytes: chatRows(3, 'Held out').length },
      },
      summary: {
        verdict: 'ready-with-warnings',
        format: 'chat',
        rows: 31,
        usableRows: 31,
        validationRows: 3,
        tokens: { tokenizer: 'brightrun/tiny-base', method: 'exact', contextLength: 256 },
      },
    });
    expect(JSON.stringify(version)).not.toContain('uploads');
    const report = await call<{ issues: { code: string; line: number }[]; total: number }>(
      getDatasetReport,
      'ada',
      { path },
    );
    expect(report.issues.map(({ code, line }) => [code, line])).toEqual([
      ['few-rows', undefined],
      ['blank-line', 31],
      ['duplicate-row', 32],
    ]);
    const one = await call<typeof report>(getDatasetReport, 'ada', { path, query: { code: 'blank-line' } });
    expect(one.total).toBe(1);
    const page = await call<{ rows: { line: number; tokens: number }[]; next?: Record<string, number> }>(
      previewDataset,
      'ada',
      { path, query: { limit: '30' } },
    );
    expect(page.rows).toHaveLength(30);
    expect(page.rows[0]).toMatchObject({
      line: 1,
      messages: [
        { role: 'user', content: 'Question 0?', learnt: false },
        { role: 'assistant', content: 'Answer 0.', learnt: true },
      ],
    });
    const rest = await call<typeof page>(previewDataset, 'ada', {
      path,
      query: { afterByte: String(page.next!['afterByte']), line: String(page.next!['line']) },
    });
    expect(rest).toMatchObject({
      rows: [
        { line: 31, raw: '' },
        { line: 32, tokens: 14 },
      ],
    });
    expect(rest.next).toBeUndefined();
    expect(await outcomesOf('ada')).toMatchObject([{ kind: 'dataset-ready' }]);
    expect(await unfinishedOf('ada')).toEqual([]);
  });

  test('of several parts becomes the very bytes that were sent', async () => {
    const row = chatRows(1, 'one word more '.repeat(7000));
    const text = Array.from({ length: 90 }, (_, at) => row.replace('Question 0', `Question ${at}`)).join('');
    const made = await checked('bea', text);
    expect(made.uploads).toMatchObject([{ parts: 2 }]);
    expect(await versionOf('bea', made.dataset.id)).toMatchObject({
      status: 'ready',
      files: { data: { sha256: sha256(Buffer.from(text)).digest('hex') } },
    });
    // 9 MB through the emulator and every token of it counted, on a machine that has other things to do.
  }, 30_000);

  test('that cannot be trained on is rejected with every reason, and told so', async () => {
    const made = await checked('cid', `${chatRows(12)}{"broken\n[1]\n`);
    const version = await versionOf('cid', made.dataset.id);
    expect(version).toMatchObject({ status: 'rejected', summary: { verdict: 'rejected', usableRows: 12 } });
    expect(await outcomesOf('cid')).toMatchObject([{ kind: 'dataset-rejected' }]);
  });
});

describe('an announcement', () => {
  test('that comes twice, also at the same moment, is one dataset and one upload', async () => {
    const key = randomUUID();
    const body = { bytes: 1000, validationBytes: 100 };
    const both = await Promise.all([1, 2, 3].map(() => create('dan', body, key)));
    const again = await create('dan', body, key);
    expect(new Set([...both, again].map(({ dataset }) => dataset.id)).size).toBe(1);
    const { items } = await call<{ items: unknown[] }>(listDatasets, 'dan');
    expect(items).toHaveLength(1);
    const open = await signingClient().send(
      new ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix: 'datasets/dan/' }),
    );
    expect(open.Uploads).toHaveLength(2);
    expect(
      await problem(createDataset, 'dan', { body: { name: 'Other', bytes: 1 }, idempotencyKey: key }),
    ).toEqual([422, 'idempotency-key-reused']);
  });

  test('of nothing, or of more than a dataset may have, is refused', async () => {
    const idempotencyKey = randomUUID();
    const refused = (body: object) =>
      problem(createDataset, 'dan', { body: { name: 'n', ...body }, idempotencyKey });
    expect(await refused({ bytes: 0 })).toEqual([400, 'invalid-request']);
    expect(await refused({ bytes: LIMITS.datasetBytes + 1 })).toEqual([400, 'dataset-too-large']);
    expect(await refused({ bytes: 1, validationBytes: LIMITS.validationBytes + 1 })).toEqual([
      400,
      'dataset-too-large',
    ]);
  });
});

describe('an upload', () => {
  const data = Buffer.from(chatRows(12));
  const path = (made: Created) => ({ datasetId: made.dataset.id, version: '1' });

  test('takes only the bytes its URL was signed for', async () => {
    const made = await create('eve', { bytes: data.length });
    const [signed] = await sign('eve', made.dataset.id, [
      { partNumber: 1, sha256: sha256(data).digest('base64') },
    ]);
    expect(new URL(signed!.url).searchParams.get('X-Amz-SignedHeaders')).toBe('host;x-amz-checksum-sha256');
    expect((await put(signed!, Buffer.from(data).fill('x'))).status).toBe(400);
    expect(await problem(completeDatasetUpload, 'eve', { path: path(made) })).toEqual([
      409,
      'upload-incomplete',
    ]);
    expect((await put(signed!, data)).status).toBe(200);
    const parts = await call<{ uploads: { arrived: object[] }[] }>(listUploadedParts, 'eve', {
      path: path(made),
    });
    expect(parts.uploads[0]!.arrived).toEqual([
      { partNumber: 1, bytes: data.length, sha256: sha256(data).digest('base64') },
    ]);
    expect(await call(completeDatasetUpload, 'eve', { path: path(made) })).toMatchObject({
      status: 'validating',
    });
  });

  test('that differs from its declared size never becomes an object', async () => {
    const made = await create('fay', { bytes: data.length + 1 });
    await upload('fay', made.dataset.id, data);
    expect(await problem(completeDatasetUpload, 'fay', { path: path(made) })).toEqual([
      409,
      'upload-size-differs',
    ]);
    const objects = await signingClient().send(
      new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: 'datasets/fay/' }),
    );
    expect(objects.Versions ?? []).toEqual([]);
    expect((await versionOf('fay', made.dataset.id)).status).toBe('uploading');
  });

  test('with a part larger than its place never becomes an object, though the part itself was taken', async () => {
    const made = await create('fay', { bytes: 100 });
    await upload('fay', made.dataset.id, Buffer.alloc(5000, 'x'));
    const [status, code] = await problem(completeDatasetUpload, 'fay', { path: path(made) });
    expect([status, code]).toEqual([409, 'upload-size-differs']);
    // Put again in its own size it is the file after all.
    await upload('fay', made.dataset.id, Buffer.alloc(100, 'x'));
    expect(await call(completeDatasetUpload, 'fay', { path: path(made) })).toMatchObject({
      status: 'validating',
    });
  });

  test('takes no part it did not announce, and no other file', async () => {
    const made = await create('gil', { bytes: data.length });
    const parts = [{ partNumber: 2, sha256: sha256(data).digest('base64') }];
    const asked = (body: object) => problem(signDatasetParts, 'gil', { path: path(made), body });
    expect(await asked({ parts })).toEqual([400, 'invalid-request']);
    expect(await asked({ file: 'validation', parts })).toEqual([400, 'invalid-request']);
  });

  test('completes once, however often that is asked for, and then takes no parts', async () => {
    const made = await create('hal', { bytes: data.length });
    await upload('hal', made.dataset.id, data);
    const asked = { partNumber: 1, sha256: sha256(data).digest('base64') };
    const [kept] = await sign('hal', made.dataset.id, [asked]);
    const answers = await Promise.all(
      [1, 2, 3].map(() => call<DatasetVersion>(completeDatasetUpload, 'hal', { path: path(made) })),
    );
    answers.push(await call<DatasetVersion>(completeDatasetUpload, 'hal', { path: path(made) }));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 'validating'));
    expect(await problem(signDatasetParts, 'hal', { path: path(made), body: { parts: [asked] } })).toEqual([
      409,
      'version-not-uploading',
    ]);
    // A URL that is still valid opens an upload that has ended.
    expect((await put(kept!, data)).status).toBe(404);
  });

  test('whose completion died half-way is finished by the bucket’s event', async () => {
    const made = await create('ida', { bytes: data.length });
    await upload('ida', made.dataset.id, data);
    const record = await sweeper().store.version('ida', made.dataset.id, 1);
    if (record?.status !== 'uploading') throw new Error('not uploading');
    const { uploads } = sweeper();
    const parts = await uploads.arrived(record.keys.data, record.uploads.data);
    await uploads.complete(record.keys.data, record.uploads.data, parts!);
    expect((await versionOf('ida', made.dataset.id)).status).toBe('uploading');
    await receive(created(record.keys.data));
    expect((await versionOf('ida', made.dataset.id)).status).toBe('ready');
  });

  test('that nobody finished is abandoned after 48 hours with its parts, and one that is whole goes on', async () => {
    const [half, whole] = [
      await create('jon', { bytes: data.length + LIMITS.uploadPartBytes }),
      await create('jon', { bytes: data.length }),
    ];
    await upload('jon', half.dataset.id, Buffer.alloc(LIMITS.uploadPartBytes, 'x'));
    await upload('jon', whole.dataset.id, data);
    const ports = sweeper();
    const found = await unfinishedOf('jon');
    expect(found).toHaveLength(2);
    const repair = (made: Created, now: Date) =>
      sweepVersion(ports, { owner: 'jon', datasetId: made.dataset.id, version: 1 }, now);
    expect(await repair(half, new Date())).toBe('nothing');
    const late = new Date(Date.now() + (LIMITS.uploadHours + 1) * 3_600_000);
    await repair(half, late);
    await repair(whole, late);
    expect((await versionOf('jon', half.dataset.id)).status).toBe('abandoned');
    expect((await versionOf('jon', whole.dataset.id)).status).toBe('validating');
    expect(ports.queue.send).toHaveBeenCalledTimes(1);
    const open = await signingClient().send(
      new ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix: 'datasets/jon/' }),
    );
    expect(open.Uploads ?? []).toEqual([]);
    expect(await problem(completeDatasetUpload, 'jon', { path: path(half) })).toEqual([
      409,
      'version-not-uploading',
    ]);
  });
});

describe('a check', () => {
  test('asked for many times, at once and late, is one verdict and one notification', async () => {
    const made = await checked('kim', chatRows(20));
    const request = { owner: 'kim', datasetId: made.dataset.id, version: 1 };
    const before = await versionOf('kim', made.dataset.id);
    const key = `datasets/kim/${made.dataset.id}/v1/data.jsonl`;
    await receive(request, created(key), request, created(key, 'another-version'));
    expect(await versionOf('kim', made.dataset.id)).toEqual(before);
    expect(await outcomesOf('kim')).toHaveLength(1);
  });

  test('takes the version that was completed, whatever is written over it since', async () => {
    const data = Buffer.from(chatRows(20));
    const made = await create('lea', { bytes: data.length });
    await upload('lea', made.dataset.id, data);
    await call(completeDatasetUpload, 'lea', { path: { datasetId: made.dataset.id, version: '1' } });
    const key = `datasets/lea/${made.dataset.id}/v1/data.jsonl`;
    await signingClient().send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: 'not the file' }));
    await receive(created(key, 'the-newer-one'));
    expect(await versionOf('lea', made.dataset.id)).toMatchObject({
      status: 'ready',
      files: { data: { sha256: sha256(data).digest('hex') } },
    });
  });

  test('whose file is gone fails with a reason, and can be asked for again', async () => {
    const data = Buffer.from(chatRows(20));
    const made = await create('max', { bytes: data.length });
    const path = { datasetId: made.dataset.id, version: '1' };
    await upload('max', made.dataset.id, data);
    await call(completeDatasetUpload, 'max', { path });
    await s3DatasetFiles(signingClient(), BUCKET).removeAll('datasets/max/');
    await receive({ owner: 'max', datasetId: made.dataset.id, version: 1 });
    expect(await versionOf('max', made.dataset.id)).toMatchObject({
      status: 'validation-failed',
      reason: expect.stringContaining('no longer in the bucket'),
    });
    expect(await outcomesOf('max')).toMatchObject([{ kind: 'dataset-validation-failed' }]);
    expect(await call(retryValidation, 'max', { path })).toMatchObject({ status: 'validating' });
    expect(await problem(getDatasetReport, 'max', { path })).toEqual([409, 'report-not-ready']);
  });

  test('a message that asks for nothing known is dropped, and blocks nobody', async () => {
    const { batchItemFailures } = await receive('nonsense', created('datasets/x/report.jsonl.gz'), {
      owner: 'nobody',
      datasetId: `ds_${ulid()}`,
      version: 1,
    });
    expect(batchItemFailures).toEqual([]);
  });
});

describe('datasets', () => {
  test('are listed newest first by state and name, page by page', async () => {
    for (const name of ['Alpha', 'Beta', 'alphabet']) await create('nia', { name, bytes: 10 });
    type Page = { items: { dataset: { id: string; name: string } }[]; nextCursor?: string };
    const page = (query: Record<string, string>) => call<Page>(listDatasets, 'nia', { query });
    const names = ({ items }: Page) => items.map(({ dataset }) => dataset.name);
    const first = await page({ limit: '2' });
    expect(names(first)).toEqual(['alphabet', 'Beta']);
    const second = await page({ limit: '2', cursor: first.nextCursor! });
    expect([names(second), second.nextCursor]).toEqual([['Alpha'], undefined]);
    expect(names(await page({ sort: 'oldest' }))).toEqual(['Alpha', 'Beta', 'alphabet']);
    expect(names(await page({ search: 'ALPHA' }))).toEqual(['alphabet', 'Alpha']);
    const path = { datasetId: first.items[0]!.dataset.id };
    await call(changeDataset, 'nia', { path, body: { status: 'archived', name: 'Kept' } });
    expect(names(await page({}))).toEqual(['Beta', 'Alpha']);
    expect(names(await page({ status: 'archived' }))).toEqual(['Kept']);
    expect(await call(changeDataset, 'nia', { path, body: { status: 'active' } })).toMatchObject({
      status: 'active',
    });
    const versions = await call<{ items: unknown[] }>(listDatasetVersions, 'nia', { path });
    expect(versions.items).toHaveLength(1);
    expect(await problem(listDatasets, 'nia', { query: { cursor: 'Zm9v' } })).toEqual([
      400,
      'invalid-request',
    ]);
  });

  test('are deleted with everything of them, but not under a job that has not ended', async () => {
    const made = await checked('olu', chatRows(20));
    const other = await create('olu', { bytes: 10 });
    const path = { datasetId: made.dataset.id };
    const jobId = `job_${ulid()}`;
    const job = { ...coreKeys.job('olu', jobId), status: 'running', dataset: { id: made.dataset.id } };
    await documentClient().send(new PutCommand({ TableName: 'core', Item: job }));
    expect(await problem(deleteDataset, 'olu', { path })).toEqual([409, 'dataset-in-use']);
    expect((await versionOf('olu', made.dataset.id)).status).toBe('ready');
    await documentClient().send(new PutCommand({ TableName: 'core', Item: { ...job, status: 'succeeded' } }));
    expect((await callApi(deleteDataset, 'olu', { path })).status).toBe(204);
    expect((await callApi(deleteDataset, 'olu', { path: { datasetId: other.dataset.id } })).status).toBe(204);
    expect(await problem(getDataset, 'olu', { path })).toEqual([404, 'not-found']);
    expect(await call(listDatasets, 'olu')).toEqual({ items: [] });
    const left = await signingClient().send(
      new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: 'datasets/olu/' }),
    );
    expect([...(left.Versions ?? []), ...(left.DeleteMarkers ?? [])]).toEqual([]);
    expect(await unfinishedOf('olu')).toEqual([]);
  });

  test('whose deletion stopped half-way are gone for everybody, and the sweeper finishes it', async () => {
    const made = await create('pia', { bytes: 10 });
    const ports = sweeper();
    const record = await ports.store.dataset('pia', made.dataset.id);
    await ports.store.replaceDataset({
      ...record!,
      status: 'deleting',
      deletingAt: new Date().toISOString(),
      revision: record!.revision + 1,
    });
    expect(await problem(getDataset, 'pia', { path: { datasetId: made.dataset.id } })).toEqual([
      404,
      'not-found',
    ]);
    expect(await call(listDatasets, 'pia')).toEqual({ items: [] });
    await sweepDeletion(ports, { owner: 'pia', id: made.dataset.id });
    expect(await unfinishedOf('pia')).toEqual([]);
    expect(await ports.store.versions('pia', made.dataset.id)).toEqual([]);
  });
});
