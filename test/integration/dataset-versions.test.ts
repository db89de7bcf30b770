import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { GetObjectCommand, ListMultipartUploadsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import type { RepairOrder, RowChange } from '../../contracts/dataset-cures.ts';
import type { DatasetIssue } from '../../contracts/dataset-issues.ts';
import {
  getDatasetReport,
  getDatasetReportFile,
  listDatasetChanges,
  previewDataset,
  type PreviewRow,
} from '../../contracts/dataset-report.ts';
import { type DatasetVersion } from '../../contracts/dataset-versions.ts';
import {
  changeDataset,
  completeDatasetUpload,
  createDatasetVersion,
  deleteDataset,
  listDatasetVersions,
  repairDatasetVersion,
} from '../../contracts/datasets.ts';
import { LIMITS } from '../../contracts/limits.ts';
import { operations } from '../../contracts/operations.ts';
import { createTrainingJob } from '../../contracts/training-jobs.ts';
import { s3DatasetFiles } from '../../lambdas/datasets/s3-dataset-files.ts';
import { coreKeys } from '../../lambdas/runtime/dynamo-keys.ts';
import { documentClient } from '../../lambdas/runtime/dynamo.ts';
import { signingClient } from '../../lambdas/runtime/s3-multipart.ts';
import { callApi } from '../owners/call-api.ts';
import { type EmulatedStorage, emulatedStorage } from '../owners/emulated-storage.ts';
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
  sha256,
  upload,
  versionOf,
} from './dataset-calls.ts';

let storage: EmulatedStorage;
beforeAll(async () => {
  for (const level of ['info', 'warn', 'error'] as const) jest.spyOn(console, level).mockReturnValue();
  storage = await emulatedStorage('versions');
}, 60_000);
afterAll(() => storage?.stop(), 30_000);

const keysOf = async (prefix: string) => {
  const page = await signingClient().send(new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: prefix }));
  return [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ Key }) => Key);
};
const openUploads = async (prefix: string) =>
  (await signingClient().send(new ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix: prefix }))).Uploads ??
  [];

async function repair(owner: string, id: string, order: RepairOrder, from = 1): Promise<Created> {
  const input = { path: ofVersion(id, from), body: order, idempotencyKey: randomUUID() };
  return call<Created>(repairDatasetVersion, owner, input);
}
/** Ordered, made and checked. */
async function repaired(owner: string, id: string, order: RepairOrder, from = 1): Promise<DatasetVersion> {
  const { version, dataset } = await repair(owner, id, order, from);
  expect(version).toMatchObject({ status: 'repairing', version: dataset.latestVersion });
  await receive({ owner, datasetId: id, version: version.version });
  return versionOf(owner, id);
}
const rowsOf = async (owner: string, id: string, version: number) =>
  (
    await call<{ rows: PreviewRow[] }>(previewDataset, owner, {
      path: ofVersion(id, version),
      query: { limit: '50' },
    })
  ).rows;

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

