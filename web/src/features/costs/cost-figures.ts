import type { CostSummary } from '../../../../contracts/costs.ts';
import type { DayCost } from '../../components/charts/day-bars.tsx';
import { isInside } from '../../components/charts/actual-in-interval.tsx';

/** How many days a calendar month such as `2026-11` has. */
export function daysIn(month: string): number {
  const [year = 1970, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).getUTCDate();
}

/** The calendar month of a time (UTC, as the ledger counts). */
export function monthOf(at: Date): string {
  return at.toISOString().slice(0, 7);
}

/** This month and the ones before it, newest first. */
export function recentMonths(now: Date, number: number): string[] {
  return Array.from({ length: number }, (_, back) =>
    monthOf(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1))),
  );
}

/** Each day of a month up to `until`, those without a cost as nothing. */
export function filledDays(summary: Pick<CostSummary, 'days'>, until: number): DayCost[] {
  const byDay = new Map(summary.days.map((day) => [Number(day.day.slice(8)), day.costUsdMicros]));
  return Array.from({ length: until }, (_, index) => ({
    day: index + 1,
    usdMicros: byDay.get(index + 1) ?? 0,
  }));
}

/** Fewer days say nothing about a pace. */
const LEAST_DAYS = 5;
/** 80 % of a normal distribution lie within so many standard deviations. */
const EIGHTY_PERCENT = 1.28;

/** Where a month ends at the pace of its days so far; undefined while there are too few, or none are left. */
export function monthForecast(
  days: readonly DayCost[],
  daysInMonth: number,
): { low: number; expected: number; high: number } | undefined {
  const left = daysInMonth - days.length;
  const spent = days.reduce((sum, day) => sum + day.usdMicros, 0);
  if (days.length < LEAST_DAYS || left <= 0 || spent === 0) return undefined;
  const mean = spent / days.length;
  const variance = days.reduce((sum, day) => sum + (day.usdMicros - mean) ** 2, 0) / (days.length - 1);
  // The days to come vary as those before did, and the mean itself is known from so many days only.
  const spread = EIGHTY_PERCENT * Math.sqrt(variance * (left + left ** 2 / days.length));
  return {
    low: Math.round(spent + Math.max(0, mean * left - spread)),
    expected: Math.round(spent + mean * left),
    high: Math.round(spent + mean * left + spread),
  };
}

type JobCost = CostSummary['jobs'][number];

/** How many of the jobs that ran to their end cost what was promised. */
export function heldEstimates(jobs: readonly JobCost[]): { held: number; of: number } {
  const finished = jobs.filter((job) => job.status === 'succeeded');
  return {
    held: finished.filter((job) => isInside(job.predictedUsdMicros, job.costUsdMicros)).length,
    of: finished.length,
  };
}

/** What jobs cost that left no model. */
export function spentWithoutModel(jobs: readonly JobCost[]): { usdMicros: number; jobs: number } {
  const lost = jobs.filter(
    (job) => (job.status === 'failed' || job.status === 'cancelled') && job.costUsdMicros > 0,
  );
  return { usdMicros: lost.reduce((sum, job) => sum + job.costUsdMicros, 0), jobs: lost.length };
}
