/** By itself, so that an estimate names a format without carrying all of what a model is. */
import * as z from 'zod';

/**
 * In which form a finished model is published; one a job (docs/decisions/0024). `peft`: the adapter in float32, as it
 * was trained. `peft-bf16`: the same in half the bytes, rounded. `merged-safetensors`: the whole model with the adapter
 * added to its weights, in the base model's own number format, cut into files below `LIMITS.modelFileBytes`.
 */
export const ModelFormat = z.enum(['peft', 'peft-bf16', 'merged-safetensors'], {
  error: ({ input }) =>
    input === 'gguf'
      ? 'GGUF is not offered: take merged-safetensors and convert it with llama.cpp’s own convert_hf_to_gguf.py'
      : 'peft, peft-bf16 or merged-safetensors',
});
export type ModelFormat = z.infer<typeof ModelFormat>;
