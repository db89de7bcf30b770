/** In which formats a base model's tuned model can be had. */
import type { Hyperparameters } from '../../contracts/catalog.ts';
import { isGguf, isWholeModel, type ModelFormat } from '../../contracts/model-format.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type { CatalogBaseModel } from './base-models.ts';
import type { CatalogGpuType } from './gpu-types.ts';

/** Throws `invalid-request` beside the field, before anything is held. The trainer looks again, at the weights themselves. */
export function assertFormatKnown(
  { title, fitsLlamaCpp }: Pick<CatalogBaseModel, 'title' | 'fitsLlamaCpp'>,
  format: ModelFormat,
): void {
  if (!isGguf(format) || fitsLlamaCpp) return;
  throw new ProblemError('invalid-request', undefined, [
    {
      path: 'modelFormat',
      message: `${title} cannot be published as GGUF: the trainer does not know how llama.cpp reads its family. Take merged-safetensors`,
    },
  ]);
}

/**
 * Throws `invalid-request` beside the field where a run fits in 4 bits and the whole model that it would publish does not:
 * the model is loaded for its proof as it is published, on one GPU (trainer: load.py). A 70B takes 40 GB and 141 GB.
 */
export function assertProofFits(
  { title, weightBytes }: Pick<CatalogBaseModel, 'title' | 'weightBytes'>,
  gpuType: Pick<CatalogGpuType, 'title' | 'memoryBytes'>,
  { quantization }: Pick<Hyperparameters, 'quantization'>,
  format: ModelFormat,
): void {
  if (quantization !== 'nf4' || !isWholeModel(format) || weightBytes <= gpuType.memoryBytes) return;
  throw new ProblemError('invalid-request', undefined, [
    {
      path: 'modelFormat',
      message: `${title} trains in 4 bits, but as a whole model it takes ${gigabytes(weightBytes)} to be proven, more than the ${gigabytes(gpuType.memoryBytes)} of one ${gpuType.title}. Take peft, and merge it where there is room`,
    },
  ]);
}

const gigabytes = (bytes: number) => `${Math.round(bytes / 1e9)} GB`;
