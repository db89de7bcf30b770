import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, jest, test } from '@jest/globals';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { DatasetIssue } from '../../contracts/dataset-issues.ts';
import {
  getDatasetReport,
  getDatasetReportFile,
  previewDataset,
  type PreviewRow,
} from '../../contracts/dataset-report.ts';
import type { DatasetVersion } from '../../contracts/dataset-versions.ts';
import {
  completeDatasetUpload,
  createDatasetVersion,
  listDatasetVersions,
} from '../../contracts/datasets.ts';
import { LIMITS } from '../../contracts/limits.ts';
import { createTrainingJob } from '../../contracts/training-jobs.ts';
import { coreKeys } from '../../lambdas/runtime/dynamo-keys.ts';
import { documentClient } from '../../lambdas/runtime/dynamo.ts';
import { signingClient } from '../../lambdas/runtime/s3-multipart.ts';
import {
  BUCKET,
  call,
  chatRows,
  checked,
  create,
  type Created,
  ofVersion,
  problem,
  receive,
  rowsOf,
  sha256,
  upload,
  versionOf,
} from './dataset-calls.ts';
import { openUploads } from './stored-datasets.ts';
import { storageOfThisFile } from './storage-of-this-file.ts';

storageOfThisFile('versions');

describe('a table', () => {
  test('becomes rows that are trained on, and stays as it was uploaded', async () => {
    const csv = Buffer.from(
      `question,answer\n${Array.from({ length: 30 }, (_, at) => `"Question ${at}, really?",Answer ${at}.`).join('\n')}\n`,
    );
    const made = await checked('ada', csv);
    const version = await versionOf('ada', made.dataset.id);
    expect(version).toMatchObject({
      status: 'ready',
      files: {
        source: { container: 'csv', gzip: false, bytes: csv.length, sha256: sha256(csv).digest('hex') },
      },
      summary: { rows: 30, format: 'prompt-completion' },
    });
    if (version.status !== 'ready') throw new Error(version.status);
    const { Body } = await signingClient().send(
      new GetObjectCommand({
        Bucket: BUCKET,
        Key: `datasets/ada/${made.dataset.id}/v1/data.converted.jsonl`,
        VersionId: version.files.data.versionId,
      }),
    );
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
    expect(sha256(bytes).digest('hex')).toBe(version.files.data.sha256);
    expect((await rowsOf('ada', made.dataset.id, 1))[0]).toMatchObject({
      line: 1,
      byte: 0,
      messages: [
        { role: 'user', content: 'Question 0, really?' },
        { role: 'assistant', learnt: true },
      ],
    });
  });

  test('is trained on as its converted rows: the job names version, checksum and VersionId of them', async () => {
    const csv = `prompt,completion\n${Array.from({ length: 60 }, (_, at) => `Question ${at}?,Answer ${at}.`).join('\n')}\n`;
    const { dataset } = await checked('abe', csv);
    const version = await versionOf('abe', dataset.id);
    if (version.status !== 'ready') throw new Error(version.status);
    const job = await call<{ id: string; dataset: object }>(createTrainingJob, 'abe', {
      body: {
        name: 'On a table',
        datasetId: dataset.id,
        datasetVersion: 1,
        baseModel: 'brightrun/tiny-base',
        gpuType: 'cpu-2',
        preset: 'quick',
        capUsdMicros: 500_000,
      },
      idempotencyKey: randomUUID(),
    });
    const { Item } = await documentClient().send(
      new GetCommand({ TableName: 'core', Key: coreKeys.job('abe', job.id) }),
    );
    expect(Item).toMatchObject({
      dataset: {
        id: dataset.id,
        version: 1,
        data: { key: `datasets/abe/${dataset.id}/v1/data.converted.jsonl`, ...version.files.data },
      },
    });
  });

  test('of many parts is converted through S3 byte for byte', async () => {
    const cell = 'one word more '.repeat(5000);
    const csv = `prompt,completion\n${Array.from({ length: 260 }, (_, at) => `Question ${at}?,${cell}${at}`).join('\n')}\n`;
    const made = await checked('ada', csv);
    const version = await versionOf('ada', made.dataset.id);
    expect(version).toMatchObject({ status: 'ready', summary: { rows: 260 } });
    if (version.status !== 'ready') throw new Error(version.status);
    expect(version.files.data.bytes).toBeGreaterThan(2 * LIMITS.uploadPartBytes);
    expect(await openUploads(`datasets/ada/${made.dataset.id}/`)).toEqual([]);
  }, 60_000);
});

