import * as z from 'zod';
import { Hyperparameters, PresetId } from './catalog.ts';
import { runChoices } from './costs.ts';
import { DatasetFormat } from './dataset-format.ts';
import { Diagnosis, FailureCode } from './failures.ts';
import { Progress } from './progress.ts';
import { ModelFormat } from './model-format.ts';
import { operation } from './operation.ts';
import {
  DatasetId,
  DisplayName,
  JobId,
  ModelId,
  Owner,
  PageQuery,
  pageOf,
  rangeOf,
  Sha256Hex,
  Timestamp,
  UsdMicros,
} from './values.ts';

/** The data a job is bound to when it is accepted: version, checksum and S3 VersionId (I6). */
export const BoundDataset = z.object({
  id: DatasetId,
  name: z.string(),
  version: z.int().positive(),
  rows: z.int(),
  tokens: z.int().optional(),
  data: z.object({ key: z.string(), versionId: z.string(), sha256: Sha256Hex, bytes: z.int() }),
  validation: z
    .object({ key: z.string(), versionId: z.string(), sha256: Sha256Hex, bytes: z.int() })
    .optional(),
});

/** One try on the cluster. */
export const Attempt = z.object({
  attempt: z.int().positive(),
  /** Known to the cluster; made of job and attempt, so that a repeated submit is the same run. */
  submissionId: z.string(),
  submittedAt: Timestamp,
  /** When the cluster was first seen running it: from here it costs. */
  startedAt: Timestamp.optional(),
  endedAt: Timestamp.optional(),
  resumedFromStep: z.int().optional(),
  outcome: z.enum(['succeeded', 'failed', 'lost', 'stopped']).optional(),
  reason: z.string().optional(),
});
export type Attempt = z.infer<typeof Attempt>;

/** The newest complete checkpoint: its manifest is pinned by VersionId. */
export const CheckpointReference = z.object({
  attempt: z.int().positive(),
  step: z.int().nonnegative(),
  manifestKey: z.string(),
  manifestVersionId: z.string(),
  at: Timestamp,
  /** Whose checkpoint it is, where that is the job which this one continues; absent for one of its own. */
  jobId: JobId.optional(),
});
export type CheckpointReference = z.infer<typeof CheckpointReference>;

export const StopReason = z.enum(['completed', 'early-stopping', 'budget', 'kept-by-user']);
export type StopReason = z.infer<typeof StopReason>;

/** Why a job failed: a class, a sentence, and the line of the log that proves it. */
export const Failure = z.object({
  code: FailureCode,
  title: z.string(),
  detail: z.string(),
  logLine: z.string().max(500).optional(),
  /** Absent on what a trainer says itself, and on jobs that failed before there was one. */
  diagnosis: Diagnosis.optional(),
});
export type Failure = z.infer<typeof Failure>;

/** How far a run has got: what a person compares when it ended before its last step. */
export const Trained = z.object({
  steps: z.int().nonnegative(),
  totalSteps: z.int().nonnegative(),
  epochs: z.number().nonnegative(),
});
export type Trained = z.infer<typeof Trained>;

