import * as z from 'zod';
import { DatasetFormat } from './dataset-format.ts';
import { operation } from './operation.ts';
import { Day, UsdMicros } from './values.ts';

export const PresetId = z.enum(['quick', 'balanced', 'quality']);
export type PresetId = z.infer<typeof PresetId>;

/** Every hyperparameter of a run, in the field's own words; all are frozen in the run spec. */
export const Hyperparameters = z.strictObject({
  rank: z.int().min(1).max(256),
  /** The update is scaled by alpha / rank, or as `variant` says. */
  alpha: z.number().positive().max(1024),
  dropout: z.number().min(0).max(0.5),
  targetModules: z.enum(['attention', 'all-linear']),
  /**
   * `rslora` scales by alpha / √rank, `dora` trains the size of each output beside its direction. Absent on jobs from
   * before it could be chosen: those are `lora`.
   */
  variant: z.enum(['lora', 'rslora', 'dora']).optional(),
  /** Of the frozen base model: `nf4` keeps its linear layers in 4 bits (QLoRA). Absent is `none`. */
  quantization: z.enum(['none', 'nf4']).optional(),
  learningRate: z.number().positive().max(0.1),
  schedule: z.enum(['cosine', 'linear', 'constant']),
  /** Share of all steps over which the learning rate rises to its full value. */
  warmupRatio: z.number().min(0).max(0.5),
  weightDecay: z.number().min(0).max(1),
  /** Gradients are scaled down to this global norm. */
  maxGradientNorm: z.number().positive().max(100),
  epochs: z.int().min(1).max(50),
  /** Rows per optimizer step. */
  batchSize: z.int().min(1).max(1024),
  /** Longer rows are cut here; at most the base model's context length. */
  maxSequenceTokens: z.int().min(16).max(131_072),
  /** Share of rows split off where the dataset brings no validation file. */
  validationFraction: z.number().min(0).max(0.5),
  evaluationsPerEpoch: z.int().min(1).max(20),
  /** Stop after so many evaluations without progress; 0 never stops early. */
  earlyStoppingPatience: z.int().min(0).max(100),
  keep: z.enum(['best', 'last']),
  seed: z.int().min(0).max(2_147_483_647),
});
export type Hyperparameters = z.infer<typeof Hyperparameters>;

export const BaseModel = z.object({
  id: z.string(),
  title: z.string(),
  family: z.enum(['llama', 'qwen', 'mistral']),
  about: z.string(),
  licence: z.string(),
  parameters: z.int().positive(),
  hiddenSize: z.int().positive(),
  contextLength: z.int().positive(),
  /** Trainable parameters for each unit of rank, all linear layers (facts.md §5). */
  loraParametersPerRank: z.int().positive(),
  weightBytes: z.int().positive(),
  /** Whether its chat template writes tool calls and their results; rows with them are refused where it does not. */
  knowsTools: z.boolean().optional(),
  /** Whether the trainer knows how llama.cpp reads it: only then it can be published as GGUF. */
  fitsLlamaCpp: z.boolean().optional(),
  /** Where the weights come from; a hub revision is pinned. */
  source: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('packaged'), revision: z.string() }),
    z.object({ kind: z.literal('hub'), repository: z.string(), revision: z.string() }),
  ]),
});
export type BaseModel = z.infer<typeof BaseModel>;

export const GpuType = z.object({
  id: z.string(),
  title: z.string(),
  accelerator: z.enum(['cpu', 'cuda']),
  memoryBytes: z.int().positive(),
  usdMicrosPerHour: UsdMicros,
  pricedOn: Day,
  priceSource: z.string(),
  /** So many a machine has; a run of more is spread over several machines, each whole. */
  gpusPerMachine: z.int().positive(),
  /** How many of them a job may well take; up to one machine any number is accepted. */
  gpuCounts: z.array(z.int().positive()).min(1),
});
export type GpuType = z.infer<typeof GpuType>;

export const Preset = z.object({
  id: PresetId,
  title: z.string(),
  /** Why one would take it, in a sentence. */
  reason: z.string(),
  /** For this base model: the learning rate depends on its width (facts.md §5). */
  hyperparameters: Hyperparameters,
});
export type Preset = z.infer<typeof Preset>;

export const listBaseModels = operation({
  id: 'listBaseModels',
  noun: 'catalog',
  method: 'GET',
  path: '/base-models',
  summary: 'The base models that can be tuned here.',
  success: { status: 200, body: z.object({ items: z.array(BaseModel) }) },
});

export const listGpuTypes = operation({
  id: 'listGpuTypes',
  noun: 'catalog',
  method: 'GET',
  path: '/gpu-types',
  summary: 'The GPU types of this installation with their dated prices.',
  success: { status: 200, body: z.object({ items: z.array(GpuType) }) },
});

export const listPresets = operation({
  id: 'listPresets',
  noun: 'catalog',
  method: 'GET',
  path: '/presets',
  summary:
    'Three presets with their reasons, worked out for one base model and, where given, one form of rows.',
  query: z.strictObject({ baseModel: z.string().max(200), format: DatasetFormat.optional() }),
  success: { status: 200, body: z.object({ items: z.array(Preset) }) },
  problems: ['base-model-unknown'],
});

export const catalogOperations = [listBaseModels, listGpuTypes, listPresets];
