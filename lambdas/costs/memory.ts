/** Whether a run fits: the formula of facts.md §5 with this trainer's precisions. */
import type { Hyperparameters } from '../../contracts/catalog.ts';
import { type CatalogBaseModel, loraParametersPerRank } from '../catalog/base-models.ts';
import type { CatalogGpuType } from '../catalog/gpu-types.ts';

/** Adapter in float32 with its gradient and AdamW's two moments: 4 × 4 bytes for each trainable parameter. */
const BYTES_PER_TRAINABLE_PARAMETER = 16;
/** A batch is worked through in parts of at most so many padded tokens (trainer: MICRO_BATCH_TOKENS). */
export const TOKENS_AT_ONCE = 16_384;
/** Inputs of each layer are kept in bf16; within the layer that is recomputed about 34 bytes a token and width. */
const BYTES_PER_LAYER_INPUT = 2;
const BYTES_WITHIN_A_LAYER = 34;
/** What 4-bit weights save of the whole: embedding, norms and the constants of each block stay (facts.md §5). */
const NF4_SHRINKS_WEIGHTS_BY = 3.2;
/** Logits in bf16 and once more in float32 for the loss. */
const BYTES_PER_LOGIT = 6;

/** Parameters that are trained. */
export function trainableParameters(model: CatalogBaseModel, chosen: Hyperparameters): number {
  return chosen.rank * loraParametersPerRank(model, chosen.targetModules);
}

/**
 * Bytes that a run needs on each GPU, and that one has. Several GPUs share the rows of a batch; the weights lie whole on
 * each (docs/decisions/0025), so that a base that exceeds one GPU fits on no number of them.
 */
export function memoryOf(
  model: CatalogBaseModel,
  gpuType: CatalogGpuType,
  gpuCount: number,
  chosen: Hyperparameters,
): { neededBytes: number; availableBytes: number; fits: boolean } {
  const rows = Math.ceil(chosen.batchSize / gpuCount);
  const tokens = Math.min(
    rows * chosen.maxSequenceTokens,
    Math.max(TOKENS_AT_ONCE, chosen.maxSequenceTokens),
  );
  const { layers, vocabulary } = model.architecture;
  const activations =
    tokens *
    (layers * model.hiddenSize * BYTES_PER_LAYER_INPUT +
      model.hiddenSize * BYTES_WITHIN_A_LAYER +
      vocabulary * BYTES_PER_LOGIT);
  const neededBytes = Math.ceil(
    (chosen.quantization === 'nf4' ? model.weightBytes / NF4_SHRINKS_WEIGHTS_BY : model.weightBytes) +
      trainableParameters(model, chosen) * BYTES_PER_TRAINABLE_PARAMETER +
      activations +
      gpuType.overheadBytes,
  );
  const availableBytes = gpuType.memoryBytes;
  return { neededBytes, availableBytes, fits: neededBytes <= availableBytes };
}
