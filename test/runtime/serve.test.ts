import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import * as z from 'zod';
import { operation } from '../../contracts/operation.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { entityTag, reply, replyUnlessKnown } from '../../lambdas/runtime/reply.ts';
import { serve } from '../../lambdas/runtime/serve.ts';
import { accessClaims, httpEvent } from './http-event.ts';

const Thing = z.object({ id: z.string(), size: z.int() });
const readThing = operation({
  id: 'readThing',
  noun: 'datasets',
  method: 'GET',
  path: '/things/{thingId}',
  summary: '',
  pathParameters: z.strictObject({ thingId: z.string().min(3) }),
  query: z.strictObject({ depth: z.coerce.number().int().default(1) }),
  success: { status: 200, body: Thing },
});
const makeThing = operation({
  id: 'makeThing',
  noun: 'datasets',
  method: 'POST',
  path: '/things',
  summary: '',
  idempotent: true,
  body: z.strictObject({ name: z.string(), size: z.int().default(1) }),
  success: { status: 201, body: Thing },
});
const dropThing = operation({
  id: 'dropThing',
  noun: 'datasets',
  method: 'DELETE',
  path: '/things/{thingId}',
  summary: '',
  pathParameters: z.strictObject({ thingId: z.string() }),
  success: { status: 204, body: z.undefined() },
});
const exportThings = operation({
  id: 'exportThings',
  noun: 'datasets',
  method: 'GET',
  path: '/things.csv',
  summary: '',
  success: { status: 200, body: z.string(), contentType: 'text/csv; charset=utf-8' },
});
const runThing = operation({
  id: 'runThing',
  noun: 'runs',
  method: 'POST',
  path: '/runs/thing',
  summary: '',
  caller: 'run',
  success: { status: 200, body: z.object({ job: z.string(), attempt: z.int() }) },
});
const adminThing = operation({
  id: 'adminThing',
  noun: 'admin',
  method: 'GET',
  path: '/admin/thing',
  summary: '',
  caller: 'admin',
  success: { status: 200, body: z.object({ ok: z.boolean() }) },
});
const things = [readThing, makeThing, dropThing, exportThings, runThing, adminThing];

const seen: { key: string; hash: string }[] = [];
let fail: (() => unknown) | undefined;
const handler = serve(things, z.object({ THINGS_TABLE: z.string() }), (env) => ({
  [readThing.id]: ({ path, query, owner, groups, header }) => {
    fail?.();
    const thing = {
      id: `${owner}:${path.thingId}:${groups.join('+')}`,
      size: query.depth,
      inside: env.THINGS_TABLE,
    };
    return replyUnlessKnown(header('if-none-match'), entityTag(thing.id), () => thing);
  },
  [makeThing.id]: ({ body, idempotency }) => {
    seen.push({ key: idempotency.key, hash: idempotency.requestHash });
    return { id: body.name, size: body.size };
  },
  [dropThing.id]: () => undefined,
  [exportThings.id]: () => reply('a,b\n', { headers: { 'content-disposition': 'attachment' } }),
  [adminThing.id]: () => ({ ok: true }),
  [runThing.id]: ({ run }) => ({ job: run.jobId, attempt: run.attempt }),
}));

const claims = accessClaims('anna', '[admins staff]');
const bodyOf = (answer: { body?: string | undefined }) => JSON.parse(String(answer.body));
const logged = jest.spyOn(console, 'error').mockImplementation(() => undefined);

beforeEach(() => {
  process.env['THINGS_TABLE'] = 'things';
});
afterEach(() => {
  fail = undefined;
  logged.mockClear();
});

