import { describe, expect, test } from '@jest/globals';
import { CostSummary } from '../../contracts/costs.ts';
import { daysOf, summaryOf, type SummarisedJob } from '../../lambdas/costs/summary.ts';
import { budgetView } from '../../lambdas/costs/budget.ts';

const first = 'job_01KAR4Q4T4QJ4V3Z8T9W8X7Y6A';
const second = 'job_01KAR4Q4T4QJ4V3Z8T9W8X7Y6B';
const job = (id: string, more: Partial<SummarisedJob> = {}): SummarisedJob => ({
  id,
  name: id,
  status: 'succeeded',
  capUsdMicros: 5000,
  estimate: {
    costUsdMicros: { low: 1, expected: 2, high: 3 },
    seconds: { low: 1, expected: 2, high: 3 },
    steps: 1,
    totalTokens: 1,
  },
  createdAt: '2026-11-02T10:00:00.000Z',
  endedAt: '2026-11-02T11:00:00.000Z',
  ...more,
});
const use = (jobId: string, gpuCount: number, seconds: number, costUsdMicros: number) => ({
  jobId,
  jobName: jobId,
  attempt: 1,
  sequence: 1,
  from: '2026-11-02T10:00:00.000Z',
  to: '2026-11-02T10:01:00.000Z',
  gpuType: gpuCount === 1 ? 'cpu-2' : 'nvidia-h100-80gb',
  gpuCount,
  seconds,
  usdMicrosPerHour: 1,
  pricedOn: '2026-11-01',
  costUsdMicros,
});
const november = (now: string, jobs: SummarisedJob[], records: ReturnType<typeof use>[]) =>
  summaryOf(
    '2026-11',
    {
      budget: budgetView(undefined, '2026-11', 1000),
      spend: [{ shape: 1, owner: 'ana', day: '2026-11-02', spentUsdMicros: 77 }],
      records,
      jobs,
    },
    new Date(now),
  );

describe('a month’s summary', () => {
  test('has every day up to today, also days on which nothing ran', () => {
    const { days } = november('2026-11-03T12:00:00Z', [], []);
    expect(days).toEqual([
      { day: '2026-11-01', costUsdMicros: 0 },
      { day: '2026-11-02', costUsdMicros: 77 },
      { day: '2026-11-03', costUsdMicros: 0 },
    ]);
    expect(november('2027-01-01T00:00:00Z', [], []).days).toHaveLength(30);
  });

  test('knows the length of February', () => {
    expect(daysOf('2028-02')).toEqual({ first: '2028-02-01', last: '2028-02-29' });
    expect(daysOf('2026-12')).toEqual({ first: '2026-12-01', last: '2026-12-31' });
  });

  test('adds up jobs and GPU types to the same total, GPU-seconds counted per GPU', () => {
    const summary = november(
      '2026-11-30T00:00:00Z',
      [job(first), job(second)],
      [use(first, 1, 60.5, 100), use(second, 4, 30, 900), use(first, 1, 0.25, 1)],
    );
    expect(CostSummary.parse(summary)).toEqual(summary);
    expect(summary.gpuTypes).toEqual([
      { gpuType: 'nvidia-h100-80gb', seconds: 120, costUsdMicros: 900 },
      { gpuType: 'cpu-2', seconds: 60.75, costUsdMicros: 101 },
    ]);
    expect(summary.jobs.map((each) => each.costUsdMicros).reduce((a, b) => a + b)).toBe(1001);
  });

  test('lists a job that has cost nothing only while it lives', () => {
    const summary = november(
      '2026-11-30T00:00:00Z',
      [job(first, { status: 'running', endedAt: undefined }), job(second, { status: 'cancelled' })],
      [],
    );
    expect(summary.jobs.map((each) => each.jobId)).toEqual([first]);
  });
});