const jobBase = {
  id: JobId,
  name: DisplayName,
  dataset: BoundDataset,
  baseModel: z.string(),
  preset: PresetId,
  hyperparameters: Hyperparameters,
  gpuType: z.string(),
  gpuCount: z.int().positive(),
  /** How many machines they are on, where they are on several. */
  machines: z.int().min(2).optional(),
  /** Absent on jobs from before it could be chosen: those publish `peft`. */
  modelFormat: ModelFormat.optional(),
  usdMicrosPerHour: UsdMicros,
  pricedOn: z.iso.date(),
  capUsdMicros: UsdMicros,
  costUsdMicros: UsdMicros,
  estimate: z.object({
    costUsdMicros: rangeOf(UsdMicros),
    seconds: rangeOf(z.number()),
    steps: z.int(),
    totalTokens: z.int(),
    /** What landing would take at the slow end, until the run has measured it (lambdas/costs/landing.ts). */
    landingSeconds: z.number().nonnegative().optional(),
  }),
  attempts: z.array(Attempt).max(5),
  checkpoint: CheckpointReference.optional(),
  retryOf: JobId.optional(),
  /** The ended job whose newest checkpoint this one goes on from. */
  continuedFrom: JobId.optional(),
  cancelRequestedAt: Timestamp.optional(),
  keepModel: z.boolean().optional(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
};

/** queued → submitting → running → publishing → succeeded; running → submitting; any of them → failed | cancelled. */
export const TrainingJob = z.discriminatedUnion('status', [
  z.object({ ...jobBase, status: z.literal('queued') }),
  z.object({ ...jobBase, status: z.literal('submitting'), attempt: z.int().positive() }),
  z.object({ ...jobBase, status: z.literal('running'), attempt: z.int().positive(), startedAt: Timestamp }),
  z.object({
    ...jobBase,
    status: z.literal('publishing'),
    attempt: z.int().positive(),
    startedAt: Timestamp,
  }),
  z.object({
    ...jobBase,
    status: z.literal('succeeded'),
    startedAt: Timestamp,
    endedAt: Timestamp,
    modelId: ModelId,
    stopReason: StopReason,
    /** Absent on jobs that ended before it was kept. */
    trained: Trained.optional(),
  }),
  z.object({ ...jobBase, status: z.literal('failed'), endedAt: Timestamp, failure: Failure }),
  z.object({ ...jobBase, status: z.literal('cancelled'), endedAt: Timestamp }),
]);
export type TrainingJob = z.infer<typeof TrainingJob>;
export type TrainingJobStatus = TrainingJob['status'];

/** The allowed moves (I3); terminal is final. */
export const TRAINING_JOB_MOVES = {
  queued: ['submitting', 'failed', 'cancelled'],
  submitting: ['running', 'publishing', 'submitting', 'failed', 'cancelled'],
  running: ['submitting', 'publishing', 'failed', 'cancelled'],
  publishing: ['succeeded', 'submitting', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
} as const satisfies Record<TrainingJobStatus, readonly TrainingJobStatus[]>;

export const isTerminal = (status: TrainingJobStatus): boolean => TRAINING_JOB_MOVES[status].length === 0;

/** A job as lists and pages show it: with the newest progress where a trainer has reported. */
export const JobWithProgress = z.object({ job: TrainingJob, progress: Progress.nullable() });

/** What only the workflow needs. `revision` is the optimistic lock of every replace. */
const stored = {
  shape: z.literal(1),
  owner: Owner,
  revision: z.int().positive(),
  /** The month (UTC) whose budget carries the hold, and what is held; released once. */
  hold: z.object({ month: z.string(), usdMicros: UsdMicros, releasedAt: Timestamp.optional() }),
  /** Of the bound version, for the run spec. */
  datasetFormat: DatasetFormat,
  /** Who claimed an attempt: a repeat with the same nonce gets the same answer. */
  claims: z.array(z.object({ attempt: z.int(), nonce: z.string(), at: Timestamp })),
  /** What the trainer said at its end; the manifest decides. */
  completion: z
    .object({
      attempt: z.int(),
      outcome: z.enum(['published', 'failed', 'stopped']),
      manifestKey: z.string().optional(),
      manifestVersionId: z.string().optional(),
      failure: Failure.optional(),
      at: Timestamp,
    })
    .optional(),
  /** Since when the cluster has not answered; absent while it does. */
  unreachableSince: Timestamp.optional(),
  /** By submission: when the cluster, within reach, was first asked to end that run; absent once it has ended. */
  stopsAskedAt: z.record(z.string(), Timestamp).optional(),
  /** Up to when the ledger is written for the live attempt. */
  billedTo: Timestamp.optional(),
  costSequence: z.int().nonnegative(),
  /** When the outcome row of the job's end was written: once. */
  announcedAt: Timestamp.optional(),
  /** Where the cleaned-up cluster and archived telemetry stand. */
  cleanedUpAt: Timestamp.optional(),
};
export const TrainingJobRecord = z.discriminatedUnion('status', [
  TrainingJob.options[0].extend(stored),
  TrainingJob.options[1].extend(stored),
  TrainingJob.options[2].extend(stored),
  TrainingJob.options[3].extend(stored),
  TrainingJob.options[4].extend(stored),
  TrainingJob.options[5].extend(stored),
  TrainingJob.options[6].extend(stored),
]);
export type TrainingJobRecord = z.infer<typeof TrainingJobRecord>;

/** Written in the transaction that changes a record; the stream's dispatcher acts on it exactly as often as needed. */
export const OutboxRecord = z.discriminatedUnion('kind', [
  z.object({
    shape: z.literal(1),
    id: z.string(),
    kind: z.literal('start-training-workflow'),
    owner: Owner,
    jobId: JobId,
    createdAt: Timestamp,
  }),
  z.object({
    shape: z.literal(1),
    id: z.string(),
    kind: z.literal('publish-outcome'),
    owner: Owner,
    outcome: z.unknown(),
    createdAt: Timestamp,
  }),
]);
export type OutboxRecord = z.infer<typeof OutboxRecord>;

const jobPath = z.strictObject({ jobId: JobId });

/** Why a job is not accepted, whether it is new, tried again or continued. */
const CREATION_PROBLEMS = [
  'dataset-not-ready',
  'dataset-archived',
  'format-not-trainable',
  'tools-not-supported',
  'base-model-unknown',
  'gpu-type-unknown',
  'does-not-fit',
  'cap-too-small',
  'cap-too-large',
  'budget-exceeded',
  'platform-budget-exceeded',
  'forbidden',
] as const;

export const createTrainingJob = operation({
  id: 'createTrainingJob',
  noun: 'training-jobs',
  method: 'POST',
  path: '/training-jobs',
  summary: 'Start a run that may spend at most `capUsdMicros`; the cap is held in your budget at once.',
  idempotent: true,
  body: z.strictObject({ name: DisplayName, ...runChoices, capUsdMicros: UsdMicros.min(1) }),
  success: { status: 202, body: TrainingJob },
  problems: CREATION_PROBLEMS,
});

export const listTrainingJobs = operation({
  id: 'listTrainingJobs',
  noun: 'training-jobs',
  method: 'GET',
  path: '/training-jobs',
  summary: 'Your jobs, newest first.',
  query: PageQuery.extend({ status: z.enum(['live', 'ended', 'all']).default('all') }),
  success: { status: 200, body: pageOf(JobWithProgress) },
});

export const getTrainingJob = operation({
  id: 'getTrainingJob',
  noun: 'training-jobs',
  method: 'GET',
  path: '/training-jobs/{jobId}',
  summary: 'One job.',
  pathParameters: jobPath,
  success: { status: 200, body: JobWithProgress },
});

export const cancelTrainingJob = operation({
  id: 'cancelTrainingJob',
  noun: 'training-jobs',
  method: 'POST',
  path: '/training-jobs/{jobId}/cancel',
  summary:
    'Stop a job; with `keepModel` the newest state is published, else it is discarded. Repeating changes nothing.',
  pathParameters: jobPath,
  body: z.strictObject({ keepModel: z.boolean().default(false) }),
  success: { status: 202, body: TrainingJob },
  problems: ['job-ended', 'job-changed'],
});

export const retryTrainingJob = operation({
  id: 'retryTrainingJob',
  noun: 'training-jobs',
  method: 'POST',
  path: '/training-jobs/{jobId}/retry',
  summary: 'A new job with the same choices, or with some changed, its own hold and its own model.',
  idempotent: true,
  pathParameters: jobPath,
  body: z.strictObject({
    capUsdMicros: UsdMicros.min(1).optional(),
    hyperparameters: Hyperparameters.partial().optional(),
    gpuType: z.string().max(100).optional(),
    /** What is published in the end: the run goes on from its checkpoint all the same. */
    modelFormat: ModelFormat.optional(),
  }),
  success: { status: 202, body: TrainingJob },
  problems: ['job-not-retryable', ...CREATION_PROBLEMS],
});

export const continueTrainingJob = operation({
  id: 'continueTrainingJob',
  noun: 'training-jobs',
  method: 'POST',
  path: '/training-jobs/{jobId}/continue',
  summary:
    'A new job that goes on from the newest checkpoint of one that ended early: same data, same settings, its own cap.',
  idempotent: true,
  pathParameters: jobPath,
  body: z.strictObject({ name: DisplayName.optional(), capUsdMicros: UsdMicros.min(1) }),
  success: { status: 202, body: TrainingJob },
  problems: ['job-not-continuable', ...CREATION_PROBLEMS],
});

export const trainingJobOperations = [
  createTrainingJob,
  listTrainingJobs,
  getTrainingJob,
  cancelTrainingJob,
  retryTrainingJob,
  continueTrainingJob,
];
