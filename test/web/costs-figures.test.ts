import { describe, expect, test } from '@jest/globals';
import type { CostSummary } from '../../contracts/costs.ts';
import {
  daysIn,
  filledDays,
  heldEstimates,
  monthForecast,
  recentMonths,
  spentWithoutModel,
} from '../../web/src/features/costs/cost-figures.ts';

type JobCost = CostSummary['jobs'][number];
const job = (status: string, costUsdMicros: number): JobCost => ({
  jobId: 'job_01M84H2MQ0S1HM9ZFZ32W1BV6W',
  name: 'a job',
  status,
  predictedUsdMicros: { low: 25, expected: 29, high: 36 },
  capUsdMicros: 40,
  costUsdMicros,
});

describe('a month', () => {
  test('has its own number of days, leap years too', () => {
    expect(daysIn('2026-11')).toBe(30);
    expect(daysIn('2026-02')).toBe(28);
    expect(daysIn('2028-02')).toBe(29);
  });

  test('goes back over the turn of the year, also from the 31st', () => {
    expect(recentMonths(new Date('2026-01-31T23:00:00Z'), 3)).toEqual(['2026-01', '2025-12', '2025-11']);
    expect(recentMonths(new Date('2026-03-31T00:00:00Z'), 2)).toEqual(['2026-03', '2026-02']);
  });

  test('days without a cost are there as nothing', () => {
    expect(filledDays({ days: [{ day: '2026-11-03', costUsdMicros: 5 }] }, 4)).toEqual([
      { day: 1, usdMicros: 0 },
      { day: 2, usdMicros: 0 },
      { day: 3, usdMicros: 5 },
      { day: 4, usdMicros: 0 },
    ]);
  });

  test('its end is forecast from its days so far, within a range and never below what was spent', () => {
    const days = Array.from({ length: 10 }, (_, index) => ({
      day: index + 1,
      usdMicros: index % 2 ? 2_000_000 : 0,
    }));
    const ahead = monthForecast(days, 30);
    expect(ahead?.expected).toBe(30_000_000);
    expect(
      ahead && ahead.low >= 10_000_000 && ahead.low < ahead.expected && ahead.expected < ahead.high,
    ).toBe(true);
  });

  test('nothing is forecast from a few days, from no cost, or when the month is over', () => {
    const day = { day: 1, usdMicros: 5 };
    expect(monthForecast([day], 30)).toBeUndefined();
    expect(
      monthForecast(
        Array.from({ length: 10 }, () => ({ day: 1, usdMicros: 0 })),
        30,
      ),
    ).toBeUndefined();
    expect(
      monthForecast(
        Array.from({ length: 30 }, () => day),
        30,
      ),
    ).toBeUndefined();
  });
});

describe('predicted against actual', () => {
  test('only jobs that ran to their end are compared', () => {
    expect(
      heldEstimates([job('succeeded', 30), job('succeeded', 24), job('failed', 30), job('running', 30)]),
    ).toEqual({
      held: 1,
      of: 2,
    });
  });

  test('what failed and cancelled jobs cost is named', () => {
    expect(
      spentWithoutModel([job('failed', 6), job('cancelled', 1), job('cancelled', 0), job('succeeded', 9)]),
    ).toEqual({
      usdMicros: 7,
      jobs: 2,
    });
  });
});
