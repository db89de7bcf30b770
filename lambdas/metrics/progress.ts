/** A trainer's report becomes LIVE, full chunks and events; pure, so that a repeat and a late one can be told apart. */
import type { LiveRecord } from '../../contracts/live-record.ts';
import { METRIC_CHUNK_POINTS, type MetricChunkRecord, type MetricPoint } from '../../contracts/metrics.ts';
import type { Progress } from '../../contracts/progress.ts';
import type { ProgressReport } from '../../contracts/runs.ts';
import type { RunChoices } from './alert-words.ts';
import { type Alert, decideAlerts } from './alerts.ts';
import { type EventToWrite, telemetryExpiry } from './job-events.ts';
import { eventsOf } from './progress-events.ts';

/**
 * Of the log tail LIVE keeps this much: about 100 lines. Every report replaces the item, and at 30 s a report
 * 8 KB cost $0.015 a day where the 32 KB a trainer may send would cost $0.06. The whole log is archived at the end.
 */
export const LIVE_LOG_CHARACTERS = 8 * 1024;
/** A point dated later than this after its arrival comes from a clock that is wrong (fault 39). */
const CLOCK_TOLERANCE_MS = 60_000;

export interface RunOfReport {
  owner: string;
  jobId: string;
  attempt: number;
  /** The newest checkpoint that is registered. */
  checkpointStep?: number | undefined;
  /** What it will be told to wait before it reports again. */
  nextReportSeconds: number;
  /** By which its curve is judged. */
  hyperparameters: RunChoices;
}

export interface ProgressWrites {
  live: LiveRecord;
  chunks: MetricChunkRecord[];
  events: EventToWrite[];
  /** Those of the events that are alerts. */
  alerts: Alert[];
}

/** `repeat`: this batch is stored already. `superseded`: a later attempt has reported. */
export type ProgressDecision =
  { kind: 'repeat' } | { kind: 'superseded' } | ({ kind: 'write' } & ProgressWrites);

/** Points in order of their steps, one a step. */
function mergePoints(tail: readonly MetricPoint[], points: readonly MetricPoint[], now: Date): MetricPoint[] {
  const latest = now.getTime() + CLOCK_TOLERANCE_MS;
  const bySteps = new Map(tail.map((point) => [point.step, point]));
  for (const point of points) {
    const at = Date.parse(point.at) > latest ? now.toISOString() : point.at;
    bySteps.set(point.step, { ...bySteps.get(point.step), ...point, at });
  }
  return [...bySteps.values()].sort((a, b) => a.step - b.step);
}

/** Full chunks of 100 and what is left over. */
function chunked(points: readonly MetricPoint[]): { full: MetricPoint[][]; rest: MetricPoint[] } {
  const full: MetricPoint[][] = [];
  let place = 0;
  for (; points.length - place >= METRIC_CHUNK_POINTS; place += METRIC_CHUNK_POINTS) {
    full.push(points.slice(place, place + METRIC_CHUNK_POINTS));
  }
  return { full, rest: points.slice(place) };
}

function chunkRecord(of: RunOfReport, points: MetricPoint[], now: Date): MetricChunkRecord {
  const [first] = points;
  return {
    shape: 1,
    owner: of.owner,
    jobId: of.jobId,
    attempt: of.attempt,
    firstStep: first?.step ?? 0,
    points,
    expiresAt: telemetryExpiry(now),
  };
}

const newest = <K extends keyof MetricPoint>(points: readonly MetricPoint[], field: K) =>
  points.findLast((point) => point[field] !== undefined)?.[field];

function progressOf(
  before: Progress | undefined,
  report: ProgressReport,
  points: readonly MetricPoint[],
  of: RunOfReport,
  now: Date,
): Progress {
  const latest = <K extends 'loss' | 'validationLoss' | 'tokensPerSecond' | 'memoryBytes'>(field: K) =>
    newest(points, field) ?? before?.[field];
  const progress: Progress = {
    attempt: of.attempt,
    phase: report.phase,
    step: report.step,
    totalSteps: report.totalSteps,
    epoch: report.epoch,
    loss: latest('loss'),
    validationLoss: latest('validationLoss'),
    baseValidationLoss: report.baseValidationLoss ?? before?.baseValidationLoss,
    tokensPerSecond: latest('tokensPerSecond'),
    memoryBytes: latest('memoryBytes'),
    secondsLeft: report.secondsLeft,
    checkpointStep: of.checkpointStep,
    reportedAt: now.toISOString(),
  };
  return Object.fromEntries(
    Object.entries(progress).filter(([, value]) => value !== undefined),
  ) as unknown as Progress;
}

/** The end of a text, from a line's beginning. */
function newestLines(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const end = text.slice(-characters);
  return end.slice(end.indexOf('\n') + 1);
}

/**
 * What a report writes on top of what is stored. The store writes it on the condition that LIVE still is of an older
 * attempt or batch, so of two reports that race one is decided again (I3, fault 38).
 */
export function decideProgress(
  stored: LiveRecord | undefined,
  report: ProgressReport,
  of: RunOfReport,
  now: Date,
): ProgressDecision {
  if (stored && stored.attempt > of.attempt) return { kind: 'superseded' };
  const same = stored?.attempt === of.attempt ? stored : undefined;
  if (same && report.batch <= same.batch) return { kind: 'repeat' };
  const tail = same?.tail ?? [];
  // A step that is measured twice (loss, then validation) is one point; one before the newest is a step backwards.
  // Not before the step that the report is at: after an outage points come later than the run is.
  const after = same?.newestStep ?? 0;
  const fresh = report.points.filter((point) => point.step >= after);
  const { full, rest } = chunked(mergePoints(tail, fresh, now));
  const chunks = full.map((points) => chunkRecord(of, points, now));
  if (stored && !same && stored.tail.length > 0) {
    chunks.push(chunkRecord({ ...of, attempt: stored.attempt }, stored.tail, now));
  }
  const before = same?.progress;
  const progress = progressOf(before, report, fresh, of, now);
  const { trend, alerts } = decideAlerts(stored?.trend, mergePoints([], fresh, now), {
    ...of.hyperparameters,
    totalSteps: report.totalSteps,
    baseValidationLoss: progress.baseValidationLoss,
  });
  return {
    kind: 'write',
    live: {
      shape: 1,
      owner: of.owner,
      jobId: of.jobId,
      attempt: of.attempt,
      batch: report.batch,
      progress,
      tail: rest,
      newestStep: fresh.reduce((newestStep, point) => Math.max(newestStep, point.step), after),
      ...(trend ? { trend } : {}),
      nextReportSeconds: of.nextReportSeconds,
      logTail: newestLines(report.logTail, LIVE_LOG_CHARACTERS),
      expiresAt: telemetryExpiry(now),
    },
    chunks,
    alerts,
    events: eventsOf({ before, report, points: fresh, alerts, attempt: of.attempt }),
  };
}
