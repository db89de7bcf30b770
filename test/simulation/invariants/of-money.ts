/** I4: the cost ledger equals the fold of unique usage intervals: nothing twice, no gap longer than one poll. */
import type { StoredCostRecord } from '../../../contracts/costs.ts';
import { type Check, type Evidence, type Job, lastJobs, rowsOf, spansOf } from './invariant.ts';

/**
 * A look every 60 s, and the moments its functions take. Also where a look comes after 120 s (next-look.ts): who dies in
 * between is paid for until the cluster's word of its end, or its own last one.
 */
const POLL_MS = 60_000 + 30_000;

/** Less than a second is left of it. */
const isAtCap = (job: Job) =>
  job.costUsdMicros + (job.usdMicrosPerHour * job.gpuCount) / 3600 > job.capUsdMicros;

function intervals(evidence: Evidence, job: Job): string[] {
  const found: string[] = [];
  const records = (rowsOf(evidence, 'core', 'COST#') as unknown as StoredCostRecord[])
    .filter((record) => record.jobId === job.id)
    .sort((a, b) => a.sequence - b.sequence);
  const sum = records.reduce((total, record) => total + record.costUsdMicros, 0);
  // The platform pays what a run costs beyond its cap (docs/decisions/0018).
  if (sum > job.capUsdMicros) found.push(`${job.id} is charged ${sum} of at most ${job.capUsdMicros}`);
  if (sum !== job.costUsdMicros) found.push(`${job.id} says ${job.costUsdMicros}, its records ${sum}`);
  records.forEach((record, place) => {
    if (record.sequence !== place + 1) found.push(`${job.id} has a gap before record ${record.sequence}`);
    const next = records[place + 1];
    if (next && next.from < record.to) found.push(`${job.id} pays ${next.from} twice`);
    if (next && next.attempt === record.attempt && next.from !== record.to) {
      found.push(`${job.id} has a hole from ${record.to} to ${next.from}`);
    }
  });
  for (const { attempt, startedAt, endedAt } of job.attempts) {
    const own = records.filter((record) => record.attempt === attempt);
    if (!startedAt || !endedAt || startedAt >= endedAt) continue;
    const isPaid = own.at(-1)?.to === endedAt || isAtCap(job);
    if (own[0]?.from !== startedAt || !isPaid) {
      found.push(
        `attempt ${attempt} of ${job.id} ran ${startedAt}–${endedAt} and is paid ${own[0]?.from}–${own.at(-1)?.to}`,
      );
    }
  }
  return [...found, ...againstReality(evidence, job, records)];
}

/** What was paid for is what a GPU was held for, as well as looks a minute apart can tell. */
function againstReality(evidence: Evidence, job: Job, records: readonly StoredCostRecord[]): string[] {
  const found: string[] = [];
  const wasSilent = evidence.silences.length > 0;
  for (const { attempt } of job.attempts) {
    const spans = spansOf(evidence, job.id).filter(
      ({ submissionId }) => submissionId === `${job.id}-${attempt}`,
    );
    const own = records.filter((record) => record.attempt === attempt);
    const paid = own.reduce((sum, record) => sum + record.seconds * 1000, 0);
    const held = spans.reduce((sum, { from, to }) => sum + ((to ?? evidence.endedAt) - from), 0);
    if (paid > held + POLL_MS && !wasSilent) {
      found.push(`attempt ${attempt} of ${job.id} held a GPU ${held / 1000} s and is paid ${paid / 1000} s`);
    }
    // A cluster out of reach, or calls that fail, delay a look; then only too much is wrong, not too little.
    const isLost = LOSING.some((fault) => evidence.faults.includes(fault));
    const isQuiet =
      !wasSilent &&
      !isAtCap(job) &&
      evidence.faults.every((fault) => QUIET.includes(fault)) &&
      // A flood is refused, so its trainer was never heard; a lost run is paid for until it was last heard.
      !(isLost && evidence.faults.includes(39));
    if (isQuiet && paid < held - 2 * POLL_MS) {
      found.push(
        `attempt ${attempt} of ${job.id} held a GPU ${held / 1000} s and is paid only ${paid / 1000} s`,
      );
    }
  }
  return found;
}

const LOSING = [25, 34, 38];
/** Faults that keep nobody from looking at the cluster. */
const QUIET = [5, 13, 14, 16, 17, 31, 32, 34, 38, 39, 42, 43, 45];

function budgets(evidence: Evidence): string[] {
  const found: string[] = [];
  const records = rowsOf(evidence, 'core', 'COST#') as unknown as StoredCostRecord[];
  const jobs = lastJobs(evidence);
  for (const row of rowsOf(evidence, 'core', 'BUDGET#')) {
    const [month, owner] = [String(row['month']), String(row['owner'])];
    const own = (of: string) => owner === 'PLATFORM' || owner === of;
    const spent = records
      .filter((record) => own(record.owner) && record.from.startsWith(month))
      .reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0);
    const held = jobs
      .filter((job) => own(job.owner) && job.hold.month === month && !job.hold.releasedAt)
      .reduce((sum, job) => sum + Math.max(0, job.hold.usdMicros - job.costUsdMicros), 0);
    const name = `${owner} ${month}`;
    if (row['spentUsdMicros'] !== spent)
      found.push(`${name} says ${String(row['spentUsdMicros'])} spent, records ${spent}`);
    if (row['heldUsdMicros'] !== held)
      found.push(`${name} says ${String(row['heldUsdMicros'])} held, jobs ${held}`);
    if (row['committedUsdMicros'] !== spent + held) found.push(`${name}: held and spent are not committed`);
  }
  for (const row of rowsOf(evidence, 'core', 'SPEND#')) {
    const spent = records
      .filter(({ owner, from }) => owner === row['owner'] && from.startsWith(String(row['day'])))
      .reduce((sum, { costUsdMicros }) => sum + costUsdMicros, 0);
    if (row['spentUsdMicros'] !== spent)
      found.push(`${String(row['day'])} says ${String(row['spentUsdMicros'])}, records ${spent}`);
  }
  return found;
}

export const ledgerFolds: Check = (evidence) => [
  ...lastJobs(evidence).flatMap((job) => intervals(evidence, job)),
  ...budgets(evidence),
];

/** The hold is let go with the end, whatever the end is. */
export const holdReleased: Check = (evidence) =>
  lastJobs(evidence)
    .filter((job) => job.cleanedUpAt && !job.hold.releasedAt)
    .map((job) => `${job.id} was cleaned up and still holds money`);
