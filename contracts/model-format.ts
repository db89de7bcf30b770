/** By itself, so that an estimate names a format without carrying all of what a model is. */
import * as z from 'zod';

/**
 * In which form a finished model is published; one a job (docs/decisions/0024). `peft`: the adapter in float32, as it
 * was trained. `peft-bf16`: the same in half the bytes, rounded. `merged-safetensors`: the whole model with the adapter
 * added to its weights, in the base model's own number format, cut into files below `LIMITS.modelFileBytes`. `gguf`: the
 * same as llama.cpp and what is built on it read it; `gguf-q8_0`: rounded to 8.5 bits a weight.
 */
const MODEL_FORMATS = ['peft', 'peft-bf16', 'merged-safetensors', 'gguf', 'gguf-q8_0'] as const;
export const ModelFormat = z.enum(MODEL_FORMATS, {
  error: ({ input }) =>
    typeof input === 'string' && /gguf|^q\d/i.test(input)
      ? 'Of GGUF there are gguf, in the base model’s own number format, and gguf-q8_0; llama.cpp’s llama-quantize makes smaller ones of gguf'
      : 'peft, peft-bf16, merged-safetensors, gguf or gguf-q8_0',
});
export type ModelFormat = z.infer<typeof ModelFormat>;

/** Those that hold the whole model, and not the adapter alone. */
export const isWholeModel = (format: ModelFormat): boolean => !format.startsWith('peft');
export const isGguf = (format: ModelFormat): boolean => format.startsWith('gguf');
