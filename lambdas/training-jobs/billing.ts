/** What a run's use costs, written up to a moment (I4): nothing twice, and no gap. */
import type { StoredCostRecord } from '../../contracts/costs.ts';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { capEndsAt } from '../costs/landing.ts';
import { usageRecords } from '../costs/ledger.ts';
import { newestAttempt, revised } from './training-job.ts';

export interface Billing {
  job: TrainingJobRecord;
  records: StoredCostRecord[];
}

/**
 * The records since the last one up to `until`, never beyond the attempt's end; nothing where the newest attempt has
 * not run or is paid for already. And never beyond the moment at which the cap is spent: what a run uses after it is
 * not the owner's to pay (docs/decisions/0018).
 */
export function decideBilling(job: TrainingJobRecord, until: string, now: Date): Billing | undefined {
  const attempt = newestAttempt(job);
  if (!attempt?.startedAt) return undefined;
  const from = job.billedTo ?? attempt.startedAt;
  const last = attempt.endedAt !== undefined && attempt.endedAt < until ? attempt.endedAt : until;
  const capEnds = capEndsAt(job) ?? Number.POSITIVE_INFINITY;
  const to = Date.parse(last) > capEnds ? new Date(capEnds).toISOString() : last;
  if (Date.parse(to) <= Date.parse(from)) return undefined;
  const records = usageRecords(job, { attempt: attempt.attempt, startedAt: attempt.startedAt }, { from, to });
  const cost = records.reduce((sum, record) => sum + record.costUsdMicros, 0);
  return {
    job: revised(
      job,
      {
        billedTo: to,
        costSequence: job.costSequence + records.length,
        costUsdMicros: job.costUsdMicros + cost,
      },
      now,
    ),
    records,
  };
}

/**
 * A running attempt is billed at the first look after so long: the month's sums lag by that and one look, and a day of
 * one job is 240 to 288 records of which each costs $0.000014 to write (23 units). Its end is billed at once.
 */
const BILL_EVERY_MS = 300_000;

export function isBillingDue(job: TrainingJobRecord, now: Date): boolean {
  const from = job.billedTo ?? newestAttempt(job)?.startedAt;
  return from !== undefined && now.getTime() - Date.parse(from) >= BILL_EVERY_MS;
}
