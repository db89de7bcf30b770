/** How quickly a base model trains on a GPU type: runs that were measured, else a formula, and which of the two. */
import type { Hyperparameters } from '../../contracts/catalog.ts';
import type { CatalogBaseModel } from '../catalog/base-models.ts';
import type { CatalogGpuType } from '../catalog/gpu-types.ts';

export interface Range {
  low: number;
  expected: number;
  high: number;
}

/** A step takes `secondsPerStep` whatever is in it, and then its tokens. */
export interface Speed {
  /** Tokens a second of all GPUs together, were a step nothing but tokens. */
  tokensPerSecond: Range;
  secondsPerStep: number;
  secondsPerGeneratedToken: number;
  /** To put a shared-out base model together once, block by block; 0 where each GPU holds the whole. */
  secondsPerPass: number;
  /** In words for a person. */
  source: string;
}

/** LoRA costs 2N forward and 2N back through the activations for each token (facts.md §6). */
const FLOPS_PER_PARAMETER_AND_TOKEN = 4;
/** Share of the data sheet's speed that A100 and H100 reach; all four published rows of facts.md §6 lie inside. */
const UTILISATION: Range = { low: 0.3, expected: 0.37, high: 0.45 };
/** Rows are padded to the longest of their batch, not packed: up to 3.4 times slower (facts.md §6), half as a rule. */
const PADDING_LOW = 0.5;
/** 1 → 2 → 4 GPUs gave 1.78 and 3.34 times (facts.md §6): n^0.85 gives 1.80 and 3.25. */
const SCALING_EXPONENT = 0.85;
/** Launching the kernels of a step and its optimizer on a GPU; an assumption until a cluster was measured. */
const GPU_SECONDS_PER_STEP = 0.1;
/** A token is generated at the pace at which the weights can be read: 1.5 TB/s, and 20 ms for the rest. */
const GENERATION_BYTES_PER_SECOND = 1.5e12;
const GENERATION_SECONDS = 0.02;
/**
 * What a GPU receives from the others while they put a block together: a third of what an A100's NVLink carries in one
 * direction (300 GB/s by its data sheet; H100 450, B200 900). An assumption until a cluster was measured; over PCIe alone
 * it is a fifth of that.
 */
const GATHER_BYTES_PER_SECOND = 1e11;
/** Two cores with mlx: 1,500 tokens a second × 4 × 836,736 parameters ÷ the share that is reached. */
const CPU_FLOPS = 1.4e10;

/** 4-bit weights are unpacked for each product: QLoRA ÷ LoRA (facts.md §6). */
const NF4_PACE: Range = { low: 0.64, expected: 0.8, high: 0.98 };
/** DoRA takes the norm of each adapted weight at each pass; an assumption until a cluster was measured. */
const DORA_PACE: Range = { low: 0.4, expected: 0.6, high: 0.9 };

/**
 * A quarter of 100 Gbit/s, what machines with eight such GPUs have at least, over plain sockets; with RDMA (EFA) they
 * have 400 to 3,200. An assumption until one was measured.
 */
const EXCHANGE_BYTES_PER_SECOND = 3e9;

interface MeasuredRun {
  baseModel: string;
  gpuType: string;
  gpuCount: number;
  tokensPerSecond: Range;
  secondsPerStep?: number;
  secondsPerGeneratedToken?: number;
  source: string;
}

/** Runs that were measured, by whom; a range where several were, ±15 % around a single published figure. */
export const MEASURED_RUNS: readonly MeasuredRun[] = [
  {
    baseModel: 'brightrun/tiny-base',
    gpuType: 'cpu-2',
    gpuCount: 1,
    // trainer/EXPERIMENTS.md: 1,030–1,570 tokens a second in its steps; 330 were seen on cores that others used too.
    tokensPerSecond: { low: 300, expected: 1500, high: 2400 },
    secondsPerStep: 0.02,
    secondsPerGeneratedToken: 0.01,
    source: 'measured on two cores with this trainer',
  },
  {
    baseModel: 'meta-llama/Llama-3.1-8B-Instruct',
    gpuType: 'nvidia-h100-80gb',
    gpuCount: 1,
    tokensPerSecond: { low: 12_473 * 0.85, expected: 12_473, high: 12_473 * 1.15 },
    source: 'published: Llama 3 8B LoRA on one H100 (NVIDIA NeMo Automodel)',
  },
  {
    baseModel: 'meta-llama/Llama-3.1-70B-Instruct',
    gpuType: 'nvidia-h100-80gb',
    gpuCount: 8,
    tokensPerSecond: { low: 8 * 1092 * 0.85, expected: 8 * 1092, high: 8 * 1092 * 1.15 },
    source: 'published: Llama 3 70B LoRA on eight H100 (NVIDIA NeMo Automodel)',
  },
];

