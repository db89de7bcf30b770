import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { ListObjectVersionsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import type { AnyOperation } from '../../contracts/operation.ts';
import { operations } from '../../contracts/operations.ts';
import { documentClient } from '../../lambdas/runtime/dynamo.ts';
import { bootstrapToken, runToken } from '../../lambdas/runs/run-token.ts';
import {
  type AdminIdentity,
  type ApiAnswer,
  type ApiInput,
  callApi,
  type RunIdentity,
} from '../owners/call-api.ts';
import { type EmulatedStorage, emulatedStorage } from '../owners/emulated-storage.ts';
import { BY_ADMIN, BY_ID, BY_RUN, COMMON, OWN } from '../owners/every-operation.ts';
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
const call = (id: string, caller: string | AdminIdentity | RunIdentity | undefined, input: ApiInput) =>
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
  const tried = [BY_ID, OWN, COMMON, BY_RUN, BY_ADMIN].flatMap((cases) => Object.keys(cases)).toSorted();
  expect(tried).toEqual(operations.map((each) => each.id).toSorted());
  const withIds = operations
    .filter((each) => each.path.includes('{') && each.caller !== 'admin')
    .map((each) => each.id);
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

describe('who is no admin is refused, whatever is named', () => {
  test.each(Object.keys(BY_ADMIN))('%s', async (id) => {
    const mine = await call(id, ben, BY_ADMIN[id]!(bensIds, ben));
    const hers = await call(id, ben, BY_ADMIN[id]!(anasIds, ana));
    const nobodys = await call(id, ben, BY_ADMIN[id]!(neverExisted(), 'nobody'));
    expect(mine).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect([hers, nobodys]).toEqual([mine, mine]);
    expectNothingOfAna(hers);
    for (const caller of [undefined, { owner: ben, jobId: bensIds.jobId, attempt: 1 }]) {
      expect((await call(id, caller, BY_ADMIN[id]!(bensIds, ben))).body).toMatchObject({
        code: 'unauthenticated',
      });
    }
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

/** Last: an admin may change what is Ana's. */
describe('an admin', () => {
  let cleo: string;
  const admin = () => ({ admin: cleo });
  const asAdmin = async <T>(id: string, input: ApiInput = {}): Promise<T> => {
    const { status, body } = await call(id, admin(), input);
    expect({ status, body }).toMatchObject({ status: expect.any(Number) });
    if (status >= 300) throw new Error(`${id} answered ${status}: ${JSON.stringify(body)}`);
    return body as T;
  };
  type Jobs = {
    items: { owner: string; email?: string; job: { id: string; status: string } }[];
    nextCursor?: string;
  };
  type Spending = { owner: string; email?: string; capUsdMicros: number; budget: { limitUsdMicros: number } };
  type Changes = { items: { by: string; action: string; owner?: string; beforeUsdMicros?: number }[] };

  beforeAll(async () => {
    cleo = await storage.addPerson('cleo@example.test');
  });

  test('sees the jobs of everybody, page by page and by state', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page: Jobs = await asAdmin('listAllJobs', {
        query: { limit: '1', ...(cursor ? { cursor } : {}) },
      });
      seen.push(...page.items.map(({ job }) => job.id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(expect.arrayContaining([anasIds.jobId, bensIds.jobId]));
    expect(new Set(seen).size).toBe(seen.length);
    const all = await asAdmin<Jobs>('listAllJobs', { query: { limit: '100' } });
    expect(all.items.map(({ job }) => job.id)).toEqual(seen);
    expect(all.items.find(({ owner }) => owner === ana)?.email).toBe('ana@example.test');
    const live = await asAdmin<Jobs>('listAllJobs', { query: { status: 'live' } });
    expect(live.items.every(({ job }) => !['succeeded', 'failed', 'cancelled'].includes(job.status))).toBe(
      true,
    );
    const hers = await asAdmin<Jobs>('listAllJobs', { query: { owner: ana } });
    expect(new Set(hers.items.map(({ owner }) => owner))).toEqual(new Set([ana]));
  });

  test('sets a cap that its person cannot pass, and it is written down', async () => {
    const cap = { path: { owner: ben }, body: { capUsdMicros: 3_000_000 } };
    expect(await asAdmin<Spending>('setUserCap', cap)).toMatchObject({
      capUsdMicros: 3_000_000,
      isCapSet: true,
    });
    const own = await call('changeSettings', ben, { body: { monthlyBudgetUsdMicros: 3_000_001 } });
    expect(own.body).toMatchObject({ code: 'forbidden' });
    const people = await asAdmin<{ items: Spending[] }>('listUsersSpending');
    expect(people.items.map(({ owner }) => owner)).toEqual(expect.arrayContaining([ana, ben]));
    expect(people.items.find(({ owner }) => owner === ben)).toMatchObject({ capUsdMicros: 3_000_000 });
    await asAdmin('setUserCap', cap);
    const { items } = await asAdmin<Changes>('listAdminChanges');
    expect(items.filter(({ action, owner }) => action === 'set-user-cap' && owner === ben)).toEqual([
      expect.objectContaining({ by: 'cleo@example.test', afterUsdMicros: 3_000_000 }),
    ]);
  });

  test('cannot set a cap for somebody who is nobody', async () => {
    const answer = await call('setUserCap', admin(), {
      path: { owner: 'nobody' },
      body: { capUsdMicros: 1 },
    });
    expect(answer.body).toMatchObject({ code: 'not-found' });
  });

  test('sets the platform’s month, and a new job is measured against it', async () => {
    expect(await asAdmin('getPlatformBudget')).toMatchObject({ limitUsdMicros: 1_000_000_000 });
    const set = (monthlyBudgetUsdMicros: number) =>
      asAdmin('setPlatformBudget', { body: { monthlyBudgetUsdMicros } });
    expect(await set(1)).toMatchObject({ limitUsdMicros: 1, changedBy: 'cleo@example.test' });
    const wish = BY_ID['createTrainingJob']!(anasIds);
    expect((await call('createTrainingJob', ana, wish)).body).toMatchObject({
      code: 'platform-budget-exceeded',
    });
    await set(2_000_000_000);
    expect((await call('createTrainingJob', ana, wish)).status).toBe(202);
    const { items } = await asAdmin<Changes>('listAdminChanges', { query: { limit: '2' } });
    expect(items).toMatchObject([
      { beforeUsdMicros: 1, afterUsdMicros: 2_000_000_000 },
      { afterUsdMicros: 1 },
    ]);
  });

  test('stops a job of anybody; its story names the admin and the reason, once', async () => {
    const created = await call('createTrainingJob', ana, BY_ID['createTrainingJob']!(anasIds));
    const { id: jobId } = created.body as { id: string };
    const stop = { path: { owner: ana, jobId }, body: { keepModel: false, reason: 'The month is over.' } };
    for (let round = 0; round < 2; round += 1) await asAdmin('stopJob', stop);
    const events = await call('listJobEvents', ana, { path: { jobId } });
    const told = (events.body as { items: { kind: string; detail?: string }[] }).items;
    expect(told.filter(({ kind }) => kind === 'cancel-requested')).toEqual([
      expect.objectContaining({ detail: 'By the admin cleo@example.test: The month is over.' }),
    ]);
    const { items } = await asAdmin<Changes>('listAdminChanges');
    expect(items.filter(({ action }) => action === 'stop-job')).toEqual([
      expect.objectContaining({ owner: ana, jobId, reason: 'The month is over.' }),
    ]);
    const another = await call('stopJob', admin(), { ...stop, path: { owner: ben, jobId } });
    expect(another.body).toMatchObject({ code: 'not-found' });
  });
});
