/** What people and strangers send that must not pass: each is answered with its own problem, and nothing hangs. */
import { createHash, createSign, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { getDatasetReport } from '../../contracts/dataset-report.ts';
import {
  completeDatasetUpload,
  createDataset,
  getDataset,
  signDatasetParts,
} from '../../contracts/datasets.ts';
import { LIMITS } from '../../contracts/limits.ts';
import { createTrainingJob } from '../../contracts/training-jobs.ts';
import { estimate, quickRunOn } from '../../local/journey/training.ts';
import { type Person, type Upload, upload } from './person.ts';

export interface BadInputWorld {
  url: string;
  ana: Person;
  /** A ready dataset of hers. */
  ready: Upload;
  /** The key that the user pool signs with. */
  poolKey: KeyObject;
}

interface Answered {
  status: number;
  code: string | undefined;
  body: { issues?: { path: string }[]; message?: string };
}

/** A request as anybody could make it, past the typed client. */
async function send(
  world: BadInputWorld,
  path: string,
  body: string | undefined,
  token: string | undefined,
  idempotencyKey: string | undefined = randomUUID(),
): Promise<Answered> {
  const response = await fetch(`${world.url}/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(idempotencyKey === '' ? {} : { 'idempotency-key': idempotencyKey }),
    },
    ...(body === undefined ? {} : { body }),
  });
  const parsed = JSON.parse(await response.text()) as Answered['body'] & { code?: string };
  return { status: response.status, code: parsed.code, body: parsed };
}

const decode = (part: string | undefined) =>
  JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Record<string, unknown>;
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token like hers with other claims, signed with a key of our choice. */
function forged(person: Person, claims: Record<string, unknown>, key: KeyObject): string {
  const [header, payload] = person.token.split('.');
  const signed = `${header}.${encode({ ...decode(payload), ...claims })}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}

/** A line of the chat form. */
const row = (at: number) =>
  JSON.stringify({
    messages: [
      { role: 'user', content: `Question ${at}?` },
      { role: 'assistant', content: `Answer ${at}.` },
    ],
  });
const rows = (count: number) => Array.from({ length: count }, (_, at) => row(at));
const file = (lines: string[]) => Buffer.from(`${lines.join('\n')}\n`);

/** The smallest thing that every program takes for a zip. */
const ZIP = Buffer.concat([
  Buffer.from('PK\x05\x06', 'latin1'),
  Buffer.alloc(18),
  Buffer.from('PK\x03\x04\x14\x00\x00\x00\x08\x00', 'latin1'),
  Buffer.from(Array.from({ length: 200 }, (_, at) => (at * 37) % 256)),
]);

export function badInputTests(world: () => BadInputWorld): void {
  describe('a caller who is not who they should be', () => {
    const now = () => Math.floor(Date.now() / 1000);
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

    test('her own token, signed again by the pool, passes: the forgeries below fail for their one flaw', async () => {
      const { ana, poolKey } = world();
      expect(await send(world(), '/datasets', undefined, forged(ana, {}, poolKey))).toMatchObject({
        status: 200,
      });
    });

    test.each<[string, (world: BadInputWorld) => string | undefined]>([
      ['no token', () => undefined],
      ['no JWT', () => 'let-me-in'],
      [
        'a token that has expired',
        ({ ana, poolKey }) => forged(ana, { exp: now() - 60, iat: now() - 960 }, poolKey),
      ],
      ['a token signed by somebody else', ({ ana }) => forged(ana, {}, stranger)],
      [
        'a token of another pool',
        ({ ana, poolKey }) =>
          forged(ana, { iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other' }, poolKey),
      ],
      ['a token of another client', ({ ana, poolKey }) => forged(ana, { client_id: 'another-app' }, poolKey)],
      ['an id token', ({ ana }) => ana.idToken],
    ])('is refused with %s', async (_, token) => {
      const { status } = await send(world(), '/datasets', undefined, token(world()));
      expect([401, 403]).toContain(status);
    });
  });

  describe('a request that is not what the operation takes', () => {
    const dataset = { name: 'Mine', bytes: 1000 };

    test.each<[string, string, string | undefined, number, string, string[]]>([
      [
        'text for a number',
        '/datasets',
        JSON.stringify({ ...dataset, bytes: 'many' }),
        400,
        'invalid-request',
        ['bytes'],
      ],
      [
        'a field nobody knows',
        '/datasets',
        JSON.stringify({ ...dataset, owner: 'ben' }),
        400,
        'invalid-request',
        ['owner'],
      ],
      ['nothing', '/datasets', '', 400, 'invalid-request', []],
      ['no JSON', '/datasets', '{"name":', 400, 'invalid-request', []],
      ['a list', '/datasets', '[]', 400, 'invalid-request', ['']],
      ['an id of another kind', '/datasets/job_1', undefined, 400, 'invalid-request', ['path.datasetId']],
      ['a page of a million', '/datasets?limit=1000000', undefined, 400, 'invalid-request', ['query.limit']],
      [
        'an empty dataset',
        '/datasets',
        JSON.stringify({ ...dataset, bytes: 0 }),
        400,
        'invalid-request',
        ['bytes'],
      ],
      [
        'a dataset over 500 MB',
        '/datasets',
        JSON.stringify({ ...dataset, bytes: LIMITS.datasetBytes + 1 }),
        400,
        'dataset-too-large',
        [],
      ],
      [
        'a body of 6 MB',
        '/datasets',
        JSON.stringify({ ...dataset, name: 'x'.repeat(6 * 1024 * 1024) }),
        413,
        'body-too-large',
        [],
      ],
    ])('%s is told with its place', async (_, path, body, status, code, paths) => {
      const answered = await send(world(), path, body, world().ana.token);
      expect(answered).toMatchObject({ status, code });
      const told = (answered.body.issues ?? []).map((issue) => issue.path);
      expect(told).toEqual(expect.arrayContaining(paths));
    });

    test('a creation without a key, or with the key of another request', async () => {
      const { token } = world().ana;
      const post = (body: object, key: string) =>
        send(world(), '/datasets', JSON.stringify(body), token, key);
      expect(await post(dataset, '')).toMatchObject({ status: 400, code: 'idempotency-key-missing' });
      const key = randomUUID();
      expect(await post(dataset, key)).toMatchObject({ status: 201 });
      expect(await post(dataset, key)).toMatchObject({ status: 201 });
      expect(await post({ ...dataset, name: 'Other' }, key)).toMatchObject({
        status: 422,
        code: 'idempotency-key-reused',
      });
    });
  });

  describe('a file that is no dataset', () => {
    test.each<[string, Buffer, string, number | undefined]>([
      ['blank lines alone', Buffer.from('\n\n\n'), 'empty-file', undefined],
      [
        'a table whose columns do not say what they are',
        file(['first,second', ...Array.from({ length: 20 }, (_, at) => `q${at},a${at}`)]),
        'columns-unknown',
        undefined,
      ],
      ['a zip', ZIP, 'not-text', undefined],
      ['a line that breaks off', file([...rows(12), '{"messages": [', ...rows(3)]), 'not-json', 13],
    ])('%s is rejected with the line and a cure', async (name, data, code, line) => {
      const { ana } = world();
      const { dataset, version } = await upload(ana, { name, data });
      expect(version.status).toBe('rejected');
      const { body } = await ana.api.call(getDatasetReport, { path: dataset, query: { code } });
      expect(body.issues[0]).toMatchObject({ code, file: 'data', ...(line === undefined ? {} : { line }) });
      expect(body.issues[0]?.cure.length).toBeGreaterThan(0);
      await expect(
        ana.api.call(
          createTrainingJob,
          { body: { name, ...(await quickRunOn(ana.api, dataset)), capUsdMicros: 100_000 } },
          { idempotencyKey: randomUUID() },
        ),
      ).rejects.toMatchObject({ status: 409, code: 'dataset-not-ready' });
    });

    test('a part that is not the one its URL was signed for never arrives', async () => {
      const { ana } = world();
      const announced = file(rows(20));
      const { body } = await ana.api.call(
        createDataset,
        { body: { name: 'Changed underway', bytes: announced.length } },
        { idempotencyKey: randomUUID() },
      );
      const path = { datasetId: body.dataset.id, version: 1 };
      const sha256 = createHash('sha256').update(announced).digest('base64');
      const signed = await ana.api.call(signDatasetParts, {
        path,
        body: { parts: [{ partNumber: 1, sha256 }] },
      });
      const { url, headers } = signed.body.parts[0]!;
      const changed = new Uint8Array(announced);
      changed[10] = 33;
      expect((await fetch(url, { method: 'PUT', headers, body: changed })).status).toBe(400);
      await expect(ana.api.call(completeDatasetUpload, { path })).rejects.toMatchObject({
        status: 409,
        code: 'upload-incomplete',
      });
    });

    test('a file of another size than was declared becomes no object', async () => {
      const { ana } = world();
      const announced = file(rows(20));
      const { body } = await ana.api.call(
        createDataset,
        { body: { name: 'Longer than declared', bytes: announced.length - 7 } },
        { idempotencyKey: randomUUID() },
      );
      const path = { datasetId: body.dataset.id, version: 1 };
      const sha256 = createHash('sha256').update(announced).digest('base64');
      const signed = await ana.api.call(signDatasetParts, {
        path,
        body: { parts: [{ partNumber: 1, sha256 }] },
      });
      const { url, headers } = signed.body.parts[0]!;
      expect((await fetch(url, { method: 'PUT', headers, body: new Uint8Array(announced) })).status).toBe(
        200,
      );
      await expect(ana.api.call(completeDatasetUpload, { path })).rejects.toMatchObject({
        status: 409,
        code: 'upload-size-differs',
      });
      const { body: after } = await ana.api.call(getDataset, { path: { datasetId: path.datasetId } });
      expect(after.version.status).toBe('uploading');
    });
  });

  describe('a job that cannot be paid', () => {
    test.each<[string, (minimum: number) => number, string, number]>([
      ['a cap below loading, one checkpoint and publishing', (minimum) => minimum - 1, 'cap-too-small', 400],
      ['a cap beyond 14 days of the machine', () => 1e12, 'cap-too-large', 400],
    ])('%s is refused before anything is held', async (name, cap, code, status) => {
      const { ana, ready } = world();
      const choices = await quickRunOn(ana.api, ready.dataset);
      const before = await estimate(ana.api, choices);
      await expect(
        ana.api.call(
          createTrainingJob,
          { body: { name, ...choices, capUsdMicros: cap(before.minimumCapUsdMicros) } },
          { idempotencyKey: randomUUID() },
        ),
      ).rejects.toMatchObject({ status, code });
      const after = await estimate(ana.api, choices);
      expect(after.budget.heldUsdMicros).toBe(before.budget.heldUsdMicros);
    });
  });
}
