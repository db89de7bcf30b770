import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import * as z from 'zod';
import { consumeQueue, consumeStream, consumeTopic, task } from '../../lambdas/runtime/consume.ts';

const nothing = z.object({});
let errors: ReturnType<typeof jest.spyOn>;
beforeEach(() => {
  errors = jest.spyOn(console, 'error').mockReturnValue();
});
afterEach(() => {
  jest.restoreAllMocks();
});
const failsOn = (seen: unknown[], bad: unknown) => async (what: unknown) => {
  seen.push(what);
  if (what === bad) throw new Error('poison');
};

describe('one record’s error never blocks the others', () => {
  test('of a queue: only the failed message comes again', async () => {
    const seen: unknown[] = [];
    const work = failsOn(seen, 2);
    const consume = consumeQueue(
      nothing,
      () =>
        ({ body }) =>
          work(body),
    );
    const message = (id: string, body: string) => ({
      messageId: id,
      body,
      attributes: { ApproximateReceiveCount: '3' },
    });
    const event = { Records: [message('a', '1'), message('b', '2'), message('c', 'not json')] };
    expect(await consume(event as never)).toEqual({ batchItemFailures: [{ itemIdentifier: 'b' }] });
    expect(seen).toEqual([1, 2, undefined]);
    expect(errors).toHaveBeenCalledTimes(1);
  });

  test('of a stream: it is passed over, in order', async () => {
    const seen: unknown[] = [];
    const work = failsOn(seen, '2');
    const consume = consumeStream(
      nothing,
      () =>
        ({ sk }) =>
          work(sk),
    );
    const record = (sk: string) => ({
      eventName: 'INSERT',
      dynamodb: { Keys: { pk: { S: 'OUTBOX#1' }, sk: { S: sk } }, SequenceNumber: sk, NewImage: {} },
    });
    await consume({ Records: [record('1'), record('2'), record('3')] } as never);
    expect(seen).toEqual(['1', '2', '3']);
  });

  test('of a topic: all are tried, then the call fails so that it is delivered again', async () => {
    const seen: unknown[] = [];
    const work = failsOn(seen, 1);
    const consume = consumeTopic(
      nothing,
      () =>
        ({ body }) =>
          work(body),
    );
    const message = (id: string, Message: string) => ({ Sns: { MessageId: id, Message } });
    await expect(consume({ Records: [message('a', '1'), message('b', '2')] } as never)).rejects.toThrow(
      '1 of 2',
    );
    expect(seen).toEqual([1, 2]);
  });
});

describe('a single call', () => {
  const double = task(
    nothing,
    { input: z.object({ n: z.int() }), output: z.object({ n: z.int() }) },
    () =>
      async ({ n }) => ({ n: n * 2 }),
  );
  test('takes and gives what its schemas say', async () => {
    expect(await double({ n: 4, more: 1 })).toEqual({ n: 8 });
    await expect(double({ n: 'x' })).rejects.toThrow('expected number');
  });
  test('is logged and throws on when it fails, so that its caller’s retries apply', async () => {
    const broken = task(
      nothing,
      { input: z.unknown(), output: z.object({ n: z.int() }) },
      () => async () => ({ n: 0.5 }),
    );
    await expect(broken({})).rejects.toThrow('expected int');
    expect(errors).toHaveBeenCalledTimes(1);
  });
});
