import * as z from 'zod';
import { operation } from './operation.ts';
import { Progress } from './progress.ts';
import { JobId, Owner, Timestamp, UsdMicros } from './values.ts';

/** What may stop being a number. */
const Loss = z.enum(['loss', 'validationLoss', 'gradientNorm']);

/** One measurement after an optimizer step. A value that is not finite is left out, named, and told as an event. */
export const MetricPoint = z.strictObject({
  step: z.int().nonnegative(),
  epoch: z.number().nonnegative(),
  at: Timestamp,
  /** Mean loss per trained token, nats. */
  loss: z.number().nonnegative().optional(),
  validationLoss: z.number().nonnegative().optional(),
  learningRate: z.number().nonnegative().optional(),
  gradientNorm: z.number().nonnegative().optional(),
  tokensPerSecond: z.number().nonnegative().optional(),
  /** 0–1. */
  gpuUtilisation: z.number().min(0).max(1).optional(),
  memoryBytes: z.int().nonnegative().optional(),
  /** What was infinite or no number at this step: JSON has no word for it, and an absent value may just not be measured. */
  notFinite: z.array(Loss).min(1).max(3).optional(),
});
export type MetricPoint = z.infer<typeof MetricPoint>;

/** 100 points an item: one item a point costs 25 times as much (facts.md §2). A repeat overwrites itself. */
export const METRIC_CHUNK_POINTS = 100;

/** A point as it is shown: with the attempt that measured it. */
export const AttemptPoint = MetricPoint.extend({ attempt: z.int().positive() });
export type AttemptPoint = z.infer<typeof AttemptPoint>;

export const MetricChunkRecord = z.object({
  shape: z.literal(1),
  owner: Owner,
  jobId: JobId,
  attempt: z.int().positive(),
  firstStep: z.int().nonnegative(),
  points: z.array(MetricPoint).max(METRIC_CHUNK_POINTS),
  expiresAt: z.int(),
});
export type MetricChunkRecord = z.infer<typeof MetricChunkRecord>;

/** What is told about a curve while it is drawn, once a spell. */
export const AlertKind = z.enum(['plateau', 'divergence', 'overfitting', 'not-finite']);
export type AlertKind = z.infer<typeof AlertKind>;

/** Somebody is taken to be watching until then: reports come every 2 s as long, once the one that was due has come. An item of its own, so that a page never writes what a run writes. */
export const WatchRecord = z.object({
  shape: z.literal(1),
  owner: Owner,
  jobId: JobId,
  watchedUntil: Timestamp,
  expiresAt: z.int(),
});
export type WatchRecord = z.infer<typeof WatchRecord>;

export const JobEventKind = z.enum([
  'accepted',
  'submitted',
  'attempt-started',
  'phase',
  'first-step',
  'evaluation',
  'checkpoint',
  'attempt-lost',
  'resumed',
  'cluster-unreachable',
  'cluster-reachable',
  'cancel-requested',
  'landing',
  'published',
  'succeeded',
  'failed',
  'cancelled',
  'finding',
  ...AlertKind.options,
]);
/** Append-only and numbered: what happened, in words for a person. */
export const JobEvent = z.object({
  sequence: z.int().positive(),
  at: Timestamp,
  kind: JobEventKind,
  attempt: z.int().nonnegative(),
  title: z.string().max(200),
  detail: z.string().max(1000).optional(),
  /** Of what is told about a step: there it is marked on the curve. */
  step: z.int().nonnegative().optional(),
});
export type JobEvent = z.infer<typeof JobEvent>;
export type JobEventKind = z.infer<typeof JobEventKind>;
export const JobEventRecord = JobEvent.extend({
  shape: z.literal(1),
  owner: Owner,
  jobId: JobId,
  /** Made of transition and attempt, so that a repeat is the same event. */
  key: z.string(),
  expiresAt: z.int(),
});
export type JobEventRecord = z.infer<typeof JobEventRecord>;

const jobPath = z.strictObject({ jobId: JobId });

export const listMetrics = operation({
  id: 'listMetrics',
  noun: 'metrics',
  method: 'GET',
  path: '/training-jobs/{jobId}/metrics',
  summary: 'The curves of a job, all attempts, thinned to at most `points` without losing a peak.',
  pathParameters: jobPath,
  query: z.strictObject({ points: z.coerce.number().int().min(10).max(5000).default(1500) }),
  success: {
    status: 200,
    body: z.object({ points: z.array(AttemptPoint), measured: z.int().nonnegative() }),
  },
});

export const listJobEvents = operation({
  id: 'listJobEvents',
  noun: 'metrics',
  method: 'GET',
  path: '/training-jobs/{jobId}/events',
  summary: 'What happened to a job, newest first.',
  pathParameters: jobPath,
  query: z.strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(50),
    cursor: z.string().max(1024).optional(),
  }),
  success: { status: 200, body: z.object({ items: z.array(JobEvent), nextCursor: z.string().optional() }) },
});

/** Everything the monitor redraws, in one answer with an ETag; If-None-Match answers 304. */
export const JobLive = z.object({
  jobId: JobId,
  status: z.enum(['queued', 'submitting', 'running', 'publishing', 'succeeded', 'failed', 'cancelled']),
  attempt: z.int().nonnegative(),
  progress: Progress.nullable(),
  points: z.array(AttemptPoint),
  events: z.array(JobEvent),
  logTail: z.string(),
  costUsdMicros: UsdMicros,
  capUsdMicros: UsdMicros,
  /** When the trainer was last heard; absent before the first report. */
  heardAt: Timestamp.optional(),
  /** When the trainer was told to report again: nothing newer can be shown before that. */
  nextReportAt: Timestamp.optional(),
  at: Timestamp,
});
export type JobLive = z.infer<typeof JobLive>;

export const getJobLive = operation({
  id: 'getJobLive',
  noun: 'metrics',
  method: 'GET',
  path: '/training-jobs/{jobId}/live',
  summary:
    'One snapshot for the monitor: status, progress, newest points, newest events, log tail, cost so far.',
  pathParameters: jobPath,
  success: { status: 200, body: JobLive },
});

export const getJobLogs = operation({
  id: 'getJobLogs',
  noun: 'metrics',
  method: 'GET',
  path: '/training-jobs/{jobId}/logs',
  summary: 'The newest part of the log as text, secrets redacted.',
  pathParameters: jobPath,
  success: { status: 200, body: z.object({ text: z.string(), truncated: z.boolean(), attempt: z.int() }) },
  problems: ['logs-unavailable', 'cluster-unavailable'],
});

export const metricOperations = [listMetrics, listJobEvents, getJobLive, getJobLogs];
