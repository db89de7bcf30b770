import { describe, expect, test } from '@jest/globals';
import { between, closed, decideAttempt, decidePublishing } from '../../lambdas/training-jobs/attempts.ts';
import { decideBilling } from '../../lambdas/training-jobs/billing.ts';
import { at, JOB_ID, runningJob } from './example-job.ts';

const time = (second: number) => at(second).toISOString();

describe('a time that the cluster tells', () => {
  test.each([
    ['within ours is taken', 50, 50],
    ['an hour too early is the earliest it can be', -3500, 10],
    ['an hour too late is now', 3700, 100],
  ])('%s', (_what, told, taken) => expect(between(at(told), time(10), at(100))).toBe(time(taken)));
  test('that it does not tell is now', () => expect(between(undefined, time(10), at(100))).toBe(time(100)));
});

describe('an attempt', () => {
  test('that was closed stays as it is', () => {
    const once = { ...runningJob(), attempts: closed(runningJob(), { at: time(50), outcome: 'lost' }) };
    expect(closed(once, { at: time(90), outcome: 'succeeded' })).toEqual(once.attempts);
  });

  test('that follows forgets what the one before said of its end', () => {
    const said = { attempt: 1, outcome: 'stopped' as const, at: time(90) };
    const next = decideAttempt(runningJob({ completion: said }), at(100), { at: time(95), outcome: 'lost' });
    expect(next.job).toMatchObject({ id: JOB_ID, attempt: 2 });
    expect(next.job).not.toHaveProperty('completion');
    expect(next.job).not.toHaveProperty('billedTo');
  });

  test('that was seen running keeps its start, whatever is believed at its end', () => {
    const { job } = decidePublishing(runningJob(), time(60), time(100), at(101));
    expect(job.attempts[0]?.startedAt).toBe(time(10));
  });

  test('that is paid for up to a moment is not paid for up to an earlier one', () => {
    const paid = runningJob({ billedTo: time(100), costUsdMicros: 90_000, costSequence: 1 });
    expect(decideBilling(paid, time(50), at(101))).toBeUndefined();
    expect(decideBilling(paid, time(100), at(101))).toBeUndefined();
  });
});