const scaled = (range: Range, factor: number): Range => ({
  low: range.low * factor,
  expected: range.expected * factor,
  high: range.high * factor,
});

/** `MFU · peak / (4N)` for each GPU, times what several GPUs are worth. */
function byFormula(model: CatalogBaseModel, peakFlops: number, gpuCount: number): Range {
  const perSecond = peakFlops / (FLOPS_PER_PARAMETER_AND_TOKEN * model.parameters);
  return scaled(UTILISATION, perSecond * gpuCount ** SCALING_EXPONENT);
}

/**
 * The same speed where the GPUs of a machine share out the base model: for each pass through it, there and back, a GPU receives the
 * (n − 1)/n of the blocks that the others hold. Of a 70B on eight GPUs that is 137 GB × 7/8 = 120 GB, 1.2 s; and it is
 * received for each token of an answer. Added in full, though most of it goes on while the GPU computes: a part of 16,384
 * tokens takes it 12 s.
 */
export function sharedOut(speed: Speed, blockBytes: number, gpuCount: number): Speed {
  const seconds = (blockBytes * (gpuCount - 1)) / gpuCount / GATHER_BYTES_PER_SECOND;
  return {
    ...speed,
    secondsPerPass: seconds,
    secondsPerGeneratedToken: speed.secondsPerGeneratedToken + seconds,
    source: `${speed.source}; the base model is put together from all GPUs for each pass`,
  };
}

/** The same speed for a run whose way of training is slower than plain LoRA. */
export function pacedBy(
  speed: Speed,
  { variant, quantization }: Pick<Hyperparameters, 'variant' | 'quantization'>,
): Speed {
  const paces = [...(quantization === 'nf4' ? [NF4_PACE] : []), ...(variant === 'dora' ? [DORA_PACE] : [])];
  const { low, expected, high } = speed.tokensPerSecond;
  const factor = (end: keyof Range) => paces.reduce((product, pace) => product * pace[end], 1);
  return {
    ...speed,
    tokensPerSecond: {
      low: low * factor('low'),
      expected: expected * factor('expected'),
      high: high * factor('high'),
    },
  };
}

/**
 * The same speed over several machines, whose GPUs add up the adapter's gradients once a step: float32, there and back.
 * Rank 16 on an 8B is 42 M × 4 bytes × 2 = 336 MB, 0.11 s of each step; between the GPUs of one machine it is 1 ms.
 */
export function exchanging(speed: Speed, trainableParameters: number, machines: number): Speed {
  if (machines === 1) return speed;
  const seconds = (2 * 4 * trainableParameters) / EXCHANGE_BYTES_PER_SECOND;
  return { ...speed, secondsPerStep: speed.secondsPerStep + seconds };
}

/** The speed to plan with. A measured run of another count of GPUs is scaled, and says so. */
export function speedOf(model: CatalogBaseModel, gpuType: CatalogGpuType, gpuCount: number): Speed {
  const generation = GENERATION_SECONDS + model.weightBytes / GENERATION_BYTES_PER_SECOND;
  const measured = MEASURED_RUNS.find((run) => run.baseModel === model.id && run.gpuType === gpuType.id);
  if (measured) {
    const factor = (gpuCount / measured.gpuCount) ** SCALING_EXPONENT;
    const range = scaled(measured.tokensPerSecond, factor);
    return {
      tokensPerSecond: gpuType.accelerator === 'cuda' ? { ...range, low: range.low * PADDING_LOW } : range,
      secondsPerStep: measured.secondsPerStep ?? GPU_SECONDS_PER_STEP,
      secondsPerGeneratedToken: measured.secondsPerGeneratedToken ?? generation,
      secondsPerPass: 0,
      source: gpuCount === measured.gpuCount ? measured.source : `${measured.source}, scaled to ${gpuCount}`,
    };
  }
  const range = byFormula(model, gpuType.peakFlops ?? CPU_FLOPS, gpuCount);
  return {
    tokensPerSecond: { ...range, low: range.low * PADDING_LOW },
    secondsPerStep: GPU_SECONDS_PER_STEP,
    secondsPerGeneratedToken: generation,
    secondsPerPass: 0,
    source: 'a formula: 30 to 45 % of the peak speed, four operations for each parameter and token',
  };
}
