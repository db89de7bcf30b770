/** What the trainer calls. Its tokens name owner, job and attempt; nothing in a body can. */
import * as z from 'zod';
import { FailureCode } from './failures.ts';
import { LIMITS } from './limits.ts';
import { MetricPoint } from './metrics.ts';
import { RunPhase } from './progress.ts';
import { operation } from './operation.ts';
import { landing, RunSpec } from './run-spec.ts';
import { CompositeSha256, PartsToSign, Sha256Hex, SignedPart, Timestamp } from './values.ts';

const RunToken = z.object({ runToken: z.string(), runTokenExpiresAt: Timestamp });

export const claimRun = operation({
  id: 'claimRun',
  noun: 'runs',
  method: 'POST',
  path: '/runs/claim',
  summary: 'Exchange the bootstrap token once for a run token; the same nonce gets the same answer.',
  caller: 'bootstrap',
  body: z.strictObject({ nonce: z.string().regex(/^[0-9a-f]{32}$/) }),
  success: { status: 200, body: RunToken.extend({ attempt: z.int().positive() }) },
  problems: ['run-token-invalid', 'run-superseded', 'run-already-claimed'],
});

export const getCurrentRun = operation({
  id: 'getCurrentRun',
  noun: 'runs',
  method: 'GET',
  path: '/runs/current',
  summary: 'What to do, with fresh URLs for the dataset and the checkpoint to go on from.',
  caller: 'run',
  success: { status: 200, body: RunSpec },
  problems: ['run-token-invalid', 'run-superseded'],
});

export const ProgressReport = z.strictObject({
  /** Counts up from 1 within an attempt; a repeat of an old number changes nothing. */
  batch: z.int().positive(),
  phase: RunPhase,
  step: z.int().nonnegative(),
  totalSteps: z.int().nonnegative(),
  epoch: z.number().nonnegative(),
  secondsLeft: z.number().nonnegative().optional(),
  baseValidationLoss: z.number().nonnegative().optional(),
  /** What landing takes by what this run has measured; absent before it has (docs/decisions/0018). */
  landingSeconds: z.number().nonnegative().optional(),
  /** Points since the last batch that was answered. */
  points: z.array(MetricPoint).max(LIMITS.pointsPerBatch),
  /** The newest lines of the log, replaced as a whole; secrets already redacted. */
  logTail: z.string().max(LIMITS.logTailBytes),
  /** Findings in words: rows that were cut, a checkpoint that was refused. */
  findings: z.array(z.string().max(300)).max(20).default([]),
});
export type ProgressReport = z.infer<typeof ProgressReport>;

export const ProgressAnswer = RunToken.extend({
  action: z.enum(['continue', 'stop']),
  /** `cancelled`: end at once, publish nothing. `keep-model` and `budget`: checkpoint, publish, stop. */
  reason: z.enum(['cancelled', 'keep-model', 'budget']).optional(),
  /** 2 while somebody watches, 5 in the first minutes of an attempt, else 30–60. */
  nextReportSeconds: z.number().positive(),
  /** As in the run spec, as of now. */
  ...landing,
});
export type ProgressAnswer = z.infer<typeof ProgressAnswer>;

export const reportProgress = operation({
  id: 'reportProgress',
  noun: 'runs',
  method: 'POST',
  path: '/runs/current/progress',
  summary:
    'A numbered batch of points, phase and log; the answer says whether to go on and renews the token.',
  caller: 'run',
  body: ProgressReport,
  success: { status: 200, body: ProgressAnswer },
  problems: ['run-token-invalid', 'run-superseded', 'batch-too-large'],
});

/** Where a run may write: its checkpoints and its final files, under its own attempt's prefix. */
const RunPath = z
  .string()
  .max(300)
  .regex(
    /^(checkpoints\/\d{1,9}|final)\/[A-Za-z0-9_-][A-Za-z0-9._-]*$|^manifest\.json$/,
    'checkpoints/<step>/<file>, final/<file> or manifest.json',
  );

export const startRunUpload = operation({
  id: 'startRunUpload',
  noun: 'runs',
  method: 'POST',
  path: '/runs/current/uploads',
  summary: 'Announce a file; the answer says in which parts to upload it.',
  caller: 'run',
  body: z.strictObject({
    path: RunPath,
    bytes: z.int().positive().max(LIMITS.modelFileBytes),
    sha256: Sha256Hex,
  }),
  success: {
    status: 200,
    body: z.object({ uploadId: z.string(), partBytes: z.int().positive(), parts: z.int().positive() }),
  },
  problems: ['run-token-invalid', 'run-superseded'],
});

export const signRunParts = operation({
  id: 'signRunParts',
  noun: 'runs',
  method: 'POST',
  path: '/runs/current/uploads/parts',
  summary: 'Fresh URLs for some parts; each takes only the bytes it was signed for.',
  caller: 'run',
  body: z.strictObject({ path: RunPath, uploadId: z.string().max(1024), parts: PartsToSign }),
  success: { status: 200, body: z.object({ parts: z.array(SignedPart) }) },
  problems: ['run-token-invalid', 'run-superseded', 'not-found'],
});

export const completeRunUpload = operation({
  id: 'completeRunUpload',
  noun: 'runs',
  method: 'POST',
  path: '/runs/current/uploads/complete',
  summary: 'Put the parts together after their sizes add up.',
  caller: 'run',
  body: z.strictObject({ path: RunPath, uploadId: z.string().max(1024), bytes: z.int().positive() }),
  success: { status: 200, body: z.object({ versionId: z.string(), compositeSha256: CompositeSha256 }) },
  problems: ['run-token-invalid', 'run-superseded', 'upload-incomplete', 'upload-size-differs'],
});

export const registerCheckpoint = operation({
  id: 'registerCheckpoint',
  noun: 'runs',
  method: 'POST',
  path: '/runs/current/checkpoints',
  summary: 'Tell that checkpoints/<step>/manifest.json is whole, so that the next attempt can go on from it.',
  caller: 'run',
  body: z.strictObject({ step: z.int().nonnegative(), manifestVersionId: z.string().max(1024) }),
  success: { status: 200, body: z.object({ step: z.int() }) },
  problems: ['run-token-invalid', 'run-superseded', 'manifest-invalid'],
});

export const completeRun = operation({
  id: 'completeRun',
  noun: 'runs',
  method: 'POST',
  path: '/runs/current/complete',
  summary:
    'The run has ended: published (manifest.json is whole), failed with its class, or stopped as it was told.',
  caller: 'run',
  body: z.discriminatedUnion('outcome', [
    z.strictObject({ outcome: z.literal('published'), manifestVersionId: z.string().max(1024) }),
    z.strictObject({
      outcome: z.literal('failed'),
      failure: z.strictObject({
        code: FailureCode,
        detail: z.string().max(1000),
        logLine: z.string().max(500).optional(),
      }),
    }),
    z.strictObject({ outcome: z.literal('stopped') }),
  ]),
  success: { status: 200, body: z.object({ accepted: z.literal(true) }) },
  problems: ['run-token-invalid', 'run-superseded'],
});

export const runOperations = [
  claimRun,
  getCurrentRun,
  reportProgress,
  startRunUpload,
  signRunParts,
  completeRunUpload,
  registerCheckpoint,
  completeRun,
];
