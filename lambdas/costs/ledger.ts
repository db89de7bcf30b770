/** From intervals of use to cost records whose sum is exact: nothing twice, nothing lost to rounding (I4). */
import type { StoredCostRecord } from '../../contracts/costs.ts';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { costOf } from './money.ts';

export interface Interval {
  /** ISO 8601 in UTC; `from` is before `to`. */
  from: string;
  to: string;
}

/** Cuts an interval at midnight UTC, so that each piece has one day and one month. An empty interval has no piece. */
export function splitAtDayEnds({ from, to }: Interval): Interval[] {
  const pieces: Interval[] = [];
  const end = Date.parse(to);
  for (let start = Date.parse(from); start < end;) {
    const midnight = Math.floor(start / 86_400_000) * 86_400_000 + 86_400_000;
    const stop = Math.min(midnight, end);
    pieces.push({ from: new Date(start).toISOString(), to: new Date(stop).toISOString() });
    start = stop;
  }
  return pieces;
}

/** What the ledger needs of a job. */
export type BilledJob = Pick<
  TrainingJobRecord,
  'id' | 'owner' | 'name' | 'gpuType' | 'gpuCount' | 'usdMicrosPerHour' | 'pricedOn' | 'costSequence'
>;

/**
 * The records for the use of one attempt from `from` (the end of the last record, or the attempt's start) to `to`.
 * A record costs the difference of two running totals since the attempt's start, each rounded up once: however often
 * an attempt is billed, its records add up to `costOf` of the whole. Sequences go on after the job's `costSequence`.
 */
export function usageRecords(
  job: BilledJob,
  attempt: { attempt: number; startedAt: string },
  interval: Interval,
): StoredCostRecord[] {
  const totalAt = (time: string) =>
    costOf(
      Math.max(0, Date.parse(time) - Date.parse(attempt.startedAt)) / 1000,
      job.usdMicrosPerHour,
      job.gpuCount,
    );
  return splitAtDayEnds(interval).map((piece, index) => ({
    shape: 1,
    owner: job.owner,
    jobId: job.id,
    jobName: job.name,
    attempt: attempt.attempt,
    sequence: job.costSequence + 1 + index,
    from: piece.from,
    to: piece.to,
    gpuType: job.gpuType,
    gpuCount: job.gpuCount,
    seconds: (Date.parse(piece.to) - Date.parse(piece.from)) / 1000,
    usdMicrosPerHour: job.usdMicrosPerHour,
    pricedOn: job.pricedOn,
    costUsdMicros: totalAt(piece.to) - totalAt(piece.from),
  }));
}

/** The part of a hold that is still held after so much was spent; what a release gives back. */
export function heldAfter(holdUsdMicros: number, spentUsdMicros: number): number {
  return Math.max(0, holdUsdMicros - spentUsdMicros);
}

/** `2026-11` of a time. */
export const monthOf = (time: string): string => time.slice(0, 7);
/** `2026-11-23` of a time. */
export const dayOf = (time: string): string => time.slice(0, 10);
