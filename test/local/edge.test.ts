import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startEdge, type Edge } from '../../local/edge.ts';
import { freePorts } from '../../local/ports.ts';

let folder: string;
let api: Server;
let edge: Edge;
let url: string;
let emulatorPort: number;
const seen: { request: IncomingMessage; body: string }[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'edge-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<p>pages</p>');
  writeFileSync(join(folder, 'assets', 'app-1a2b.js'), 'export {};');
  writeFileSync(join(tmpdir(), 'edge-outside.txt'), 'secret');
  api = createServer((request, answer) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push({ request, body });
      answer.writeHead(418, { etag: '"1"' }).end('teapot');
    });
  });
  [emulatorPort] = (await freePorts(1)) as [number];
  await new Promise<void>((resolve) => api.listen(emulatorPort, '127.0.0.1', resolve));
  const [port] = (await freePorts(1)) as [number];
  url = `http://127.0.0.1:${port}`;
  edge = await startEdge({
    port,
    pagesFolder: folder,
    emulatorPort,
    apiId: 'abc123',
    configuration: {
      userPoolId: 'pool',
      userPoolClientId: 'client',
      userPoolEndpoint: 'http://127.0.0.1:1/',
      region: 'us-east-1',
      stage: 'local',
      apiBase: '/v1',
      signUp: 'open',
    },
  });
});
afterAll(async () => {
  await edge.close();
  api.close();
  rmSync(folder, { recursive: true });
});

describe('one origin for pages and API', () => {
  test('an API call arrives with its query, body and token, and with the Host that names the API', async () => {
    const answer = await fetch(`${url}/v1/datasets?limit=2`, {
      method: 'POST',
      headers: { authorization: 'Bearer t', 'idempotency-key': 'k' },
      body: '{"a":1}',
    });
    expect([answer.status, answer.headers.get('etag'), await answer.text()]).toEqual([418, '"1"', 'teapot']);
    const { request, body } = seen.at(-1)!;
    expect(request.url).toBe('/v1/datasets?limit=2');
    expect(request.headers).toMatchObject({
      host: `abc123.execute-api.localhost:${emulatorPort}`,
      authorization: 'Bearer t',
      'idempotency-key': 'k',
    });
    expect(body).toBe('{"a":1}');
  });

  test('a body over 10 MB is answered as API Gateway does, and reaches no function', async () => {
    const before = seen.length;
    const answer = await fetch(`${url}/v1/datasets`, {
      method: 'POST',
      body: 'x'.repeat(10 * 1024 * 1024 + 1),
    });
    expect([answer.status, await answer.json()]).toEqual([413, { message: 'Request Entity Too Large' }]);
    expect(seen).toHaveLength(before);
  });

  test.each(['/', '/training-jobs/job_1', '/sign-in'])('%s is the page', async (path) => {
    const answer = await fetch(url + path);
    expect([answer.status, await answer.text()]).toEqual([200, '<p>pages</p>']);
    expect(answer.headers.get('cache-control')).toBe('no-cache');
  });

  test.each(['/assets/missing.js', '/..%2Fedge-outside.txt', '/%2e%2e/edge-outside.txt', '/%00', '/%ff'])(
    '%s is not found rather than answered with a page or a foreign file',
    async (path) => {
      const answer = await fetch(url + path);
      expect(answer.status).toBe(404);
    },
  );

  test('a file with a hash in its name is kept for ever', async () => {
    const answer = await fetch(`${url}/assets/app-1a2b.js`);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(answer.headers.get('content-type')).toContain('text/javascript');
  });

  test('pages, their configuration and API answers carry the security headers', async () => {
    for (const path of ['/', '/config.json', '/v1/health']) {
      const { headers } = await fetch(url + path);
      expect(headers.get('content-security-policy')).toContain(
        `connect-src 'self' http://127.0.0.1:${emulatorPort}`,
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  test('the pages are told where to sign in', async () => {
    expect(await (await fetch(`${url}/config.json`)).json()).toMatchObject({
      userPoolId: 'pool',
      apiBase: '/v1',
      signUp: 'open',
    });
  });
});
