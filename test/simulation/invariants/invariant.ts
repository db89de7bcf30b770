/** What is looked at, once, after a run: everything that was written and done. */
import type { TrainingJobRecord } from '../../../contracts/training-jobs.ts';
import type { Span } from '../cluster/ray.ts';
import type { HistoryEvent, History, Row } from '../history/history.ts';
import type { Objects } from '../storage/objects.ts';
import type { Uploaded } from '../world/uploader.ts';

export interface Evidence {
  history: History;
  spans: readonly Span[];
  /** Every table at the end, rows by `pk sk`. */
  tables: Readonly<Record<string, ReadonlyMap<string, Row>>>;
  /** Times in which the cluster could not be asked, or did not do what it was asked. */
  silences: readonly { from: number; until: number }[];
  faults: readonly number[];
  owner: string;
  /** What was uploaded, and the buckets as they are at the end. */
  uploaded: readonly Uploaded[];
  objects: Pick<Objects, 'versions' | 'uploads'>;
  /** Nothing of these may ever stand in a log. */
  secrets: readonly string[];
  /** The checksum of the bytes that were validated. */
  dataSha256: string;
  /** Virtual time at the end. */
  endedAt: number;
  /** Why the run ended: everything was done, or time was up. */
  isSettled: boolean;
}

export type Check = (evidence: Evidence) => string[];
export type Write = Extract<HistoryEvent, { kind: 'write' }>;
export type Job = TrainingJobRecord;

/** Every write of a job's row, in order. */
export const jobWrites = ({ history }: Evidence): Write[] =>
  history.of('write').filter(({ table, sk }) => table === 'core' && sk.startsWith('JOB#'));

export function lastJobs(evidence: Evidence): Job[] {
  const jobs = new Map<string, Job>();
  for (const { sk, after } of jobWrites(evidence)) if (after) jobs.set(sk, after as unknown as Job);
  return [...jobs.values()];
}

export const rowsOf = (evidence: Evidence, table: string, beginning: string): Row[] =>
  [...(evidence.tables[table]?.values() ?? [])].filter((row) => String(row['sk']).startsWith(beginning));

export const ENDED: readonly string[] = ['succeeded', 'failed', 'cancelled'];
export const spansOf = (evidence: Evidence, jobId: string): Span[] =>
  evidence.spans.filter(({ submissionId }) => submissionId.startsWith(`${jobId}-`));