describe('a request that fits', () => {
  test('reaches its handler parsed, with the verified owner and groups', async () => {
    const answer = await handler(
      httpEvent(readThing, { path: { thingId: 'abc' }, query: { depth: '4' }, claims }),
    );
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-request-id': 'request-1',
    });
    expect(bodyOf(answer)).toEqual({ id: 'anna:abc:admins+staff', size: 4 });
  });

  test('is answered 304 without a body when the caller has that state already', async () => {
    const first = await handler(httpEvent(readThing, { path: { thingId: 'abc' }, claims }));
    const again = await handler(
      httpEvent(readThing, {
        path: { thingId: 'abc' },
        claims,
        headers: { 'If-None-Match': String(first.headers?.['etag']) },
      }),
    );
    expect(again.statusCode).toBe(304);
    expect(again.body).toBeUndefined();
  });

  test('is answered in the content type and status of its operation', async () => {
    const csv = await handler(httpEvent(exportThings, { claims }));
    expect(csv.body).toBe('a,b\n');
    expect(csv.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment',
    });
    const gone = await handler(httpEvent(dropThing, { path: { thingId: 'abc' }, claims }));
    expect(gone).toMatchObject({ statusCode: 204 });
    expect(gone.body).toBeUndefined();
  });
});

describe('a request that does not fit', () => {
  test('is told every field that is wrong, in path, query and body alike', async () => {
    const answer = await handler(
      httpEvent(readThing, { path: { thingId: 'a' }, query: { depth: 'x', more: '1' }, claims }),
    );
    expect(answer.statusCode).toBe(400);
    expect(answer.headers?.['content-type']).toBe('application/problem+json');
    const problem = bodyOf(answer);
    expect(problem).toMatchObject({ code: 'invalid-request', status: 400, requestId: 'request-1' });
    expect(problem.issues.map((issue: { path: string }) => issue.path)).toEqual([
      'path.thingId',
      'query.depth',
      'query.more',
    ]);
  });

  test.each([
    ['an unknown field', '{"name":"n","colour":"red"}'],
    ['a prototype smuggled in', '{"name":"n","__proto__":{"size":9}}'],
    ['a wrong type', '{"name":7}'],
    ['an array', '[]'],
    ['null', 'null'],
    ['broken JSON', '{"name":'],
    ['nothing at all', ''],
  ])('%s is refused', async (_, body) => {
    const event = httpEvent(makeThing, { claims, headers: { 'idempotency-key': 'key-12345' } });
    const answer = await handler({ ...event, body });
    expect([answer.statusCode, bodyOf(answer).code]).toEqual([400, 'invalid-request']);
  });

  test('a body over the limit is refused before it is parsed, also in base64', async () => {
    const event = httpEvent(makeThing, { claims, headers: { 'idempotency-key': 'key-12345' } });
    const body = Buffer.from('['.repeat(300_000)).toString('base64');
    const answer = await handler({ ...event, body, isBase64Encoded: true });
    expect([answer.statusCode, bodyOf(answer).code]).toEqual([413, 'body-too-large']);
  });

  test('an unknown route is a problem, not a crash', async () => {
    const answer = await handler({ ...httpEvent(readThing, { claims }), routeKey: '$default' });
    expect([answer.statusCode, bodyOf(answer).code]).toEqual([404, 'no-such-operation']);
  });
});

describe('a caller', () => {
  test.each([
    ['without claims', undefined],
    ['with an id token', { sub: 'anna', token_use: 'id' }],
    ['without a sub', { token_use: 'access' }],
    ['with an empty sub', { sub: '', token_use: 'access' }],
  ])('%s is not let in', async (_, given) => {
    const answer = await handler(
      httpEvent(readThing, { path: { thingId: 'abc' }, ...(given ? { claims: given } : {}) }),
    );
    expect([answer.statusCode, bodyOf(answer).code]).toEqual([401, 'unauthenticated']);
  });

  test.each([
    ['of no group', undefined, 403],
    ['of another group', '[admin-readers staff]', 403],
    ['of the group among others', '[staff admins]', 200],
    ['of the group alone', 'admins', 200],
  ])('%s is let into an admin’s operation only as a member', async (_, groups, status) => {
    const given = { ...accessClaims('anna'), ...(groups ? { 'cognito:groups': groups } : {}) };
    const answer = await handler(httpEvent(adminThing, { claims: given }));
    expect(answer.statusCode).toBe(status);
    const idToken = await handler(httpEvent(adminThing, { claims: { ...given, token_use: 'id' } }));
    expect(idToken.statusCode).toBe(401);
  });

  test('with a run token is who the authorizer says, and a bootstrap token opens no run operation', async () => {
    const run = { token: 'run', owner: 'anna', jobId: `job_${'0'.repeat(26)}`, attempt: '2' };
    const answer = await handler(httpEvent(runThing, { run, body: {} }));
    expect(bodyOf(answer)).toEqual({ job: run.jobId, attempt: 2 });
    for (const wrong of [
      { ...run, token: 'bootstrap' },
      { ...run, attempt: 'x' },
    ]) {
      const refused = await handler(httpEvent(runThing, { run: wrong, body: {} }));
      expect([refused.statusCode, bodyOf(refused).code]).toEqual([401, 'run-token-invalid']);
    }
    const user = await handler(httpEvent(runThing, { claims, body: {} }));
    expect(user.statusCode).toBe(401);
  });
});

