import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { AnyOperation } from '../../contracts/operation.ts';
import { operations } from '../../contracts/operations.ts';
import { documentClient } from '../../lambdas/runtime/dynamo.ts';
import { bootstrapToken, runToken } from '../../lambdas/runs/run-token.ts';
import { type ApiAnswer, type ApiInput, callApi, type RunIdentity } from '../owners/call-api.ts';
import { type EmulatedStorage, emulatedStorage } from '../owners/emulated-storage.ts';
import { BY_ID, BY_RUN, COMMON, OWN } from '../owners/every-operation.ts';
import { type Ids, neverExisted, worldOf } from '../owners/person-world.ts';

let storage: EmulatedStorage;
let ana: string;
let ben: string;
let anasIds: Ids;
let bensIds: Ids;
/** Everything of Ana's that is stored, before Ben tried anything. */
let before: unknown;

const operation = (id: string): AnyOperation => {
  const found = operations.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`The contracts have no operation ${id}.`);
  return found;
};
const call = (id: string, caller: string | RunIdentity | undefined, input: ApiInput) =>
  callApi(operation(id), caller, { idempotencyKey: randomUUID(), ...input });

async function everythingOf(owner: string): Promise<unknown> {
  const documents = documentClient();
  const tables = ['core', 'telemetry', 'ephemeral'].map(async (TableName) => {
    const { Items = [] } = await documents.send(new ScanCommand({ TableName, ConsistentRead: true }));
    const own = Items.filter((row) => String(row['pk']).startsWith(`USER#${owner}`));
    return own.toSorted((a, b) => (`${a['pk']} ${a['sk']}` < `${b['pk']} ${b['sk']}` ? -1 : 1));
  });
  const buckets = ['DATASETS_BUCKET', 'MODELS_BUCKET'].map(async (name) => {
    const page = await new S3Client({}).send(
      new ListObjectVersionsCommand({ Bucket: storage.environment[name] }),
    );
    return (page.Versions ?? [])
      .filter((version) => version.Key?.includes(owner))
      .map((version) => version.VersionId);
  });
  return Promise.all([...tables, ...buckets]);
}

beforeAll(async () => {
  jest.spyOn(console, 'info').mockReturnValue();
  storage = await emulatedStorage('owners');
  const bucket = storage.environment['MODELS_BUCKET']!;
  [ana, ben] = [await storage.addPerson('ana@example.test'), await storage.addPerson('ben@example.test')];
  [anasIds, bensIds] = [await worldOf(ana, 'Ana', bucket), await worldOf(ben, 'Ben', bucket)];
  await call('getSettings', ana, {});
  before = await everythingOf(ana);
}, 90_000);
afterAll(() => storage?.stop(), 30_000);

/** Nothing in an answer may tell of Ana: no id, no `sub`, no name, no address. */
function expectNothingOfAna(answer: ApiAnswer): void {
  const text = JSON.stringify([answer.body, answer.headers]);
  for (const secret of [...Object.values(anasIds), ana, 'Ana', 'ana@example.test']) {
    expect(text).not.toContain(secret);
  }
}

test('every operation of the API is tried across two owners', () => {
  const tried = [BY_ID, OWN, COMMON, BY_RUN].flatMap((cases) => Object.keys(cases)).toSorted();
  expect(tried).toEqual(operations.map((each) => each.id).toSorted());
  const withIds = operations.filter((each) => each.path.includes('{')).map((each) => each.id);
  expect(Object.keys(BY_ID)).toEqual(expect.arrayContaining(withIds));
});

describe('another’s id answers as an id that never existed', () => {
  test.each(Object.keys(BY_ID))('%s', async (id) => {
    const foreign = await call(id, ben, BY_ID[id]!(anasIds));
    const unknown = await call(id, ben, BY_ID[id]!(neverExisted()));
    expect(foreign.status).toBe(404);
    expect(foreign.body).toMatchObject({ code: 'not-found' });
    expect(foreign).toEqual(unknown);
    expectNothingOfAna(foreign);
  });
});

describe('what is one’s own holds nothing of another’s', () => {
  test.each(Object.keys(OWN))('%s', async (id) => {
    const answer = await call(id, ben, OWN[id]!(anasIds));
    expect(answer.status).toBeLessThan(300);
    expectNothingOfAna(answer);
  });

  test('a cursor of another’s list leads into one’s own', async () => {
    for (const id of [
      'listDatasets',
      'listTrainingJobs',
      'listModels',
      'listNotifications',
      'listCostRecords',
    ]) {
      const page = await call(id, ana, { query: { limit: '1' } });
      const { nextCursor } = page.body as { nextCursor?: string };
      const cursor = nextCursor ?? Buffer.from(`USER#${ana}`).toString('base64url');
      const answer = await call(id, ben, { query: { cursor } });
      expect([200, 400]).toContain(answer.status);
      expectNothingOfAna(answer);
    }
  });

  test('another’s idempotency key replays nothing of theirs', async () => {
    const idempotencyKey = 'the-same-key-of-both';
    const body = { name: 'Of Ana', bytes: 10 };
    const hers = await callApi(operation('createDataset'), ana, { body, idempotencyKey });
    const his = await callApi(operation('createDataset'), ben, { body, idempotencyKey });
    const idOf = (answer: ApiAnswer) => (answer.body as { dataset: { id: string } }).dataset.id;
    expect(his.status).toBe(201);
    expect(idOf(his)).not.toBe(idOf(hers));
    await call('deleteDataset', ana, { path: { datasetId: idOf(hers) } });
  });
});

