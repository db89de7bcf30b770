import * as z from 'zod';
import { Hyperparameters, PresetId } from './catalog.ts';
import { LIMITS } from './limits.ts';
import { ModelFormat } from './model-format.ts';
import { operation } from './operation.ts';
import {
  DatasetId,
  Day,
  JobId,
  Month,
  Owner,
  PageQuery,
  pageOf,
  rangeOf,
  Timestamp,
  UsdMicros,
} from './values.ts';

/** What can be chosen about a run; an estimate and a job take the very same fields. */
export const runChoices = {
  datasetId: DatasetId,
  datasetVersion: z.int().positive(),
  baseModel: z.string().max(200),
  preset: PresetId.default('balanced'),
  /** Whatever differs from the preset. */
  hyperparameters: Hyperparameters.partial().default({}),
  gpuType: z.string().max(100),
  /** Above the GPUs of one machine only whole machines: `gpuCounts` of the GPU type. */
  gpuCount: z.int().min(1).max(LIMITS.gpusPerJob).default(1),
  /** What is published in the end: a merged model takes longer to store, and more storage. */
  modelFormat: ModelFormat.default('peft'),
};

const EstimatePhase = z.object({
  phase: z.enum(['starting', 'loading', 'evaluating-base', 'training', 'evaluating-tuned', 'publishing']),
  seconds: rangeOf(z.number().nonnegative()),
});
export const Budget = z.object({
  month: Month,
  limitUsdMicros: UsdMicros,
  spentUsdMicros: UsdMicros,
  heldUsdMicros: UsdMicros,
  freeUsdMicros: UsdMicros,
});
export type Budget = z.infer<typeof Budget>;

/**
 * What a run takes of each GPU, by the plan that the trainer makes itself once it has read the rows. It takes as many rows
 * at once as fit, so `neededBytes` is what it will use, not the least it could do with.
 */
const EstimatedMemory = z.object({
  neededBytes: z.int(),
  availableBytes: z.int(),
  /** A tenth is left free: for fragments, and for what the plan leaves out. */
  usableBytes: z.int(),
  fits: z.boolean(),
  /** The parts of `neededBytes`: base model, adapter with its optimizer, rows under way, CUDA or Python. */
  weightBytes: z.int(),
  /** The base model is too large for one GPU: each holds its part of it, and they send each other what they need. */
  sharded: z.boolean(),
  adapterBytes: z.int(),
  batchBytes: z.int(),
  overheadBytes: z.int(),
  /** Rows of the usual length that one GPU takes at once, and how often for each step. */
  rowsAtOnce: z.int().positive(),
  partsPerStep: z.int().positive(),
  /** Activations are computed twice instead of kept: less memory, slower. */
  recomputes: z.boolean(),
});

export const Estimate = z.object({
  trainingRows: z.int().nonnegative(),
  validationRows: z.int().nonnegative(),
  tokensPerEpoch: z.int().nonnegative(),
  /** Tokens paid for: epochs × training + evaluations × validation. */
  totalTokens: z.int().nonnegative(),
  steps: z.int().nonnegative(),
  evaluations: z.int().nonnegative(),
  tokensPerSecond: rangeOf(z.number().positive()),
  /** Where the speed comes from, in words: measured runs or a formula. */
  speedSource: z.string(),
  seconds: rangeOf(z.number().nonnegative()),
  phases: z.array(EstimatePhase),
  costUsdMicros: rangeOf(UsdMicros),
  memory: EstimatedMemory,
  price: z.object({ usdMicrosPerHour: UsdMicros, gpuCount: z.int(), pricedOn: Day, source: z.string() }),
  /** Below this no cap is accepted: loading, one checkpoint and publishing (design.md §6). */
  minimumCapUsdMicros: UsdMicros,
  suggestedCapUsdMicros: UsdMicros,
  budget: Budget,
  hyperparameters: Hyperparameters,
  /** What a person should know before starting, one sentence each. */
  remarks: z.array(z.string()),
});
export type Estimate = z.infer<typeof Estimate>;

