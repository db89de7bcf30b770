import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { rayJobsApi } from '../../lambdas/training-workflow/ray-jobs-api.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A server that answers as Ray was seen to; every request is kept. */
async function ray(answer: Answer, key: (fresh: boolean) => Promise<string> = async () => 'key') {
  const requests: { line: string; headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => (body += part));
    request.on('end', () => {
      requests.push({ line: `${request.method} ${request.url}`, headers: request.headers, body });
      answer(request, response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { cluster: rayJobsApi({ url: `http://127.0.0.1:${port}`, key }), requests };
}
const always =
  (status: number, body: unknown): Answer =>
  (_, response) => {
    response.statusCode = status;
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

describe('a look', () => {
  test.each([
    ['PENDING', { state: 'pending' }],
    ['RUNNING', { state: 'running' }],
    ['SUCCEEDED', { state: 'ended', how: 'succeeded', endedAt: new Date(5000), message: 'm' }],
    ['FAILED', { state: 'ended', how: 'failed', endedAt: new Date(5000), message: 'm' }],
    ['STOPPED', { state: 'ended', how: 'stopped', endedAt: new Date(5000), message: 'm' }],
  ])('%s is understood', async (status, expected) => {
    const { cluster } = await ray(
      always(200, { status, message: 'm', end_time: 5000, more: 'than is read' }),
    );
    expect(await cluster.look('job-1')).toEqual(expected);
  });

  test('of a message the sentence is kept, and the log behind it apart, without what signs', async () => {
    const message =
      'Job entrypoint command failed with exit code -9, last available logs (truncated to 20,000 chars):\nGET https://s3.test/?X-Amz-Signature=abc\n';
    const { cluster } = await ray(always(200, { status: 'FAILED', message }));
    expect(await cluster.look('job-1')).toMatchObject({
      message: 'Job entrypoint command failed with exit code -9',
      lastLog: 'GET https://s3.test/?X-Amz-Signature=[redacted]',
    });
  });

  test('lost is not unreachable', async () => {
    const { cluster } = await ray(always(404, 'no such job'));
    expect(await cluster.look('job-1')).toEqual({ state: 'absent' });
  });

  test.each([
    ['a page', 200, '<html>Sign in</html>'],
    ['a status nobody knows', 200, { status: 'PREEMPTED' }],
    ['an answer without a status', 200, { message: 'm' }],
    ['a fault', 500, 'oops'],
  ])('%s is an outage', async (_, status, body) => {
    const { cluster } = await ray(always(status, body));
    expect(await cluster.look('job-1')).toMatchObject({ state: 'unreachable', refused: false });
  });

  test('a body without end is an outage, and is not read for long', async () => {
    let sent = 0;
    const { cluster } = await ray((_, response) => {
      const part = Buffer.alloc(64 * 1024, 'x');
      const more = () => {
        while (!response.destroyed && response.write(part)) sent += part.length;
      };
      response.on('drain', more);
      more();
    });
    expect(await cluster.look('job-1')).toMatchObject({ state: 'unreachable' });
    // What fits into the buffers of both sides has been sent; 50 MB never are.
    expect(sent).toBeLessThan(20e6);
  });

  test('nobody there is an outage', async () => {
    const cluster = rayJobsApi({ url: 'http://127.0.0.1:1', key: async () => 'key' });
    expect(await cluster.look('job-1')).toMatchObject({ state: 'unreachable', refused: false });
  });

  test('a rotated key is fetched anew once; one that stays wrong is told as refused', async () => {
    const asked: boolean[] = [];
    const { cluster, requests } = await ray(
      (request, response, body) =>
        always(request.headers.authorization === 'Bearer new' ? 200 : 403, { status: 'RUNNING' })(
          request,
          response,
          body,
        ),
      async (fresh) => {
        asked.push(fresh);
        return fresh ? 'new' : 'old';
      },
    );
    expect(await cluster.look('job-1')).toEqual({ state: 'running' });
    expect(asked).toEqual([false, true]);
    expect(requests).toHaveLength(2);
    const wrong = await ray(always(401, ''));
    expect(await wrong.cluster.look('job-1')).toMatchObject({ state: 'unreachable', refused: true });
  });

  test('does not follow a redirect with the key', async () => {
    const elsewhere = await ray(always(200, { status: 'RUNNING' }));
    const { cluster } = await ray((_, response) => {
      response.writeHead(302, { location: 'http://127.0.0.1:1/' });
      response.end();
    });
    expect(await cluster.look('job-1')).toMatchObject({ state: 'unreachable' });
    expect(elsewhere.requests).toEqual([]);
  });
});

describe('a submission', () => {
  const run = {
    submissionId: 'job-1',
    environment: { BRIGHTRUN_API_URL: 'u', BRIGHTRUN_BOOTSTRAP_TOKEN: 't' },
    resources: { numCpus: 2, numGpus: 1, memoryBytes: 5 },
    metadata: { job: 'job' },
  };
  test('has a fixed entrypoint and asks for what the run needs', async () => {
    const { cluster, requests } = await ray(always(200, { submission_id: 'job-1' }));
    expect(await cluster.submit(run)).toEqual({ state: 'accepted' });
    expect(requests[0]?.line).toBe('POST /api/jobs/');
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      entrypoint: 'brightrun-train',
      submission_id: 'job-1',
      runtime_env: { env_vars: run.environment },
      metadata: { job: 'job' },
      entrypoint_num_cpus: 2,
      entrypoint_num_gpus: 1,
      entrypoint_memory: 5,
    });
  });
  test.each([
    [500, 'in-doubt'],
    [503, 'in-doubt'],
    [429, 'in-doubt'],
    [400, 'rejected'],
    [405, 'rejected'],
    [403, 'rejected'],
  ])('answered with %i is %s', async (status, state) => {
    const { cluster } = await ray(always(status, ''));
    expect((await cluster.submit(run)).state).toBe(state);
  });
});

test('of a log the end is kept, however long it is', async () => {
  const lines = Array.from({ length: 200_000 }, (_, line) => `line ${line} "quoted"`).join('\n');
  const { cluster } = await ray(always(200, { logs: lines }));
  const log = await cluster.log('job-1', 1000);
  expect(log?.truncated).toBe(true);
  expect(Buffer.byteLength(log?.text ?? '')).toBeLessThanOrEqual(1000);
  expect(log?.text.endsWith('line 199999 "quoted"')).toBe(true);
});

test('an id cannot leave its place in the path', async () => {
  const { cluster, requests } = await ray(always(404, ''));
  await cluster.look('../../api/version?x=');
  expect(requests[0]?.line).toBe('GET /api/jobs/..%2F..%2Fapi%2Fversion%3Fx%3D');
});

test('what is in use is read as Ray writes it', async () => {
  const usage = { CPU: [1, 2], GPU: [0, 4], memory: [1, 2], 'node:127.0.0.2': [0, 1] };
  const { cluster } = await ray(always(200, { data: { clusterStatus: { loadMetricsReport: { usage } } } }));
  expect(await cluster.resources()).toEqual({ cpus: { used: 1, total: 2 }, gpus: { used: 0, total: 4 } });
  const silent = await ray(always(200, { data: { clusterStatus: null } }));
  expect(await silent.cluster.resources()).toBeUndefined();
});
