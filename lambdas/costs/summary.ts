/** A month in figures: folds over the ledger and the jobs that stand in it. */
import type { Budget, CostRecord, CostSummary, SpendRecord } from '../../contracts/costs.ts';
import { isTerminal, type TrainingJob } from '../../contracts/training-jobs.ts';

/** What a summary shows of a job, besides its cost of the month. */
export type SummarisedJob = Pick<TrainingJob, 'id' | 'name' | 'status' | 'capUsdMicros' | 'estimate'> & {
  createdAt: string;
  endedAt?: string | undefined;
};

/** First and last day of a month, UTC. */
export function daysOf(month: string): { first: string; last: string } {
  const [year, index] = month.split('-').map(Number) as [number, number];
  return { first: `${month}-01`, last: new Date(Date.UTC(year, index, 0)).toISOString().slice(0, 10) };
}

/** Every day of the month up to today, also those on which nothing ran: a chart needs no gaps explained. */
function spendByDay(month: string, spend: readonly SpendRecord[], now: Date): CostSummary['days'] {
  const { first, last } = daysOf(month);
  const today = now.toISOString().slice(0, 10);
  const spent = new Map(spend.map((record) => [record.day, record.spentUsdMicros]));
  const days: CostSummary['days'] = [];
  for (let at = Date.parse(first); ; at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    if (day > last || day > today) return days;
    days.push({ day, costUsdMicros: spent.get(day) ?? 0 });
  }
}

/** Folds a month. Jobs come newest first; one that has cost nothing this month is listed while it lives. */
export function summaryOf(
  month: string,
  found: {
    budget: Budget;
    spend: readonly SpendRecord[];
    records: readonly CostRecord[];
    jobs: readonly SummarisedJob[];
  },
  now: Date,
): CostSummary {
  const gpuTypes = new Map<string, CostSummary['gpuTypes'][number]>();
  const costs = new Map<string, number>();
  for (const { gpuType, gpuCount, seconds, costUsdMicros, jobId } of found.records) {
    const sum = gpuTypes.get(gpuType) ?? { gpuType, seconds: 0, costUsdMicros: 0 };
    gpuTypes.set(gpuType, {
      gpuType,
      // Whole milliseconds are added, so that a sum of many pieces has no rounding in its tail.
      seconds: (Math.round(sum.seconds * 1000) + Math.round(seconds * 1000) * gpuCount) / 1000,
      costUsdMicros: sum.costUsdMicros + costUsdMicros,
    });
    costs.set(jobId, (costs.get(jobId) ?? 0) + costUsdMicros);
  }
  const jobs = found.jobs
    .filter((job) => costs.has(job.id) || !isTerminal(job.status))
    .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
    .map((job) => ({
      jobId: job.id,
      name: job.name,
      status: job.status,
      ...(job.endedAt === undefined ? {} : { endedAt: job.endedAt }),
      predictedUsdMicros: job.estimate.costUsdMicros,
      capUsdMicros: job.capUsdMicros,
      costUsdMicros: costs.get(job.id) ?? 0,
    }));
  return {
    month,
    budget: found.budget,
    days: spendByDay(month, found.spend, now),
    gpuTypes: [...gpuTypes.values()].toSorted((a, b) => b.costUsdMicros - a.costUsdMicros),
    jobs,
  };
}
