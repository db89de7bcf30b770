/** Whether a run fits, and how: the trainer's own plan (memory-plan.ts) of what is known of the run before it starts. */
import type { Hyperparameters } from '../../contracts/catalog.ts';
import type { Estimate } from '../../contracts/costs.ts';
import { type CatalogBaseModel, loraParametersPerRank } from '../catalog/base-models.ts';
import type { CatalogGpuType } from '../catalog/gpu-types.ts';
import { machinesOf } from '../catalog/machines.ts';
import { blockBytes, type MemoryDemand, type ModelShape, planRun, USABLE } from './memory-plan.ts';

/** Smaller models are trained in float32 without CUDA (trainer/brightrun_trainer/mlx_lora.py, FLOAT32_PARAMETERS). */
const FLOAT32_PARAMETERS = 50_000_000;

/** Parameters that are trained. */
export function trainableParameters(model: CatalogBaseModel, chosen: Hyperparameters): number {
  return chosen.rank * loraParametersPerRank(model, chosen.targetModules);
}

/** The widths of a base model; its head is its embedding where two of them would be more than it has. */
export function shapeOf({ architecture, hiddenSize, parameters }: CatalogBaseModel): ModelShape {
  const { layers, queryWidth, keyValueWidth, feedForward, vocabulary } = architecture;
  const blocks = layers * hiddenSize * (2 * queryWidth + 2 * keyValueWidth + 3 * feedForward);
  const tied = parameters < blocks + 2 * vocabulary * hiddenSize;
  return { ...architecture, hidden: hiddenSize, tied };
}

/** What the GPUs of a run send each other of a base model that they share out, in bf16. */
export function blockBytesOf(model: CatalogBaseModel): number {
  return blockBytes({ shape: shapeOf(model), precision: 'bfloat16' });
}

/** How a GPU type's trainer computes: torch on CUDA, else mlx (trainer: planned.py, mlx_plan.py). */
function meansOf(
  model: CatalogBaseModel,
  { accelerator, overheadBytes }: CatalogGpuType,
  { quantization, variant }: Hyperparameters,
): Pick<
  MemoryDemand,
  'precision' | 'packing' | 'chunkedLoss' | 'mayRecompute' | 'contextBytes' | 'maskBytes' | 'sharesInputs'
> {
  const onGpu = accelerator === 'cuda';
  const whole = onGpu || model.parameters >= FLOAT32_PARAMETERS ? 'bfloat16' : 'float32';
  return {
    precision: quantization === 'nf4' ? 'nf4' : whole,
    packing: onGpu,
    chunkedLoss: onGpu,
    mayRecompute: onGpu,
    contextBytes: overheadBytes,
    maskBytes: onGpu ? 1 : 4,
    sharesInputs: onGpu && variant !== 'dora',
  };
}

/**
 * What a run takes of each GPU, and how its batches are cut for that. Several GPUs share the rows of a batch; the weights
 * lie whole on each where that fits, else those of a machine share them out (docs/decisions/0033).
 */
export function memoryOf(
  model: CatalogBaseModel,
  gpuType: CatalogGpuType,
  gpuCount: number,
  chosen: Hyperparameters,
  lengths: MemoryDemand['lengths'],
): Estimate['memory'] {
  const { rank, targetModules, batchSize, dropout } = chosen;
  const availableBytes = gpuType.memoryBytes;
  const plan = planRun(
    {
      ...meansOf(model, gpuType, chosen),
      shape: shapeOf(model),
      rank,
      targetModules,
      batchSize,
      dropout,
      lengths,
      devices: gpuCount,
    },
    availableBytes,
    machinesOf(gpuType, gpuCount).gpusEach,
  );
  const { weights, gathered, adapter, activations, loss, context } = plan.use;
  return {
    neededBytes: plan.totalBytes,
    availableBytes,
    usableBytes: Math.floor(availableBytes * USABLE),
    fits: plan.fits,
    weightBytes: weights + gathered,
    sharded: plan.sharded,
    adapterBytes: adapter,
    batchBytes: activations + loss,
    overheadBytes: context,
    rowsAtOnce: plan.rowsAtOnce,
    partsPerStep: plan.partsPerStep,
    recomputes: plan.recomputes,
  };
}
