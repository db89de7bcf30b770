import { describe, expect, test } from '@jest/globals';
import { ModelFormat } from '../../contracts/model-format.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { BASE_MODELS } from '../../lambdas/catalog/base-models.ts';
import { assertFormatKnown } from '../../lambdas/catalog/published-formats.ts';

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
