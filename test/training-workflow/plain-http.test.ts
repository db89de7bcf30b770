import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { plainHttp } from '../../lambdas/training-workflow/plain-http.ts';

let server: Server;
let url: string;
let seen: { headers: IncomingHttpHeaders; body: string }[];

beforeEach(async () => {
  seen = [];
  server = createServer((request, answer) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push({ headers: request.headers, body });
      answer.writeHead(request.url === '/moved' ? 302 : 200, { location: '/elsewhere' }).end('answer');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
});
afterEach(() => {
  server.close();
});

const post = (path: string, signal = AbortSignal.timeout(5000)) =>
  plainHttp(url + path, { method: 'POST', headers: { authorization: 'Bearer k' }, body: '{}', signal });

describe('a call of the cluster', () => {
  test('carries nothing that Ray takes for a browser, which it would refuse with 405', async () => {
    const answer = await post('/api/jobs/');
    expect([answer.status, await answer.text(), seen[0]!.body]).toEqual([200, 'answer', '{}']);
    const names = Object.keys(seen[0]!.headers);
    expect(names.filter((name) => /^(sec-|origin|referer|user-agent)/.test(name))).toEqual([]);
  });

  test('never takes its key to where an answer points', async () => {
    expect((await post('/moved')).status).toBe(302);
    expect(seen).toHaveLength(1);
  });

  test('rejects when nobody answers', async () => {
    await expect(post('/api/jobs/', AbortSignal.abort())).rejects.toThrow('aborted');
  });
});
