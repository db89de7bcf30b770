/** The estimate plans memory as the trainer does: one truth in two languages, held together by one file. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { BASE_MODELS } from '../../lambdas/catalog/base-models.ts';
import { shapeOf } from '../../lambdas/costs/memory.ts';
import { type MemoryDemand, type MemoryPlan, planRun } from '../../lambdas/costs/memory-plan.ts';

interface Case extends Pick<
  MemoryDemand,
  'precision' | 'rank' | 'targetModules' | 'dropout' | 'batchSize' | 'devices'
> {
  model: string;
  availableBytes: number;
  lengths: [number, number][];
  /** None where the trainer refuses the run. */
  plan: Omit<MemoryPlan, 'use'> | null;
}
const CASES = readFileSync(new URL('memory-plans.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Case);

describe('a memory plan', () => {
  test('is the trainer’s, to the byte, for every run of memory-plans.jsonl', () => {
    expect(CASES.length).toBeGreaterThan(50);
    const kinds = new Set(CASES.map(({ plan }) => plan && `${plan.recomputes} ${plan.fits} ${plan.sharded}`));
    expect(kinds.size).toBe(8);
    for (const { model, lengths, availableBytes, plan, ...chosen } of CASES) {
      const onGpu = chosen.precision !== 'float32';
      const made = planRun(
        {
          ...chosen,
          shape: shapeOf(BASE_MODELS.find(({ id }) => id === model)!),
          lengths: lengths.map(([length, rows]) => ({ length, rows })),
          packing: onGpu,
          chunkedLoss: onGpu,
          mayRecompute: onGpu,
          contextBytes: onGpu ? 1.4e9 : 0,
          maskBytes: onGpu ? 1 : 4,
          sharesInputs: onGpu,
        },
        availableBytes,
        Math.min(chosen.devices, 8),
      );
      const { use: _use, ...told } = made;
      const asked = { model, ...chosen, lengths };
      expect({ ...asked, ...told }).toEqual({ ...asked, ...(plan ?? { ...told, fits: false }) });
    }
  });
});