describe('a run reaches its own job alone', () => {
  test.each(Object.keys(BY_RUN))('%s', async (id) => {
    const forged = await call(id, { owner: ben, jobId: anasIds.jobId, attempt: 1 }, BY_RUN[id]!);
    const unknown = await call(id, { owner: ben, jobId: neverExisted().jobId, attempt: 1 }, BY_RUN[id]!);
    expect(forged.status).toBeGreaterThanOrEqual(400);
    expect(forged.status).toBeLessThan(500);
    expect(forged).toEqual(unknown);
    expectNothingOfAna(forged);
  });

  test('a token passes only unchanged, and a person’s token is none', async () => {
    const { handler } = await import('../../lambdas/runs/authorize-run.lambda.ts');
    const { SecretString: key = '' } = await new SecretsManagerClient({}).send(
      new GetSecretValueCommand({ SecretId: storage.environment['RUN_TOKEN_SECRET_ARN'] }),
    );
    const isAuthorized = async (token: string) =>
      (await handler({ headers: { authorization: `Bearer ${token}` } })).isAuthorized;
    const run = { owner: ben, jobId: bensIds.jobId, attempt: 1 };
    const tokens = [bootstrapToken(key, run), runToken(key, run, new Date()).runToken];
    for (const token of tokens) {
      expect(await isAuthorized(token)).toBe(true);
      const [payload = '', signature = ''] = token.split('.');
      const stolen = Buffer.from(
        Buffer.from(payload, 'base64url').toString().replace(ben, ana).replace(bensIds.jobId, anasIds.jobId),
      ).toString('base64url');
      expect(await isAuthorized(`${stolen}.${signature}`)).toBe(false);
    }
    expect(await isAuthorized(bootstrapToken('another key', run))).toBe(false);
    expect(await isAuthorized('a.b.c')).toBe(false);
  });
});

describe('each kind of token opens its own operations alone', () => {
  const run = () => ({ owner: ben, jobId: bensIds.jobId, attempt: 1 });
  test.each(operations.filter((each) => each.caller === 'user').map((each) => each.id))('%s', async (id) => {
    const input = { ...BY_ID[id]?.(bensIds), ...OWN[id]?.(bensIds), ...COMMON[id] };
    for (const caller of [undefined, run()]) {
      expect((await call(id, caller, input)).body).toMatchObject({ code: 'unauthenticated' });
    }
  });
  test.each(Object.keys(BY_RUN))('%s', async (id) => {
    for (const caller of [undefined, ben]) {
      expect((await call(id, caller, BY_RUN[id]!)).body).toMatchObject({ code: 'run-token-invalid' });
    }
    const other = operation(id).caller === 'run' ? 'bootstrap' : 'run';
    const answer = await callApi({ ...operation(id), caller: other }, run(), BY_RUN[id]);
    expect(answer.body).toMatchObject({ code: 'run-token-invalid' });
  });
});

test('nothing of Ana’s has changed by all that Ben tried', async () => {
  const now = (await everythingOf(ana)) as unknown[][];
  const known = before as unknown[][];
  // Her own use of a key leaves its row; every row and file from before is byte for byte the same.
  for (const [index, things] of known.entries()) expect(now[index]).toEqual(expect.arrayContaining(things));
});

describe('the owner reaches what was refused to the other', () => {
  test.each(Object.keys(BY_ID))('%s', async (id) => {
    const answer = await call(id, ana, BY_ID[id]!(anasIds));
    expect(answer.status).not.toBe(404);
    expect(answer.status).toBeLessThan(500);
  });
  test.each(Object.keys(COMMON))('%s', async (id) => {
    const [hers, his] = [await call(id, ana, COMMON[id]!), await call(id, ben, COMMON[id]!)];
    expect(hers.status).toBe(200);
    expect(his).toEqual(hers);
  });
  test.each(Object.keys(BY_RUN))('%s', async (id) => {
    const answer = await call(id, { owner: ben, jobId: bensIds.jobId, attempt: 1 }, BY_RUN[id]!);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body).not.toMatchObject({ code: 'run-superseded' });
  });
});