export const estimateCost = operation({
  id: 'estimateCost',
  noun: 'costs',
  method: 'POST',
  path: '/estimates',
  summary: 'What a run would take in time, memory and money, before it costs anything.',
  body: z.strictObject(runChoices),
  success: { status: 200, body: Estimate },
  problems: [
    'dataset-not-ready',
    'dataset-archived',
    'format-not-trainable',
    'tools-not-supported',
    'base-model-unknown',
    'gpu-type-unknown',
  ],
});

/** One interval of use, append-only; never across a month's end (UTC). */
export const CostRecord = z.object({
  jobId: JobId,
  jobName: z.string(),
  attempt: z.int().positive(),
  sequence: z.int().nonnegative(),
  from: Timestamp,
  to: Timestamp,
  gpuType: z.string(),
  gpuCount: z.int().positive(),
  seconds: z.number().nonnegative(),
  usdMicrosPerHour: UsdMicros,
  pricedOn: Day,
  costUsdMicros: UsdMicros,
});
export type CostRecord = z.infer<typeof CostRecord>;
export const StoredCostRecord = CostRecord.extend({ shape: z.literal(1), owner: Owner });
export type StoredCostRecord = z.infer<typeof StoredCostRecord>;

/** `SPEND#<day>` and `BUDGET#<month>`: sums that the transactions keep, one read each. */
export const SpendRecord = z.object({
  shape: z.literal(1),
  owner: Owner,
  day: Day,
  spentUsdMicros: UsdMicros,
});
export type SpendRecord = z.infer<typeof SpendRecord>;
export const BudgetRecord = z.object({
  shape: z.literal(1),
  owner: Owner,
  month: Month,
  heldUsdMicros: z.int(),
  spentUsdMicros: UsdMicros,
  /** Held + spent, moved by the same updates: a DynamoDB condition can compare one figure but not add two. */
  committedUsdMicros: z.int(),
});
export type BudgetRecord = z.infer<typeof BudgetRecord>;

export const CostSummary = z.object({
  month: Month,
  budget: Budget,
  days: z.array(z.object({ day: Day, costUsdMicros: UsdMicros })),
  gpuTypes: z.array(z.object({ gpuType: z.string(), seconds: z.number(), costUsdMicros: UsdMicros })),
  jobs: z.array(
    z.object({
      jobId: JobId,
      name: z.string(),
      status: z.string(),
      endedAt: Timestamp.optional(),
      predictedUsdMicros: rangeOf(UsdMicros),
      capUsdMicros: UsdMicros,
      costUsdMicros: UsdMicros,
    }),
  ),
});
export type CostSummary = z.infer<typeof CostSummary>;

export const getCostSummary = operation({
  id: 'getCostSummary',
  noun: 'costs',
  method: 'GET',
  path: '/costs/summary',
  summary: 'A month by day, GPU type and job, with what was predicted beside what it cost.',
  query: z.strictObject({ month: Month.optional() }),
  success: { status: 200, body: CostSummary },
});

export const listCostRecords = operation({
  id: 'listCostRecords',
  noun: 'costs',
  method: 'GET',
  path: '/costs/records',
  summary: 'The ledger of a month, oldest first.',
  query: PageQuery.extend({ month: Month.optional(), jobId: JobId.optional() }),
  success: { status: 200, body: pageOf(CostRecord) },
});

export const exportCosts = operation({
  id: 'exportCosts',
  noun: 'costs',
  method: 'GET',
  path: '/costs/export',
  summary: 'The ledger of a month as CSV.',
  query: z.strictObject({ month: Month.optional(), jobId: JobId.optional() }),
  success: { status: 200, body: z.string(), contentType: 'text/csv; charset=utf-8' },
});

export const costOperations = [estimateCost, getCostSummary, listCostRecords, exportCosts];
