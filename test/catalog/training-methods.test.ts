/** A job never promises a way of training that the trainer of its GPU type does not know. */
import { describe, expect, test } from '@jest/globals';
import { assertMethodKnown } from '../../lambdas/catalog/training-methods.ts';
import { ProblemError } from '../../contracts/problems.ts';

const cpu = { accelerator: 'cpu', title: 'Two CPU cores' } as const;
const gpu = { accelerator: 'cuda', title: 'One H100' } as const;

/** The paths of what was refused as `invalid-request`; anything else that is thrown is no refusal. */
function refusedFields(...asked: Parameters<typeof assertMethodKnown>): string[] {
  try {
    assertMethodKnown(...asked);
    return [];
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'invalid-request') throw error;
    return (error.issues ?? []).map((issue) => issue.path);
  }
}

describe('without CUDA', () => {
  test.each([{}, { variant: 'lora' }, { variant: 'rslora', quantization: 'none' }] as const)(
    '%j trains',
    (chosen) => {
      expect(refusedFields(cpu, chosen)).toEqual([]);
    },
  );

  test('DoRA and 4-bit weights are refused beside their fields', () => {
    expect(refusedFields(cpu, { variant: 'dora', quantization: 'nf4' })).toEqual([
      'hyperparameters.variant',
      'hyperparameters.quantization',
    ]);
  });
});

test('on CUDA every way is known', () => {
  expect(refusedFields(gpu, { variant: 'dora', quantization: 'nf4' })).toEqual([]);
});
