import { describe, expect, test } from '@jest/globals';
import { ProgressReport } from '../../contracts/runs.ts';
import { decideProgress } from '../../lambdas/metrics/progress.ts';
import { at, JOB_ID, OWNER, queuedJob } from '../training-jobs/example-job.ts';

const { hyperparameters } = queuedJob();
const of = { owner: OWNER, jobId: JOB_ID, attempt: 1, nextReportSeconds: 30, hyperparameters };
const points = (from: number, to: number, more: object = {}) =>
  Array.from({ length: to - from + 1 }, (_, place) => ({
    step: from + place,
    epoch: 0.1,
    at: at(from + place).toISOString(),
    loss: 2,
    ...more,
  }));

function write(stored: Parameters<typeof decideProgress>[0], batch: number, given: object[]) {
  const report = ProgressReport.parse({
    batch,
    phase: 'training',
    step: 100,
    totalSteps: 1000,
    epoch: 0.1,
    points: given,
    logTail: '',
  });
  const decision = decideProgress(stored, report, of, at(1000));
  if (decision.kind !== 'write') throw new Error(decision.kind);
  return decision;
}

describe('a report', () => {
  test('of steps that a full chunk holds already stores nothing of them', () => {
    const first = write(undefined, 1, points(1, 100));
    expect(first.chunks).toHaveLength(1);
    const second = write(first.live, 2, points(3, 5));
    expect(second.chunks).toEqual([]);
    expect(second.live.tail).toEqual([]);
    expect(second.live.newestStep).toBe(100);
  });

  test('tells 25 events at most, however much there would be to tell', () => {
    const flood = points(1, 60, { validationLoss: 2 });
    expect(write(undefined, 1, flood).events).toHaveLength(25);
    const lost = { ...flood[59], loss: undefined, step: 61, notFinite: ['loss'] };
    const { events } = write(undefined, 1, [...flood, lost]);
    expect(events).toHaveLength(25);
    expect(events[0]?.kind).toBe('not-finite');
  });
});
