/** Events of a job: numbered when they are written, in the transaction of what they tell. */
import { LIMITS } from '../../contracts/limits.ts';
import type { JobEventKind, JobEventRecord } from '../../contracts/metrics.ts';
import { telemetryKeys } from '../runtime/dynamo-keys.ts';
import type { TransactWrite } from '../runtime/dynamo.ts';

/** An event before it is numbered. `key` names transition and attempt, so that a repeat is the same event. */
export interface EventToWrite {
  key: string;
  kind: JobEventKind;
  attempt: number;
  title: string;
  detail?: string;
  /** Where it is marked on the curve. */
  step?: number;
}

/** Two writers of one job may meet in one millisecond: the trainer's calls, and whoever moves the job. */
export type EventWriter = 'run' | 'job';

/** Epoch seconds at which telemetry of `now` may go. */
export const telemetryExpiry = (now: Date): number =>
  Math.floor(now.getTime() / 1000) + LIMITS.telemetryDays * 86_400;

/**
 * Numbers that sort by time: milliseconds × 1000, then the writer's half and the place within the call.
 * 1.8e12 ms × 1000 stays under 2^53 until the year 2255; a call writes at most 30 events.
 */
export function numberedEvents(
  of: { owner: string; jobId: string },
  events: readonly EventToWrite[],
  writer: EventWriter,
  now: Date,
): JobEventRecord[] {
  const first = now.getTime() * 1000 + (writer === 'job' ? 500 : 0);
  return events.map((event, place) => ({
    shape: 1,
    owner: of.owner,
    jobId: of.jobId,
    sequence: first + place,
    at: now.toISOString(),
    kind: event.kind,
    attempt: event.attempt,
    title: event.title.slice(0, 200),
    ...(event.detail ? { detail: event.detail.slice(0, 1000) } : {}),
    ...(event.step === undefined ? {} : { step: event.step }),
    key: event.key,
    expiresAt: telemetryExpiry(now),
  }));
}

/** The rows of a transaction. */
export function eventPuts(telemetryTable: string, records: readonly JobEventRecord[]): TransactWrite[] {
  return records.map((record) => ({
    Put: {
      TableName: telemetryTable,
      Item: { ...telemetryKeys.event(record.owner, record.jobId, record.sequence), ...record },
    },
  }));
}
