/** What a run is told to do, frozen when it is prepared, and what it must leave behind. */
import * as z from 'zod';
import { BaseModel, GpuType, Hyperparameters } from './catalog.ts';
import { DatasetFormat } from './dataset-format.ts';
import { ModelFormat } from './model-format.ts';
import { CompositeSha256, JobId, Sha256Hex, Timestamp, UsdMicros } from './values.ts';

/** A file to fetch: a fresh presigned GET, valid until `expiresAt`; ask `GET /runs/current` for new ones. */
export const FileToFetch = z.object({
  /** Relative, as in `optimizer.safetensors`. */
  path: z.string(),
  url: z.url(),
  bytes: z.int().nonnegative(),
  sha256: Sha256Hex,
  expiresAt: Timestamp,
});
export type FileToFetch = z.infer<typeof FileToFetch>;

const SamplePrompt = z.object({
  messages: z.array(z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })),
  /** The answer that stands in the validation row, where there is one. */
  reference: z.string().optional(),
});

/** The frozen part: written once by `prepare-run`, byte-identical for every attempt of a job. */
export const FrozenRunSpec = z.object({
  shape: z.literal(1),
  jobId: JobId,
  jobName: z.string(),
  baseModel: BaseModel,
  dataset: z.object({
    format: DatasetFormat,
    rows: z.int(),
    data: z.object({ key: z.string(), versionId: z.string(), bytes: z.int(), sha256: Sha256Hex }),
    validation: z
      .object({ key: z.string(), versionId: z.string(), bytes: z.int(), sha256: Sha256Hex })
      .optional(),
  }),
  hyperparameters: Hyperparameters,
  gpuType: z.string(),
  gpuCount: z.int().positive(),
  /** `cuda` is paid for by the GPU, and a run that sees fewer ends. Absent in specs from before it was told. */
  accelerator: GpuType.shape.accelerator.optional(),
  /** Absent in specs from before it could be chosen: those publish `peft`. */
  modelFormat: ModelFormat.optional(),
  /** How many prompts of the validation rows are answered before and after. */
  samplePrompts: z.int().min(0).max(20),
  sampleMaxTokens: z.int().min(1).max(2048),
  preparedAt: Timestamp,
});
export type FrozenRunSpec = z.infer<typeof FrozenRunSpec>;

/**
 * When the trainer lands by itself, even when nobody answers (docs/decisions/0018). The two spans count from this
 * answer, and are what a trainer obeys: its own clock may be an hour off (fault 39). Null where nothing is paid.
 */
export const landing = {
  landBy: Timestamp.nullable(),
  landInSeconds: z.number().nullable(),
  /** Until the cap is spent: a run that has measured its landing subtracts that from here. */
  capInSeconds: z.number().nullable(),
};

/**
 * What the trainer asks of the cluster beside the machine that it was started on, in the environment variable
 * `BRIGHTRUN_MACHINES`: it needs to know before it claims, because from the claim on a run is paid for.
 */
export const FurtherMachines = z.strictObject({
  further: z.int().positive(),
  /** Of each machine, by Ray's names. */
  each: z.strictObject({ CPU: z.number(), GPU: z.number(), memory: z.number() }),
});
export type FurtherMachines = z.infer<typeof FurtherMachines>;

/** What `GET /runs/current` answers: the frozen spec and what is true now for this attempt. */
export const RunSpec = z.object({
  spec: FrozenRunSpec,
  attempt: z.int().positive(),
  files: z.object({ data: FileToFetch, validation: FileToFetch.optional() }),
  /** Go on from here instead of step 0: every file of the newest complete checkpoint. */
  resume: z
    .object({
      attempt: z.int(),
      step: z.int(),
      files: z.array(FileToFetch),
      /** Of another job, where this one continues it: then it must not begin anew without its checkpoint. */
      jobId: JobId.optional(),
    })
    .nullable(),
  ...landing,
  capUsdMicros: UsdMicros,
  usdMicrosPerHour: UsdMicros,
});
export type RunSpec = z.infer<typeof RunSpec>;

/** A file that was uploaded, as both its checksums: for people, and for S3. */
export const ManifestFile = z.object({
  path: z.string().regex(/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/),
  bytes: z.int().nonnegative(),
  sha256: Sha256Hex,
  partBytes: z.int().positive(),
  compositeSha256: CompositeSha256,
  versionId: z.string(),
});
export type ManifestFile = z.infer<typeof ManifestFile>;

/** A mean with its 95 % interval. */
const Interval = z.object({ mean: z.number(), low: z.number(), high: z.number() });
/** Mean loss per trained token over the validation rows, nats, and what follows from it. */
const EvaluationScore = z.object({
  loss: z.number(),
  perplexity: z.number(),
  /** Share of trained tokens that the model ranks first. */
  tokenAccuracy: z.number().min(0).max(1),
});
export const Evaluation = z.object({
  /**
   * What the figures are of: absent or `answers`, each token of the held-out answers; `preferences`, each held-out pair:
   * `loss` is DPO's, ln 2 for the base, and `tokenAccuracy` the share in which tuning moved the model towards the chosen
   * answer, 0 for the base.
   */
  objective: z.enum(['answers', 'preferences']).optional(),
  rows: z.int().nonnegative(),
  tokens: z.int().nonnegative(),
  base: EvaluationScore,
  tuned: EvaluationScore,
  /** Tuned minus base loss: mean and 95 % interval of a bootstrap over rows; negative is better. */
  difference: Interval,
  /** Tuned minus base share of tokens ranked first, by the same bootstrap; positive is better. Absent on older models. */
  accuracyDifference: Interval.optional(),
});
export type Evaluation = z.infer<typeof Evaluation>;

