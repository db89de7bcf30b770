import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { completeDatasetUpload } from '../../contracts/datasets.ts';
import { LIMITS } from '../../contracts/limits.ts';
import { operations } from '../../contracts/operations.ts';
import { callApi } from '../owners/call-api.ts';
import { chatRows, create, receive, sha256, upload, versionOf } from './dataset-calls.ts';
import { storageOfThisFile } from './storage-of-this-file.ts';

storageOfThisFile('upload-script');

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