describe('an operation that creates', () => {
  test('needs a key of 8 to 128 printable characters', async () => {
    for (const [headers, code] of [
      [{}, 'idempotency-key-missing'],
      [{ 'idempotency-key': 'short' }, 'invalid-request'],
      [{ 'idempotency-key': 'x'.repeat(129) }, 'invalid-request'],
      [{ 'idempotency-key': 'with a space' }, 'invalid-request'],
    ] as [Record<string, string>, string][]) {
      const answer = await handler(httpEvent(makeThing, { claims, body: { name: 'n' }, headers }));
      expect([answer.statusCode, bodyOf(answer).code]).toEqual([400, code]);
    }
  });

  test('knows the same request whatever the order of its fields and omitted defaults', async () => {
    seen.length = 0;
    for (const body of [{ name: 'n', size: 1 }, { size: 1, name: 'n' }, { name: 'n' }, { name: 'm' }]) {
      await handler(httpEvent(makeThing, { claims, body, headers: { 'Idempotency-Key': 'key-12345' } }));
    }
    const [first, reordered, defaulted, other] = seen;
    expect(reordered).toEqual(first);
    expect(defaulted).toEqual(first);
    expect(other?.hash).not.toBe(first?.hash);
  });
});

describe('a fault', () => {
  test('of a rule is answered with its code, sentence and detail, and is no error of ours', async () => {
    fail = () => {
      throw new ProblemError('dataset-too-large', 'It has 7 GB.');
    };
    const answer = await handler(httpEvent(readThing, { path: { thingId: 'abc' }, claims }));
    expect(bodyOf(answer)).toMatchObject({ code: 'dataset-too-large', detail: 'It has 7 GB.' });
    expect(logged).not.toHaveBeenCalled();
  });

  test('of ours is logged and says nothing of itself to the outside', async () => {
    fail = () => {
      throw new Error('the table thing-secrets is on fire');
    };
    const answer = await handler(httpEvent(readThing, { path: { thingId: 'abc' }, claims }));
    expect([answer.statusCode, bodyOf(answer).code]).toEqual([500, 'internal-error']);
    expect(answer.body).not.toContain('fire');
    expect(JSON.stringify(logged.mock.calls)).toContain('on fire');
  });

  test('in an answer that breaks its contract is not sent', async () => {
    const broken = serve([readThing], z.object({}), () => ({
      [readThing.id]: () => ({ id: 'x', size: 1.5 }),
    }));
    const answer = await broken(httpEvent(readThing, { path: { thingId: 'abc' }, claims }));
    expect([answer.statusCode, bodyOf(answer).code]).toEqual([500, 'internal-error']);
  });

  test('in the environment is answered, and mended by the next call', async () => {
    const late = serve([dropThing], z.object({ LATE_TABLE: z.string() }), () => ({
      [dropThing.id]: () => undefined,
    }));
    const event = httpEvent(dropThing, { path: { thingId: 'abc' }, claims });
    expect((await late(event)).statusCode).toBe(500);
    expect(JSON.stringify(logged.mock.calls)).toContain('LATE_TABLE');
    process.env['LATE_TABLE'] = 'late';
    expect((await late(event)).statusCode).toBe(204);
  });
});