describe('a next version', () => {
  test('is uploaded and checked beside the one before', async () => {
    const { dataset } = await checked('fay', chatRows(12));
    const second = Buffer.from(chatRows(20, 'Better'));
    const body = { bytes: second.length };
    const input = { path: { datasetId: dataset.id }, body, idempotencyKey: randomUUID() };
    const added = await call<Created>(createDatasetVersion, 'fay', input);
    expect(added).toMatchObject({
      dataset: { latestVersion: 2 },
      version: { version: 2, status: 'uploading' },
    });
    await upload('fay', dataset.id, second, 'data', 2);
    await call(completeDatasetUpload, 'fay', { path: ofVersion(dataset.id, 2) });
    await receive({ owner: 'fay', datasetId: dataset.id, version: 2 });
    expect(await versionOf('fay', dataset.id)).toMatchObject({
      status: 'ready',
      version: 2,
      summary: { rows: 20 },
    });
    expect(await rowsOf('fay', dataset.id, 1)).toHaveLength(12);
    const again = await call<Created>(createDatasetVersion, 'fay', input);
    expect(again.version.version).toBe(2);
  });

  test('of two announcements at the same moment each has its own number, and no upload is left over', async () => {
    const { dataset } = await create('gil', { bytes: 10 });
    const announce = () =>
      call<Created>(createDatasetVersion, 'gil', {
        path: { datasetId: dataset.id },
        body: { bytes: 10 },
        idempotencyKey: randomUUID(),
      });
    const added = await Promise.all([announce(), announce(), announce()]);
    expect(added.map(({ version }) => version.version).toSorted()).toEqual([2, 3, 4]);
    expect(await openUploads('datasets/gil/')).toHaveLength(4);
    type Page = { items: DatasetVersion[]; nextCursor?: string };
    const page = (query: Record<string, string>) =>
      call<Page>(listDatasetVersions, 'gil', { path: { datasetId: dataset.id }, query });
    const first = await page({ limit: '3' });
    const rest = await page({ limit: '3', cursor: first.nextCursor! });
    expect([first, rest].map(({ items }) => items.map(({ version }) => version))).toEqual([[4, 3, 2], [1]]);
    expect(rest.nextCursor).toBeUndefined();
  });
});

describe('a report', () => {
  test('is a file of its own, and each problem leads to its line', async () => {
    const { dataset } = await checked('hal', `${chatRows(12)}{"broken\n${chatRows(3, 'Other')}[1]\n`);
    const path = ofVersion(dataset.id);
    const { url } = await call<{ url: string }>(getDatasetReportFile, 'hal', { path });
    const answer = await fetch(url);
    expect(answer.status).toBe(200);
    const packed = Buffer.from(await answer.arrayBuffer());
    const issues = gunzipSync(packed)
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as DatasetIssue);
    const page = await call<{ issues: DatasetIssue[]; total: number }>(getDatasetReport, 'hal', { path });
    expect([page.issues, page.total]).toEqual([issues, issues.length]);
    const broken = issues.find(({ code }) => code === 'not-json')!;
    expect(broken).toMatchObject({ line: 13, byte: chatRows(12).length });
    const shown = await call<{ rows: PreviewRow[] }>(previewDataset, 'hal', {
      path,
      query: { afterByte: String(broken.byte), line: String(broken.line), limit: '1' },
    });
    expect(shown.rows).toEqual([
      { file: 'data', line: 13, byte: broken.byte, tokens: null, messages: [], raw: '{"broken' },
    ]);
    const logged = [console.info, console.warn, console.error].flatMap(
      (each) => jest.mocked(each).mock.calls,
    );
    expect(logged.length).toBeGreaterThan(0);
    expect(JSON.stringify(logged)).not.toContain('X-Amz-Signature');
  });

  test('of a version that is not checked is not ready', async () => {
    const { dataset } = await create('hal', { bytes: 10 });
    expect(await problem(getDatasetReportFile, 'hal', { path: ofVersion(dataset.id) })).toEqual([
      409,
      'report-not-ready',
    ]);
  });
});
