/** In which formats a base model's tuned model can be had. */
import { isGguf, type ModelFormat } from '../../contracts/model-format.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type { CatalogBaseModel } from './base-models.ts';

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
