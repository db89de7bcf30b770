/** Fault 46 at each awaited call there is; `npm run simulate -- --every-call` does each harm at each. */
import { beforeAll, expect, jest, test } from '@jest/globals';
import { type AwaitedCall, awaitedCalls, harmed, harmsOf } from './every-call.ts';

jest.setTimeout(600_000);

let calls: AwaitedCall[];
beforeAll(async () => {
  calls = await awaitedCalls();
});

test('a quiet job makes every kind of call there is', () => {
  const functions = new Set(calls.map(({ functionName }) => functionName));
  for (const name of ['datasets', 'validate-dataset', 'training-jobs', 'runs', 'clean-up', 'the cluster'])
    expect(functions).toContain(name);
  expect(calls.length).toBeGreaterThan(90);
});

test('a harm at any one of them breaks no invariant, and the job has its model', async () => {
  for (const [place, call] of calls.entries()) {
    const harms = harmsOf(call);
    const harm = harms[place % harms.length] ?? '';
    const { violations, end } = await harmed(call, harm);
    expect({ call, harm, violations, end }).toEqual({
      call,
      harm,
      violations: [],
      end: 'succeeded completed',
    });
  }
});
