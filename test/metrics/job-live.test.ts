import { describe, expect, test } from '@jest/globals';
import type { AttemptPoint } from '../../contracts/metrics.ts';
import { costSoFar, decideWatch, pointsOf, snapshotOf } from '../../lambdas/metrics/job-live.ts';
import { numberedEvents } from '../../lambdas/metrics/job-events.ts';
import { thin } from '../../lambdas/metrics/thinning.ts';
import { liveAt } from '../training-workflow/world.ts';
import { at, publishingJob, runningJob } from '../training-jobs/example-job.ts';

const curve = (length: number, value: (step: number) => number): AttemptPoint[] =>
  Array.from({ length }, (_, step) => ({
    step,
    epoch: 0,
    at: at(step).toISOString(),
    attempt: 1,
    loss: value(step),
  }));

describe('a thinned curve', () => {
  test('has at most as many points as asked for', () => {
    for (const limit of [10, 50, 333, 1500]) {
      expect(
        thin(
          curve(5000, (step) => Math.sin(step)),
          limit,
        ).length,
      ).toBeLessThanOrEqual(limit);
    }
  });
  test('keeps its highest and lowest point, its first and its last', () => {
    const points = curve(5000, (step) => (step === 1234 ? 99 : step === 4321 ? -1 : 1 + (step % 7) / 10));
    const steps = thin(points, 100).map(({ step }) => step);
    expect(steps).toEqual(expect.arrayContaining([0, 1234, 4321, 4999]));
    expect(steps).toEqual([...steps].sort((a, b) => a - b));
  });
  test('keeps every validation while they fit', () => {
    const points = curve(5000, () => 1).map((point) =>
      point.step % 500 === 0 ? { ...point, validationLoss: 2 } : point,
    );
    expect(thin(points, 100).filter(({ validationLoss }) => validationLoss !== undefined)).toHaveLength(10);
  });
  test('that is short enough stays as it is', () => {
    const points = curve(50, () => 1);
    expect(thin(points, 50)).toEqual(points);
  });
});

describe('the snapshot', () => {
  test('counts money up to when the trainer was last heard, never up to now', () => {
    expect(costSoFar(runningJob(), at(70).toISOString())).toBe(60_000);
    expect(costSoFar(runningJob(), undefined)).toBe(0);
  });
  test('says when the run reports again, while it runs', () => {
    const parts = { chunks: [], events: [], live: { ...liveAt(70), nextReportSeconds: 30 } };
    expect(snapshotOf({ ...parts, job: runningJob() })).toMatchObject({
      heardAt: at(70).toISOString(),
      nextReportAt: at(100).toISOString(),
    });
    expect(snapshotOf({ ...parts, job: publishingJob() })).not.toHaveProperty('nextReportAt');
    // A row from before it was kept.
    expect(snapshotOf({ ...parts, live: liveAt(70), job: runningJob() })).not.toHaveProperty('nextReportAt');
  });
  test('shows what the ledger says once nothing runs', () => {
    expect(costSoFar({ ...publishingJob(), costUsdMicros: 90_000 }, at(5000).toISOString())).toBe(90_000);
  });
  test('puts chunks and tail together without a step twice', () => {
    const [first, second] = curve(2, () => 1);
    const chunk = {
      shape: 1 as const,
      owner: 'o',
      jobId: 'j',
      attempt: 1,
      firstStep: 0,
      points: [first!, second!],
      expiresAt: 1,
    };
    const merged = pointsOf([chunk], { attempt: 1, tail: [{ ...second!, validationLoss: 2 }] });
    expect(merged.map(({ step, loss, validationLoss }) => [step, loss, validationLoss])).toEqual([
      [0, 1, undefined],
      [1, 1, 2],
    ]);
  });
  test('marks the job as watched at most every five seconds', () => {
    const until = decideWatch(0, at(0));
    expect(until).toEqual(at(15));
    expect(decideWatch(until?.getTime() ?? 0, at(4))).toBeUndefined();
    expect(decideWatch(until?.getTime() ?? 0, at(5))).toEqual(at(20));
  });
});

test('events of one moment keep their order, and a run’s never meet a job’s', () => {
  const events = ['a', 'b'].map((key) => ({ key, kind: 'finding' as const, attempt: 1, title: key }));
  const of = { owner: 'o', jobId: 'job_01JD0000000000000000000000' };
  const numbers = [
    ...numberedEvents(of, events, 'run', at(1)),
    ...numberedEvents(of, events, 'job', at(1)),
  ].map(({ sequence }) => sequence);
  expect(new Set(numbers).size).toBe(4);
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(numbers.every(Number.isSafeInteger)).toBe(true);
});
