import { describe, expect, test } from '@jest/globals';
import { ModelFormat } from '../../contracts/model-format.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { BASE_MODELS } from '../../lambdas/catalog/base-models.ts';
import { assertFormatKnown, assertProofFits } from '../../lambdas/catalog/published-formats.ts';

const base = { title: 'Gemma 4', fitsLlamaCpp: false };
const refusal = (...asked: Parameters<typeof assertFormatKnown>) => {
  try {
    assertFormatKnown(...asked);
    return undefined;
  } catch (error) {
    return error instanceof ProblemError ? error : undefined;
  }
};

describe('a base model of a family that the trainer cannot write for llama.cpp', () => {
  test.each(['gguf', 'gguf-q8_0'] as const)('is refused as %s, with its name and what to take', (format) => {
    expect(refusal(base, format)).toMatchObject({
      code: 'invalid-request',
      issues: [
        { path: 'modelFormat', message: expect.stringMatching(/^Gemma 4 .*llama\.cpp.*merged-safetensors$/) },
      ],
    });
  });

  test.each(['peft', 'peft-bf16', 'merged-safetensors'] as const)('comes as %s', (format) => {
    expect(refusal(base, format)).toBeUndefined();
  });
});

test('what the catalog has can be had in every format', () => {
  for (const model of BASE_MODELS)
    for (const format of ModelFormat.options) expect(refusal(model, format)).toBeUndefined();
});

describe('a run in 4 bits whose whole model exceeds a GPU', () => {
  const large = { title: 'Llama 3.3 70B', weightBytes: 141_107_412_992 };
  const gpu = (memoryBytes: number) => ({ title: 'H100', memoryBytes });
  const asked = (format: ModelFormat, quantization: 'nf4' | 'none', memoryBytes = 80e9) => {
    try {
      assertProofFits(large, gpu(memoryBytes), { quantization }, format);
      return undefined;
    } catch (error) {
      return error instanceof ProblemError ? error : undefined;
    }
  };

  test.each(['merged-safetensors', 'gguf', 'gguf-q8_0'] as const)(
    'is refused as %s before it costs anything, with both figures',
    (format) => {
      expect(asked(format, 'nf4')?.issues).toMatchObject([
        { path: 'modelFormat', message: expect.stringMatching(/141 GB.*80 GB of one H100.*peft/) },
      ]);
    },
  );

  test('comes as an adapter, and whole where a GPU has room for it or shares it out', () => {
    expect(asked('peft', 'nf4')).toBeUndefined();
    expect(asked('gguf', 'nf4', 288e9)).toBeUndefined();
    expect(asked('merged-safetensors', 'none')).toBeUndefined();
  });
});
