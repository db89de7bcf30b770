/** The monitor's snapshot, and who is taken to be watching. */
import type * as z from 'zod';
import { LIMITS } from '../../contracts/limits.ts';
import type { LiveRecord } from '../../contracts/live-record.ts';
import type { AttemptPoint, JobEvent, JobLive, MetricChunkRecord } from '../../contracts/metrics.ts';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { costOf } from '../costs/money.ts';
import { attemptNumber, newestAttempt } from '../training-jobs/training-job.ts';

/** A page asks every 3 s; five missed answers and nobody is taken to be watching any more. */
const WATCHED_FOR_MS = 15_000;
/** The mark is written at most this often, which is every second look: an hour of watching is 600 writes, $0.0004. */
const MARK_EVERY_MS = 5_000;

/** Until when the job is watched from now on; nothing where the stored mark is fresh enough. */
export function decideWatch(watchedUntil: number, now: Date): Date | undefined {
  const until = now.getTime() + WATCHED_FOR_MS;
  return until - watchedUntil >= MARK_EVERY_MS ? new Date(until) : undefined;
}

/** Points of chunks and of LIVE's tail, each with its attempt, in the order in which they were measured. */
export function pointsOf(
  chunks: readonly MetricChunkRecord[],
  live: Pick<LiveRecord, 'attempt' | 'tail'> | undefined,
): AttemptPoint[] {
  const points = chunks.flatMap((chunk) =>
    chunk.points.map((point) => ({ ...point, attempt: chunk.attempt })),
  );
  for (const point of live?.tail ?? []) points.push({ ...point, attempt: live?.attempt ?? 1 });
  // A step that was measured again after its chunk was full stands in both: the tail's fields are the newer ones.
  const byStep = new Map<string, AttemptPoint>();
  for (const point of points) {
    const key = `${point.attempt} ${point.step}`;
    byStep.set(key, { ...byStep.get(key), ...point });
  }
  return [...byStep.values()].sort((a, b) => a.attempt - b.attempt || a.step - b.step);
}

/**
 * Spent so far, micros: the ledger, and of a running attempt what has passed since its last record, up to when the
 * trainer was last heard. Not up to now: nothing is shown that nobody has measured. Never above the cap: what a run
 * uses beyond it is not charged (docs/decisions/0018).
 */
export function costSoFar(job: TrainingJobRecord, heardAt: string | undefined): number {
  const newest = newestAttempt(job);
  const from = job.billedTo ?? newest?.startedAt;
  if (job.status !== 'running' || !from || !heardAt) return job.costUsdMicros;
  const seconds = Math.max(0, Date.parse(heardAt) - Date.parse(from)) / 1000;
  const accrued = costOf(seconds, job.usdMicrosPerHour, job.gpuCount);
  return Math.min(job.capUsdMicros, job.costUsdMicros + accrued);
}

export interface SnapshotParts {
  job: TrainingJobRecord;
  live: LiveRecord | undefined;
  /** The newest few. */
  chunks: readonly MetricChunkRecord[];
  events: readonly JobEvent[];
}

/** Everything of a snapshot but its time: equal parts, equal tag. */
export function snapshotOf({
  job,
  live,
  chunks,
  events,
}: SnapshotParts): Omit<z.input<typeof JobLive>, 'at'> {
  const heardAt = live?.progress.reportedAt;
  return {
    jobId: job.id,
    status: job.status,
    attempt: attemptNumber(job),
    progress: live?.progress ?? null,
    points: pointsOf(chunks, live).slice(-LIMITS.livePoints),
    events: [...events],
    logTail: live?.logTail ?? '',
    costUsdMicros: costSoFar(job, heardAt),
    capUsdMicros: job.capUsdMicros,
    ...(heardAt ? { heardAt } : {}),
    ...(heardAt && live?.nextReportSeconds && job.status === 'running'
      ? { nextReportAt: new Date(Date.parse(heardAt) + live.nextReportSeconds * 1000).toISOString() }
      : {}),
  };
}
