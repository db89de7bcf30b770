import { describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../contracts/limits.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { GPU_TYPES, toPublicGpuType } from '../../lambdas/catalog/gpu-types.ts';
import { assertGpuCount, machinesOf } from '../../lambdas/catalog/machines.ts';

const h100 = GPU_TYPES.find(({ id }) => id === 'nvidia-h100-80gb')!;
const cpu = GPU_TYPES.find(({ id }) => id === 'cpu-2')!;

function refusal(type: typeof h100, count: number): string | undefined {
  try {
    assertGpuCount(type, count);
  } catch (error) {
    if (error instanceof ProblemError) return error.issues?.[0]?.message;
    throw error;
  }
  return undefined;
}

describe('the GPUs of a job', () => {
  test('are those of one machine up to eight, and of whole machines above', () => {
    expect([1, 3, 8].map((count) => machinesOf(h100, count))).toEqual([
      { machines: 1, gpusEach: 1 },
      { machines: 1, gpusEach: 3 },
      { machines: 1, gpusEach: 8 },
    ]);
    expect(machinesOf(h100, 24)).toEqual({ machines: 3, gpusEach: 8 });
  });

  test('are refused where a part of a further machine would be paid for, and beyond what a job may take', () => {
    for (const count of [1, 3, 8, 16, 24, 32]) expect(refusal(h100, count)).toBeUndefined();
    expect(refusal(h100, 12)).toBe(
      'A machine has 8 of NVIDIA H100 80 GB; beyond one they are taken whole: 16 or 32',
    );
    expect(refusal(h100, 40)).toBe('A job takes at most 32 of NVIDIA H100 80 GB');
    expect(refusal(cpu, 16)).toBe('A job takes at most 8 of Two CPU cores');
  });

  test('are offered as numbers that are accepted, up to the contract’s limit', () => {
    expect(toPublicGpuType(h100).gpuCounts).toEqual([1, 2, 4, 8, 16, 32]);
    expect(toPublicGpuType(cpu).gpuCounts).toEqual([1]);
    for (const type of GPU_TYPES) {
      const { gpuCounts } = toPublicGpuType(type);
      for (const count of gpuCounts) expect(refusal(type, count)).toBeUndefined();
      expect(gpuCounts.at(-1)).toBeLessThanOrEqual(LIMITS.gpusPerJob);
    }
  });
});
