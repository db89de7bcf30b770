import { describe, expect, test } from '@jest/globals';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { LIMITS } from '../../contracts/limits.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { createOnce, idempotencyPut } from '../../lambdas/runtime/dynamo-idempotency.ts';
import type { Documents, TransactWrite } from '../../lambdas/runtime/dynamo.ts';
import { decideReplay, idempotencyRecord, requestHash } from '../../lambdas/runtime/idempotency.ts';

const NOW = new Date('2026-11-23T10:00:00.000Z');
const hours = (count: number) => new Date(NOW.getTime() + count * 3_600_000);
const request = (body: unknown = { name: 'a' }) => ({
  owner: 'anna',
  operationId: 'createDataset',
  key: 'key-1234',
  requestHash: requestHash({}, body),
});

describe('a key', () => {
  const stored = idempotencyRecord(request(), 'ds_1', NOW);
  test('with the same request stands for what it made, for 24 hours', () => {
    expect(decideReplay(stored, request(), hours(23))).toBe('ds_1');
    expect(decideReplay(stored, request(), hours(LIMITS.idempotencyHours))).toBeUndefined();
    expect(decideReplay(undefined, request(), NOW)).toBeUndefined();
  });
  test('with another request is refused while it lives, and free afterwards', () => {
    expect(() => decideReplay(stored, request({ name: 'b' }), NOW)).toThrow('idempotency-key-reused');
    expect(decideReplay(stored, request({ name: 'b' }), hours(25))).toBeUndefined();
  });
  test('of a stored row that expired counts as absent in the write condition too', () => {
    const { Put } = idempotencyPut('ephemeral', { ...request(), createdId: 'ds_1', now: NOW });
    expect(Put).toMatchObject({
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
      ExpressionAttributeValues: { ':now': NOW.getTime() / 1000 },
      Item: { pk: 'USER#anna', sk: 'IDEM#createDataset#key-1234', createdId: 'ds_1' },
    });
  });
});

test('a request is known by what it says: not by order, not by what is undefined', () => {
  expect(requestHash({}, { a: 1, b: { c: [1, 2], d: undefined } })).toBe(
    requestHash({}, { b: { c: [1, 2] }, a: 1 }),
  );
  expect(requestHash({}, { a: [1, 2] })).not.toBe(requestHash({}, { a: [2, 1] }));
  expect(requestHash({ id: '1' }, {})).not.toBe(requestHash({ id: '2' }, {}));
});

describe('creating once', () => {
  /** A table of one row, read by GetItem. */
  const tableWith = (row: () => unknown) => ({ send: async () => ({ Item: row() }) }) as unknown as Documents;
  const cancelled = (...codes: string[]) =>
    new TransactionCanceledException({
      message: 'cancelled',
      $metadata: {},
      CancellationReasons: codes.map((Code) => ({ Code })),
    });
  const work = { idempotency: request(), createdId: 'ds_new', now: NOW };
  const replay = async (id: string) => `again ${id}`;

  test('creates where nothing is known of the key', async () => {
    const create = async (put: TransactWrite) => `made ${String(put.Put?.Item?.['createdId'])}`;
    const made = await createOnce(
      tableWith(() => undefined),
      'ephemeral',
      work,
      { create, replay },
    );
    expect(made).toBe('made ds_new');
  });

  test('answers again where an equal request was faster, also when that is seen only in the transaction', async () => {
    const row = { pk: 'x', sk: 'y', ...idempotencyRecord(request(), 'ds_first', NOW) };
    const never = () => Promise.reject(new Error('must not create'));
    expect(
      await createOnce(
        tableWith(() => row),
        'ephemeral',
        work,
        { create: never, replay },
      ),
    ).toBe('again ds_first');
    let reads = 0;
    const late = tableWith(() => (reads++ === 0 ? undefined : row));
    const lost = () => Promise.reject(cancelled('None', 'ConditionalCheckFailed'));
    expect(await createOnce(late, 'ephemeral', work, { create: lost, replay })).toBe('again ds_first');
    reads = 0;
    const budgetTaken = () => Promise.reject(new ProblemError('budget-exceeded'));
    expect(await createOnce(late, 'ephemeral', work, { create: budgetTaken, replay })).toBe('again ds_first');
  });

  test('repeats through a conflict, and says so when the conflict stays', async () => {
    let tries = 0;
    const meets = (times: number) => async () => {
      tries += 1;
      if (tries <= times) throw cancelled('TransactionConflict', 'None');
      return 'made';
    };
    const table = tableWith(() => undefined);
    expect(await createOnce(table, 'ephemeral', work, { create: meets(2), replay })).toBe('made');
    tries = 0;
    await expect(createOnce(table, 'ephemeral', work, { create: meets(99), replay })).rejects.toThrow(
      'request-in-progress',
    );
  });

  test('throws on what the creation itself refuses', async () => {
    const table = tableWith(() => undefined);
    const refuse = () => Promise.reject(new ProblemError('budget-exceeded'));
    await expect(createOnce(table, 'ephemeral', work, { create: refuse, replay })).rejects.toThrow(
      'budget-exceeded',
    );
    const other = () => Promise.reject(cancelled('None', 'ConditionalCheckFailed'));
    await expect(createOnce(table, 'ephemeral', work, { create: other, replay })).rejects.toThrow(
      'cancelled',
    );
  });
});
