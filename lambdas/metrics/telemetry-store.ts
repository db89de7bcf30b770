/** What keeps the telemetry of jobs. An expired row is an absent row, whoever asks. */
import type { LiveRecord } from '../../contracts/live-record.ts';
import type { AttemptPoint, JobEvent, JobEventRecord, MetricChunkRecord } from '../../contracts/metrics.ts';
import type { Outcome } from '../../contracts/notifications.ts';
import type { EventToWrite } from './job-events.ts';
import type { ProgressWrites } from './progress.ts';

interface LiveAndWatch {
  live: LiveRecord | undefined;
  /** Epoch milliseconds; 0 where nobody watches. */
  watchedUntil: number;
}

export interface TelemetryStore {
  liveAndWatch(owner: string, jobId: string, now: Date): Promise<LiveAndWatch>;
  markWatched(owner: string, jobId: string, until: Date): Promise<void>;
  /** Of the newest attempt first, each attempt from its end; at most `limit`, or all. */
  newestChunks(owner: string, jobId: string, now: Date, limit?: number): Promise<MetricChunkRecord[]>;
  /** Newest first. Throws `invalid-request` for a foreign cursor. */
  events(
    owner: string,
    jobId: string,
    page: { limit: number; cursor?: string | undefined },
    now: Date,
  ): Promise<{ items: JobEventRecord[]; nextCursor?: string }>;
  /** An event that stands alone, without a move of its job. Told again with the same time it is the same row. */
  tell(owner: string, jobId: string, event: EventToWrite, at: Date): Promise<void>;
}

/** What takes a run's reports in. */
export interface ProgressStore {
  /**
   * A report and what people are told of it, whole or not at all. False when LIVE is of this batch, a later one or a
   * later attempt by now: nothing was written.
   */
  write(writes: ProgressWrites, outcomes: readonly Outcome[], now: Date): Promise<boolean>;
}

/** What lies in the bucket once a job has ended and its rows are gone. */
export interface TelemetryArchive {
  metrics(owner: string, jobId: string): Promise<AttemptPoint[] | undefined>;
  /** Newest first. */
  events(owner: string, jobId: string): Promise<JobEvent[] | undefined>;
  /** The end of the log, at most `bytes` of it. */
  log(owner: string, jobId: string, bytes: number): Promise<{ text: string; truncated: boolean } | undefined>;
}
