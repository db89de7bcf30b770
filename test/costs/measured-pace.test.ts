/** What finished runs teach estimates: a speed, from enough of them, of the same way to train, and nothing about anybody. */
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Hyperparameters } from '../../contracts/catalog.ts';
import { PaceRecord } from '../../contracts/pace.ts';
import { BASE_MODELS } from '../../lambdas/catalog/base-models.ts';
import { GPU_TYPES } from '../../lambdas/catalog/gpu-types.ts';
import { chooseHyperparameters } from '../../lambdas/catalog/presets.ts';
import { estimateRun } from '../../lambdas/costs/estimate.ts';
import { paceOf, speedHere } from '../../lambdas/costs/measured-pace.ts';
import { pacedBy, speedOf } from '../../lambdas/costs/speed.ts';
import { summary } from './check-summary.ts';

const model = (id: string) => BASE_MODELS.find((candidate) => candidate.id === id)!;
const llama = model('meta-llama/Llama-3.1-8B-Instruct');
const [a100, h100] = ['nvidia-a100-80gb', 'nvidia-h100-80gb'].map((id) =>
  GPU_TYPES.find((gpu) => gpu.id === id)!,
);
const plain = { variant: 'lora', quantization: 'none' } as const;

/** A run that took `slowness` times as long as would have been planned for it. */
const pace = (slowness: number, more: Partial<PaceRecord> = {}): PaceRecord => {
  const run = { gpuCount: 1, steps: 200, tokens: 400_000, baseModel: llama.id, ...plain, ...more };
  const plan = pacedBy(speedOf(model(run.baseModel), a100!, run.gpuCount), run);
  const seconds = run.tokens / plan.tokensPerSecond.expected + run.steps * plan.secondsPerStep;
  const rest = {
    shape: 1 as const,
    gpuType: a100!.id,
    objective: 'answers' as const,
    measuredOn: '2026-11-23',
  };
  return PaceRecord.parse({ ...rest, ...run, seconds: seconds * slowness });
};
const on = { model: llama, gpuType: a100!, gpuCount: 1, hyperparameters: plain, isOfPairs: false };
const estimate = (paces: PaceRecord[], changes: Partial<Hyperparameters> = {}, gpuCount = 1) =>
  estimateRun({
    data: { summary: summary(2000, 300, llama.tokenizer), bytes: 2_400_000, hasValidationFile: false },
    baseModel: llama,
    gpuType: a100!,
    gpuCount,
    hyperparameters: chooseHyperparameters(llama, 'balanced', changes),
    paces,
  });
const training = (said: ReturnType<typeof estimate>) =>
  said.phases.find(({ phase }) => phase === 'training')!.seconds;

