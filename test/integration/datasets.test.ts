import { describe, expect, test } from '@jest/globals';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { ulid } from 'ulid';
import { getDatasetReport, previewDataset } from '../../contracts/dataset-report.ts';
import {
  changeDataset,
  completeDatasetUpload,
  deleteDataset,
  getDataset,
  listDatasets,
  listDatasetVersions,
  retryValidation,
} from '../../contracts/datasets.ts';
import { s3DatasetFiles } from '../../lambdas/datasets/s3-dataset-files.ts';
import { sweepDeletion } from '../../lambdas/datasets/sweep-datasets.ts';
import { coreKeys } from '../../lambdas/runtime/dynamo-keys.ts';
import { documentClient } from '../../lambdas/runtime/dynamo.ts';
import { signingClient } from '../../lambdas/runtime/s3-multipart.ts';
import { callApi } from '../owners/call-api.ts';
import {
  BUCKET,
  call,
  chatRows,
  checked,
  create,
  created,
  problem,
  receive,
  sha256,
  upload,
  versionOf,
} from './dataset-calls.ts';
import { keysOf, outcomesOf, sweeper, unfinishedOf } from './stored-datasets.ts';
import { storageOfThisFile } from './storage-of-this-file.ts';

storageOfThisFile('datasets');

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
    expect(await keysOf('datasets/olu/')).toEqual([]);
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