describe('a repair', () => {
  const sharegpt = Array.from({ length: 15 }, (_, at) =>
    JSON.stringify({
      conversations: [
        { from: 'human', value: `Question ${at}?` },
        { from: 'gpt', value: `Answer ${at}.` },
      ],
    }),
  ).join('\n');

  test('of ShareGPT makes a version that is ready, and tells row by row what it changed', async () => {
    const { dataset } = await checked('bea', sharegpt);
    const before = await versionOf('bea', dataset.id);
    expect(before).toMatchObject({ status: 'rejected', summary: { format: 'sharegpt' } });
    const version = await repaired('bea', dataset.id, { cures: ['convert-to-messages'] });
    expect(version).toMatchObject({
      status: 'ready',
      version: 2,
      summary: { format: 'chat', rows: 15 },
      madeFrom: { version: 1, rowsChanged: 15, rowsRemoved: 0 },
    });
    const { changes, total } = await call<{ changes: RowChange[]; total: number }>(
      listDatasetChanges,
      'bea',
      {
        path: ofVersion(dataset.id, 2),
        query: { limit: '2', offset: '1' },
      },
    );
    expect(total).toBe(15);
    expect(changes).toMatchObject([{ line: 2, newLine: 2, cures: ['convert-to-messages'] }, { line: 3 }]);
    expect(changes[0]!.before).toContain('conversations');
    expect(changes[0]!.after).toContain('messages');
    const { items } = await call<{ items: DatasetVersion[] }>(listDatasetVersions, 'bea', {
      path: { datasetId: dataset.id },
    });
    expect(items.map((each) => each.version)).toEqual([2, 1]);
    expect(items[1]).toEqual(before);
    expect(await problem(listDatasetChanges, 'bea', { path: ofVersion(dataset.id, 1) })).toEqual([
      409,
      'version-not-repaired',
    ]);
  });

  test('drops repeated rows and masks secrets in one go', async () => {
    const secret = ['ghp', 'R7x2Qw9LmZ4tB8nVc1KsY6uJd3PfH0aGeXiT'].join('_');
    const leak = JSON.stringify({
      messages: [
        { role: 'user', content: 'What is the key?' },
        { role: 'assistant', content: `The key is ${secret}, keep it.` },
      ],
    });
    const { dataset } = await checked('bob', `${chatRows(12)}${chatRows(2)}${leak}\n`);
    const found = await versionOf('bob', dataset.id);
    const codes = 'summary' in found ? found.summary.issues.map(({ code, count }) => [code, count]) : [];
    expect(codes).toEqual(
      expect.arrayContaining([
        ['duplicate-row', 2],
        ['possible-secret', 1],
      ]),
    );
    const version = await repaired('bob', dataset.id, { cures: ['drop-duplicates', 'mask-secrets'] });
    expect(version).toMatchObject({
      summary: { rows: 13 },
      madeFrom: { rowsChanged: 1, rowsRemoved: 2 },
    });
    const stored = await call<{ changes: RowChange[] }>(listDatasetChanges, 'bob', {
      path: ofVersion(dataset.id, 2),
    });
    const rows = await rowsOf('bob', dataset.id, 2);
    expect(rows.at(-1)!.messages[1]!.content).toBe('The key is [redacted], keep it.');
    expect(stored.changes).toHaveLength(3);
  });

  test('asked for twice with one key is one version; two orders at once are two', async () => {
    const { dataset } = await checked('cid', `${chatRows(12)}${chatRows(2)}`);
    const body = { cures: ['drop-duplicates'] };
    const input = { path: ofVersion(dataset.id), body, idempotencyKey: randomUUID() };
    const both = await Promise.all([1, 2].map(() => callApi(repairDatasetVersion, 'cid', input)));
    both.push(await callApi(repairDatasetVersion, 'cid', input));
    expect(both.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(both.map(({ body: made }) => (made as Created).version.version))).toEqual(new Set([2]));
    const more = await Promise.all(
      [1, 2, 3].map(() => repair('cid', dataset.id, { cures: ['drop-duplicates'] })),
    );
    expect(more.map(({ version }) => version.version).toSorted()).toEqual([3, 4, 5]);
    expect(await problem(repairDatasetVersion, 'cid', { ...input, body: { cures: ['tidy-rows'] } })).toEqual([
      422,
      'idempotency-key-reused',
    ]);
    await call(changeDataset, 'cid', { path: { datasetId: dataset.id }, body: { status: 'archived' } });
    const archived = { ...input, idempotencyKey: randomUUID() };
    expect(await problem(repairDatasetVersion, 'cid', archived)).toEqual([409, 'dataset-archived']);
  });

  test('that cannot be given is refused with the field that does not fit', async () => {
    const { dataset } = await checked('dan', chatRows(12));
    const ask = async (body: object) => {
      const answer = await callApi(repairDatasetVersion, 'dan', {
        path: ofVersion(dataset.id),
        body,
        idempotencyKey: randomUUID(),
      });
      return [answer.status, (answer.body as { issues?: { path: string }[] }).issues?.[0]?.path];
    };
    expect(await ask({ cures: ['map-columns'] })).toEqual([400, 'columns']);
    expect(await ask({ cures: [] })).toEqual([400, 'cures']);
    expect(await ask({ cures: ['make-it-good'] })).toEqual([400, 'cures.0']);
  });

  test('whose dataset is deleted before and while it is made leaves nothing behind', async () => {
    const { dataset } = await checked('eve', `${chatRows(12)}${chatRows(2)}`);
    await repair('eve', dataset.id, { cures: ['drop-duplicates'] });
    const work = receive({ owner: 'eve', datasetId: dataset.id, version: 2 });
    expect((await callApi(deleteDataset, 'eve', { path: { datasetId: dataset.id } })).status).toBe(204);
    await work;
    await receive({ owner: 'eve', datasetId: dataset.id, version: 2 });
    expect([await keysOf('datasets/eve/'), await openUploads('datasets/eve/')]).toEqual([[], []]);
  });
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

test('a file that is written to the bucket in parts and given up is none', async () => {
  const files = s3DatasetFiles(signingClient(), BUCKET);
  const writer = files.writer('datasets/ida/half.jsonl');
  await writer.write(Buffer.alloc(LIMITS.uploadPartBytes + 1, 'x'));
  await writer.write(Buffer.alloc(LIMITS.uploadPartBytes, 'y'));
  await writer.abort();
  expect([await keysOf('datasets/ida/'), await openUploads('datasets/ida/')]).toEqual([[], []]);
  expect(await files.writer('datasets/ida/none.jsonl').finish()).toBeUndefined();
  expect(await keysOf('datasets/ida/')).toEqual([]);
});

const TOOLS = ['bash', 'curl', 'openssl', 'jq'];
const hasTools = TOOLS.every((tool) => spawnSync(tool, ['--version']).error === undefined);
(hasTools ? describe : describe.skip)('the script of docs/upload.md', () => {
  let server: Server;
  const folder = mkdtempSync(join(tmpdir(), 'brightrun-upload-'));
  const asOwner = 'jon';

  /** The API over HTTP, its gateway left out. */
  beforeAll(async () => {
    const routes = operations.map((operation) => ({
      operation,
      form: new RegExp(`^/v1${operation.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
    }));
    server = createServer((request, response) => {
      void (async () => {
        const body: Buffer[] = [];
        for await (const chunk of request) body.push(chunk as Buffer);
        const { pathname } = new URL(request.url ?? '', 'http://x');
        const route = routes.find(
          ({ operation, form }) => operation.method === request.method && form.test(pathname),
        );
        const key = request.headers['idempotency-key'];
        const text = Buffer.concat(body).toString('utf8');
        const answer = await callApi(route!.operation, asOwner, {
          path: { ...route!.form.exec(pathname)!.groups },
          ...(text ? { body: JSON.parse(text) as unknown } : {}),
          ...(typeof key === 'string' ? { idempotencyKey: key } : {}),
        });
        if (route!.operation.id === completeDatasetUpload.id) {
          const datasetId = /ds_\w+/.exec(pathname)![0];
          await receive({ owner: asOwner, datasetId, version: 1 });
        }
        response
          .writeHead(answer.status, { 'content-type': 'application/json' })
          .end(JSON.stringify(answer.body));
      })();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('uploads a file in parts until it is checked, and goes on where it stopped', async () => {
    const script = /```bash\n(#!.*?)```/s.exec(readFileSync('docs/upload.md', 'utf8'))?.[1];
    writeFileSync(join(folder, 'upload.sh'), script ?? '');
    const row = chatRows(1, 'one word more '.repeat(7000));
    const data = Buffer.from(
      Array.from({ length: 90 }, (_, at) => row.replace('Question 0', `Question ${at}`)).join(''),
    );
    writeFileSync(join(folder, 'my rows.jsonl'), data);
    const { port } = server.address() as AddressInfo;
    const run = async (...more: string[]) => {
      const env = { ...process.env, API: `http://127.0.0.1:${port}/v1`, TOKEN: 'a-token' };
      const { stdout } = await promisify(execFile)('bash', ['upload.sh', 'my rows.jsonl', ...more], {
        cwd: folder,
        env,
      });
      return stdout.trimEnd().split('\n');
    };
    const output = await run();
    expect(output).toEqual([expect.stringMatching(/^dataset ds_/), 'part 1 of 2', 'part 2 of 2', 'ready']);
    const id = output[0]!.split(' ')[1]!;
    expect(await versionOf(asOwner, id)).toMatchObject({
      files: { data: { sha256: sha256(data).digest('hex') } },
    });

    const half = await create(asOwner, { bytes: data.length });
    await upload(asOwner, half.dataset.id, data.subarray(0, LIMITS.uploadPartBytes));
    expect(await run(half.dataset.id)).toEqual(['part 2 of 2', 'ready']);
  }, 60_000);
});