describe('the speed of the next run', () => {
  test('is the formula’s until three runs of its kind have been measured', () => {
    expect(speedHere(on, [pace(2), pace(2)]).speed).toEqual(speedOf(llama, a100!, 1));
    expect(speedHere(on, [pace(2), pace(2), pace(2)]).speed.source).toContain('measured here in 3 runs');
  });

  test('is what was measured: runs of twice the time planned make the next one twice as long', () => {
    const [before, after] = [estimate([]), estimate([pace(2), pace(2), pace(2)])];
    expect(training(after).expected / training(before).expected).toBeCloseTo(2, 6);
    expect(after.costUsdMicros.expected).toBeGreaterThan(before.costUsdMicros.expected);
  });

  test('is shown with its count and its range, and how well the GPU was used', () => {
    const paces = [1.2, 1.5, 1.3, 1.4].map((slowness, at) => pace(slowness, { utilisation: 0.3 + at / 100 }));
    const { speedSource } = estimate(paces);
    expect(speedSource).toMatch(
      /^measured here in 4 runs of Llama 3.1 8B Instruct on NVIDIA A100 80 GB: [\d,]+ to [\d,]+ tokens a second, 30 to 33 % of the GPU’s peak$/,
    );
  });

  test('of a run that is like them in slowness but not in rows, steps or GPUs lies inside the range', () => {
    const slow = fc.double({ min: 0.5, max: 4, noNaN: true });
    const spread = fc.array(fc.double({ min: 0.8, max: 1.25, noNaN: true }), { minLength: 3, maxLength: 9 });
    fc.assert(
      fc.property(
        slow,
        spread,
        fc.integer({ min: 0, max: 8 }),
        fc.integer({ min: 1, max: 8 }),
        (slowness, times, which, gpuCount) => {
          const paces = times.map((time, at) =>
            pace(slowness * time, {
              tokens: 50_000 * (at + 1),
              steps: 40 * (at + 1),
              gpuCount: 1 + (at % 4),
            }),
          );
          const here = training(estimate(paces, { evaluationsPerEpoch: 1 }, gpuCount));
          const planned = training(estimate([], { evaluationsPerEpoch: 1 }, gpuCount));
          const real = planned.expected * slowness * times[which % times.length]!;
          expect(real).toBeGreaterThan(here.low * 0.999);
          expect(real).toBeLessThan(here.high * 1.001);
        },
      ),
      { numRuns: 100, seed: 7 },
    );
  });

  test.each<[string, Partial<PaceRecord>]>([
    ['of another GPU type', { gpuType: h100!.id }],
    ['in 4 bits', { quantization: 'nf4' }],
    ['with DoRA', { variant: 'dora' }],
    ['of preference pairs', { objective: 'preferences' }],
    ['of a base model that is ten times as small', { baseModel: 'meta-llama/Llama-3.2-1B-Instruct' }],
    ['of another family', { baseModel: 'Qwen/Qwen3-8B' }],
    ['of a base model that is not known any more', {}],
  ])('is not learned from runs %s', (_, more) => {
    const paces = [2, 2, 2].map((slowness) => ({
      ...pace(slowness, more),
      ...(Object.keys(more).length === 0 ? { baseModel: 'gone/model' } : {}),
    }));
    expect(speedHere(on, paces).speed).toEqual(speedOf(llama, a100!, 1));
  });

  test('is learned from a sibling of about its size where it has no runs of its own', () => {
    const small = model('meta-llama/Llama-3.2-3B-Instruct');
    const { speed } = speedHere({ ...on, model: small }, [pace(2), pace(2), pace(2)]);
    expect(speed.source).toContain(`${small.title} and its like`);
    expect(speed.tokensPerSecond.expected).toBeCloseTo(
      speedOf(small, a100!, 1).tokensPerSecond.expected / 2,
      6,
    );
  });

  test('follows the newest twenty, and a clock that was wrong teaches nothing', () => {
    const newest = Array.from({ length: 20 }, () => pace(3));
    const older = Array.from({ length: 40 }, () => pace(1));
    const middle = speedOf(llama, a100!, 1).tokensPerSecond.expected / 3;
    const paces = [pace(1e6), pace(1e-6), ...newest, ...older];
    expect(speedHere(on, paces).speed.tokensPerSecond.expected).toBeCloseTo(middle, 6);
  });

  test('lengthens the time that is kept for landing and never shortens it', () => {
    const [before, quick, slow] = [
      estimate([]),
      estimate([pace(0.2), pace(0.2), pace(0.2)]),
      estimate([pace(9), pace(9), pace(9)]),
    ];
    expect(quick.seconds.expected).toBeLessThan(before.seconds.expected);
    expect(quick.landingSeconds).toBe(before.landingSeconds);
    expect(slow.landingSeconds).toBeGreaterThan(before.landingSeconds);
  });
});

describe('what a finished run leaves', () => {
  const job = {
    baseModel: llama.id,
    gpuType: a100!.id,
    gpuCount: 2,
    datasetFormat: 'chat' as const,
    hyperparameters: chooseHyperparameters(llama, 'balanced', {}),
  };
  const facts = { steps: 200, processedTokens: 400_000, seconds: 90.5, modelFlopsUtilisation: 0.33 };
  const now = new Date('2026-11-23T10:00:00Z');

  test('is a speed and what it was measured on: no owner, job or dataset', () => {
    const left = paceOf({ ...job, owner: 'ana', id: 'job_1', name: 'Secret' } as typeof job, facts, now);
    expect(left).toEqual({
      shape: 1,
      baseModel: llama.id,
      gpuType: a100!.id,
      gpuCount: 2,
      variant: 'lora',
      quantization: 'none',
      objective: 'answers',
      steps: 200,
      tokens: 400_000,
      seconds: 90.5,
      utilisation: 0.33,
      measuredOn: '2026-11-23',
    });
  });

  test('is nothing where it was too short to have a pace', () => {
    expect(paceOf(job, { ...facts, steps: 19 }, now)).toBeUndefined();
    expect(paceOf(job, { ...facts, seconds: 0 }, now)).toBeUndefined();
  });
});