export const Sample = z.object({
  messages: SamplePrompt.shape.messages,
  reference: z.string().optional(),
  base: z.string(),
  tuned: z.string(),
});
export type Sample = z.infer<typeof Sample>;

/** Short questions of our own with a right choice among several, asked before and after: what tuning cost elsewhere. */
export const Canaries = z.object({
  items: z.int().positive(),
  /** Right by guessing alone. */
  chance: z.number().min(0).max(1),
  base: z.int().nonnegative(),
  tuned: z.int().nonnegative(),
  /** Wrong before and right after, and the other way round. */
  gained: z.int().nonnegative(),
  lost: z.int().nonnegative(),
  groups: z.array(
    z.object({
      name: z.string(),
      items: z.int().positive(),
      base: z.int().nonnegative(),
      tuned: z.int().nonnegative(),
    }),
  ),
});

/** What the model says word by word as its training rows do. */
export const Memorisation = z.object({
  /** Training rows whose answers were asked for, and how many of them the model completes to the last token. */
  trainingRows: z.int().nonnegative(),
  base: z.int().nonnegative(),
  tuned: z.int().nonnegative(),
  /** The same of held-out rows: what a model knows without having learned the row by heart. */
  heldOutRows: z.int().nonnegative(),
  heldOutTuned: z.int().nonnegative(),
  /** Answers to held-out prompts, and how many of them repeat a run of `runWords` words or more from a training answer. */
  answers: z.int().nonnegative(),
  answersRepeating: z.int().nonnegative(),
  runWords: z.int().positive(),
  longestRunWords: z.int().nonnegative(),
});

/** The published files, loaded afresh, against the model as it was trained: on the frozen prompts with their answers. */
export const ExportProof = z.object({
  prompts: z.int().positive(),
  tokens: z.int().positive(),
  maxLogitDrift: z.number().nonnegative(),
  meanLogitDrift: z.number().nonnegative(),
  /** Answers that come out the same, token by token. */
  sameAnswers: z.int().nonnegative(),
  /** The published tokenizer writes every prompt as the base model's does; anything else is refused. */
  templateEqual: z.literal(true),
});

/** How a run was fitted into memory; `peakMemoryBytes` beside it is what was measured. */
const MemoryFacts = z.object({
  /** Most tokens that went through the model at once, at the end of the run. */
  tokensAtOnce: z.int().positive(),
  /** Rows of the usual length at once, and how often a step: together the batch that was asked for. */
  microBatch: z.int().positive(),
  accumulation: z.int().positive(),
  checkpointing: z.boolean(),
  packing: z.boolean(),
  plannedBytes: z.int().nonnegative(),
  availableBytes: z.int().nonnegative(),
  /** How often the memory ran out and half as much was taken. */
  halvings: z.int().nonnegative(),
});

export const TrainingFacts = z.object({
  backend: z.enum(['mlx_lora', 'peft_lora']),
  steps: z.int().nonnegative(),
  totalSteps: z.int().nonnegative(),
  /** The step whose adapter was kept. */
  keptStep: z.int().nonnegative(),
  epochs: z.number().nonnegative(),
  trainingRows: z.int(),
  validationRows: z.int(),
  /** How validation rows came about, in the manifest because the gain stands on it. */
  validationSource: z.enum(['file', 'split', 'none']),
  trainedTokens: z.int(),
  processedTokens: z.int(),
  rowsCut: z.int(),
  rowsSkipped: z.int(),
  trainableParameters: z.int(),
  seconds: z.number(),
  tokensPerSecond: z.number(),
  peakMemoryBytes: z.int(),
  stopReason: z.enum(['completed', 'early-stopping', 'budget', 'kept-by-user']),
  /** Seconds of each phase, so that estimates can learn. */
  phases: z.record(z.string(), z.number()),
  /** Processes that shared each batch, one a GPU. Absent on older models, as the two below. */
  processes: z.int().positive().optional(),
  /** Absent where the base model is of a form that the plan does not know. */
  memory: MemoryFacts.optional(),
  /** MFU: operations that the model needs, over those that the GPUs could do; only where their peak is known. */
  modelFlopsUtilisation: z.number().nonnegative().optional(),
});
export type TrainingFacts = z.infer<typeof TrainingFacts>;

/** Absent on older models, and where what was left of the cap did not pay for them. */
export const measures = {
  canaries: Canaries.optional(),
  memorisation: Memorisation.optional(),
  exportProof: ExportProof.optional(),
};

/** Written last: with it the model is whole, without it there is none (I7). */
export const ModelManifest = z.object({
  shape: z.literal(1),
  jobId: JobId,
  attempt: z.int().positive(),
  createdAt: Timestamp,
  format: ModelFormat,
  baseModel: z.object({ id: z.string(), revision: z.string() }),
  files: z.array(ManifestFile).min(1),
  training: TrainingFacts,
  /** Absent where too few rows could be held out: then a gain cannot be proven. */
  evaluation: Evaluation.nullable(),
  samples: z.array(Sample),
  datasetSha256: Sha256Hex,
  ...measures,
});
export type ModelManifest = z.infer<typeof ModelManifest>;

/** Of a checkpoint: also written last. */
export const CheckpointManifest = z.object({
  shape: z.literal(1),
  jobId: JobId,
  attempt: z.int().positive(),
  step: z.int().nonnegative(),
  createdAt: Timestamp,
  files: z.array(ManifestFile).min(1),
});
export type CheckpointManifest = z.infer<typeof CheckpointManifest>;
