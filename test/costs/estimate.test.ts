import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Hyperparameters } from '../../contracts/catalog.ts';
import { Estimate } from '../../contracts/costs.ts';
import type { CheckSummary } from '../../contracts/dataset-versions.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { BASE_MODELS } from '../../lambdas/catalog/base-models.ts';
import { assertTrainable } from '../../lambdas/catalog/trainable-rows.ts';
import { GPU_TYPES } from '../../lambdas/catalog/gpu-types.ts';
import { chooseHyperparameters } from '../../lambdas/catalog/presets.ts';
import { budgetView } from '../../lambdas/costs/budget.ts';
import { estimateRun, largestCap } from '../../lambdas/costs/estimate.ts';
import { secondsPaidBy } from '../../lambdas/costs/money.ts';
import { cheapestGpus, presetCosts } from '../../lambdas/costs/preset-costs.ts';
import { rowsHeldBack, sizeOfRun, tokensPaidFor } from '../../lambdas/costs/run-size.ts';
import { blockBytesOf } from '../../lambdas/costs/memory.ts';
import { MEASURED_RUNS, sharedOut, speedOf } from '../../lambdas/costs/speed.ts';
import { summary } from './check-summary.ts';

const model = (id: string) => BASE_MODELS.find((candidate) => candidate.id === id)!;
const gpu = (id: string) => GPU_TYPES.find((candidate) => candidate.id === id)!;
const tiny = model('brightrun/tiny-base');
const llama = model('meta-llama/Llama-3.1-8B-Instruct');

const estimate = (
  rows: number,
  changes: Partial<Hyperparameters> = {},
  more: {
    tokensPerRow?: number;
    baseModel?: typeof tiny;
    gpuType?: string;
    gpuCount?: number;
    format?: CheckSummary['format'];
  } = {},
) => {
  const baseModel = more.baseModel ?? tiny;
  const tokensPerRow = more.tokensPerRow ?? 40;
  return estimateRun({
    data: {
      summary: {
        ...summary(rows, tokensPerRow, baseModel.tokenizer),
        ...(more.format ? { format: more.format } : {}),
      },
      bytes: rows * tokensPerRow * 4,
      hasValidationFile: false,
    },
    baseModel,
    gpuType: gpu(more.gpuType ?? 'cpu-2'),
    gpuCount: more.gpuCount ?? 1,
    hyperparameters: chooseHyperparameters(baseModel, 'balanced', changes),
  });
};

describe('an estimate', () => {
  test('counts paid tokens as Together’s worked example does', () => {
    expect(tokensPaidFor(8, 8192 * 1000, 10, 1_000_000)).toBe(75_536_000);
  });

  test('holds rows back by the trainer’s rule: at least eight, at most a quarter and 2,000, else none', () => {
    expect(rowsHeldBack(210, 0.1)).toBe(21);
    expect(rowsHeldBack(60, 0.1)).toBe(8);
    expect(rowsHeldBack(31, 0.1)).toBe(0);
    expect(rowsHeldBack(1000, 0)).toBe(0);
    expect(rowsHeldBack(90_000, 0.1)).toBe(2000);
  });

  test('says the steps and evaluations that the trainer will take', () => {
    // 189 rows ÷ 4 = 48 steps an epoch; every 16th step is measured: 9 of 144
    const said = estimate(210, { epochs: 3, batchSize: 4, evaluationsPerEpoch: 3 });
    expect(said).toMatchObject({ trainingRows: 189, validationRows: 21, steps: 144, evaluations: 9 });
    expect(said.tokensPerEpoch).toBe(189 * 40);
    expect(said.totalTokens).toBe(3 * 189 * 40 + 11 * 21 * 40);
  });

  test('of pairs the base model reads every row once before the first step', () => {
    const answers = estimate(210);
    const pairs = estimate(210, {}, { format: 'preference' });
    expect(pairs.totalTokens - answers.totalTokens).toBe(answers.tokensPerEpoch);
    const seconds = ({ phases }: typeof pairs) =>
      phases.find(({ phase }) => phase === 'evaluating-base')!.seconds.expected;
    expect(seconds(pairs) - seconds(answers)).toBeCloseTo(
      (answers.tokensPerEpoch / speedOf(tiny, gpu('cpu-2'), 1).tokensPerSecond.expected) * 0.5,
    );
  });

  test('fits the contract, and its range is ordered', () => {
    const said = estimate(210);
    expect(Estimate.parse({ ...said, budget: budgetView(undefined, '2026-11', 50_000_000) })).toBeTruthy();
    for (const range of [said.seconds, said.costUsdMicros, said.tokensPerSecond]) {
      expect(range.low).toBeLessThanOrEqual(range.expected);
      expect(range.expected).toBeLessThanOrEqual(range.high);
    }
  });

  test('never falls when there are more rows, longer rows, more epochs or more evaluations', () => {
    fc.assert(
      fc.property(
        fc.record({
          rows: fc.integer({ min: 10, max: 20_000 }),
          tokensPerRow: fc.integer({ min: 4, max: 240 }),
          epochs: fc.integer({ min: 1, max: 20 }),
          evaluationsPerEpoch: fc.integer({ min: 1, max: 10 }),
          earlyStoppingPatience: fc.integer({ min: 0, max: 5 }),
        }),
        fc.constantFrom('rows', 'tokensPerRow', 'epochs', 'evaluationsPerEpoch'),
        fc.integer({ min: 1, max: 10 }),
        (base, what, more) => {
          const of = ({ rows, tokensPerRow, ...changes }: typeof base) =>
            estimate(rows, changes, { tokensPerRow });
          const before = of(base);
          const after = of({ ...base, [what]: base[what] + more });
          // The trainer measures every so many whole steps: a few more steps can be one measurement less.
          fc.pre(after.evaluations >= before.evaluations);
          expect(after.costUsdMicros.expected).toBeGreaterThanOrEqual(before.costUsdMicros.expected);
          expect(after.costUsdMicros.high).toBeGreaterThanOrEqual(before.costUsdMicros.high);
        },
      ),
    );
  });

  test('a cap between the least and the largest is suggested, and the least pays for more than nothing', () => {
    const said = estimate(210);
    expect(said.minimumCapUsdMicros).toBeGreaterThan(0);
    expect(said.minimumCapUsdMicros).toBeLessThan(said.suggestedCapUsdMicros);
    expect(said.costUsdMicros.high).toBeLessThan(said.suggestedCapUsdMicros);
    // Loading, one step and the landing with its checkpoint: the least cap leaves time to train before it must land.
    const phase = (name: string) => said.phases.find((each) => each.phase === name)!.seconds.high;
    const before = phase('starting') + phase('loading') + phase('evaluating-base');
    expect(said.landingSeconds).toBeGreaterThan(phase('evaluating-tuned') + phase('publishing'));
    const least = secondsPaidBy(said.minimumCapUsdMicros, said.price.usdMicrosPerHour, 1);
    expect(least).toBeGreaterThan(before + said.landingSeconds - 1);
    const endless = estimate(1_000_000, { epochs: 50 });
    expect(endless.suggestedCapUsdMicros).toBe(largestCap(gpu('cpu-2'), 1));
  });

  test('keeps every published throughput inside its range (facts.md §6)', () => {
    const h100 = gpu('nvidia-h100-80gb');
    const inside = (value: number, range: { low: number; high: number }) =>
      value >= range.low && value <= range.high;
    const published = [
      [12_473, speedOf(llama, h100, 1)],
      [8 * 1092, speedOf(model('meta-llama/Llama-3.1-70B-Instruct'), h100, 8)],
      [3324, speedOf({ ...llama, id: 'mistral-7b', parameters: 7_241_732_096 }, gpu('nvidia-a100-80gb'), 1)],
      [464, speedOf({ ...llama, id: 'llama-2-70b', parameters: 68_976_648_192 }, gpu('nvidia-a100-80gb'), 1)],
    ] as const;
    for (const [tokens, speed] of published) expect(inside(tokens, speed.tokensPerSecond)).toBe(true);
    // Our own runs, in optimizer steps alone (trainer/EXPERIMENTS.md).
    for (const tokens of [1030, 1570])
      expect(inside(tokens, speedOf(tiny, gpu('cpu-2'), 1).tokensPerSecond)).toBe(true);
    for (const run of MEASURED_RUNS) expect(run.source).not.toBe('');
  });

  test('the measured run of the country guide lies inside its estimate: 210 rows of 48 tokens, 32 to 34 s', () => {
    const said = estimateRun({
      data: {
        summary: { ...summary(210, 48), validationRows: 42 },
        bytes: 210 * 190,
        hasValidationFile: true,
      },
      baseModel: tiny,
      gpuType: gpu('cpu-2'),
      gpuCount: 1,
      hyperparameters: chooseHyperparameters(tiny, 'balanced', {}),
    });
    expect(said.steps).toBe(159);
    const { starting } = Object.fromEntries(said.phases.map((each) => [each.phase, each.seconds]));
    expect(33).toBeGreaterThan(said.seconds.low - starting!.low);
    expect(33).toBeLessThan(said.seconds.high - starting!.high);
    expect(Math.abs(said.seconds.expected - starting!.expected - 33)).toBeLessThan(12);
  });

  test('says what does not fit, and that several GPUs share out a base model that exceeds one of them', () => {
    const large = model('meta-llama/Llama-3.1-70B-Instruct');
    const on = (gpuCount: number, changes: Partial<Hyperparameters> = {}) =>
      estimate(1000, changes, { baseModel: large, gpuType: 'nvidia-h100-80gb', gpuCount });
    for (const gpuCount of [1, 2]) {
      expect(on(gpuCount).memory.fits).toBe(false);
      expect(on(gpuCount).remarks[0]).toContain('does not fit');
    }
    for (const gpuCount of [4, 8]) {
      const said = on(gpuCount);
      expect(said.memory).toMatchObject({ fits: true, sharded: true });
      // A quarter or an eighth of the blocks, embedding, head and norms, and three of eighty blocks in use.
      const blocks = blockBytesOf(large);
      const expected = blocks / gpuCount + (large.weightBytes - blocks) + (3 * blocks) / 80;
      expect(said.memory.weightBytes).toBe(expected);
      expect(said.remarks.join(' ')).toContain('exceeds one GPU');
    }
    expect(on(8, { quantization: 'nf4', batchSize: 4 }).memory).toMatchObject({ fits: true, sharded: false });
    const small = { baseModel: llama, gpuType: 'nvidia-h100-80gb', gpuCount: 8 };
    expect(estimate(1000, {}, small).memory).toMatchObject({ fits: true, sharded: false });
  });

  test('a base model that GPUs share out takes what they send each other: for each part, and each token of an answer', () => {
    const large = model('meta-llama/Llama-3.1-70B-Instruct');
    const on = { baseModel: large, tokensPerRow: 500 };
    const shared = estimate(1000, {}, { ...on, gpuType: 'nvidia-h100-80gb', gpuCount: 8 });
    const speed = speedOf(large, gpu('nvidia-h100-80gb'), 8);
    // 136.9 GB of blocks, seven eighths of them from others, at 100 GB/s.
    const pass = sharedOut(speed, blockBytesOf(large), 8).secondsPerPass;
    expect(pass).toBeCloseTo(1.198, 2);
    const training = shared.phases.find(({ phase }) => phase === 'training')!.seconds.expected;
    const alone = (3 * shared.tokensPerEpoch) / speed.tokensPerSecond.expected;
    expect(training - alone).toBeGreaterThan(shared.steps * shared.memory.partsPerStep * 2 * pass);
    const answering = shared.phases.find(({ phase }) => phase === 'evaluating-tuned')!.seconds.high;
    expect(answering).toBeGreaterThan(6 * 96 * pass);
    expect(shared.speedSource).toContain('put together');
    const whole = estimate(1000, {}, { ...on, gpuType: 'nvidia-b200', gpuCount: 8 });
    expect(whole.memory).toMatchObject({ fits: true, sharded: false });
    expect(whole.speedSource).not.toContain('put together');
  });

  test('says how a batch is cut into what fits: by the rows that there are, with a tenth of the memory left free', () => {
    const on = { baseModel: llama, gpuType: 'nvidia-h100-80gb' };
    const short = estimate(1000, { batchSize: 64 }, { ...on, tokensPerRow: 100 }).memory;
    expect(short).toMatchObject({ fits: true, recomputes: false, usableBytes: 72e9 });
    expect(short.rowsAtOnce * short.partsPerStep).toBeGreaterThanOrEqual(64);
    expect(short.weightBytes + short.adapterBytes + short.batchBytes + short.overheadBytes).toBe(
      short.neededBytes,
    );
    const long = estimate(1000, { batchSize: 64 }, { ...on, tokensPerRow: 2000 }).memory;
    expect(long.partsPerStep).toBeGreaterThan(short.partsPerStep);
    expect(long.neededBytes).toBeLessThanOrEqual(long.usableBytes);
    const shared = estimate(1000, { batchSize: 64 }, { ...on, tokensPerRow: 2000, gpuCount: 8 }).memory;
    expect(shared.rowsAtOnce * shared.partsPerStep).toBeLessThan(64 / 8 + shared.rowsAtOnce);
  });

  test('a pair takes both its answers at once: long pairs need a larger GPU than long answers', () => {
    const on = { baseModel: llama, gpuType: 'nvidia-h100-80gb', tokensPerRow: 9000 };
    const longest = { maxSequenceTokens: 8192, batchSize: 1 };
    const [answers, pairs] = [
      estimate(400, longest, on),
      estimate(400, longest, { ...on, format: 'preference' }),
    ];
    expect(pairs.memory.batchBytes / answers.memory.batchBytes).toBeGreaterThan(1.05);
  });

  test('4-bit weights make room and take time, and DoRA takes time', () => {
    const on = { baseModel: llama, gpuType: 'nvidia-h100-80gb' };
    const [plain, quantized, dora] = [{}, { quantization: 'nf4' }, { variant: 'dora' }].map((changes) =>
      estimate(1000, changes as Partial<Hyperparameters>, on),
    );
    expect(plain!.memory.weightBytes).toBe(llama.weightBytes);
    // A quarter and a little of the blocks; embedding and head, 13 % of an 8B, stay in bf16.
    expect(quantized!.memory.weightBytes / llama.weightBytes).toBeCloseTo(0.13 + 0.87 * (0.516 / 2), 1);
    expect(quantized!.memory.neededBytes).toBeLessThan(plain!.memory.neededBytes);
    expect(quantized!.seconds.expected).toBeGreaterThan(plain!.seconds.expected);
    expect(dora!.seconds.high).toBeGreaterThan(plain!.seconds.high);
  });

  test('over several machines is slower than the same GPUs in one would be, costs each GPU once, and says both', () => {
    const on = (gpuCount: number, batchSize = 64) =>
      estimate(
        20_000,
        { batchSize },
        { baseModel: llama, gpuType: 'nvidia-h100-80gb', gpuCount, tokensPerRow: 500 },
      );
    const [one, two] = [on(8), on(16)];
    const ideal = one.tokensPerSecond.expected * 2 ** 0.85;
    expect(two.tokensPerSecond.expected).toBeLessThan(0.95 * ideal);
    expect(two.tokensPerSecond.expected).toBeGreaterThan(one.tokensPerSecond.expected);
    const perSecond = (16 * gpu('nvidia-h100-80gb').usdMicrosPerHour) / 3600;
    expect(two.costUsdMicros.expected).toBeCloseTo(two.seconds.expected * perSecond, -2);
    expect(two.remarks.join()).toContain('several machines were not measured');
    // Rows are dealt whole: a GPU without one waits, and is paid for.
    const [few, fewer] = [on(8, 8), on(16, 8)];
    expect(fewer.tokensPerSecond.expected).toBeLessThan(few.tokensPerSecond.expected);
    expect(fewer.remarks.join()).toContain('A batch of 8 rows keeps 8 of 16 GPUs busy');
    expect(two.remarks.join()).not.toContain('busy');
  });

  test('is refused for a way of training that the GPU type’s trainer does not know', () => {
    expect(() => estimate(1000, { variant: 'dora' })).toThrow(ProblemError);
  });

  test('widens its range and says so when the tokens were counted with another tokenizer', () => {
    const own = estimate(400, {}, { baseModel: llama, gpuType: 'nvidia-h100-80gb' });
    const other = estimateRun({
      data: { summary: summary(400, 40, tiny.tokenizer), bytes: 400 * 160, hasValidationFile: false },
      baseModel: llama,
      gpuType: gpu('nvidia-h100-80gb'),
      gpuCount: 1,
      hyperparameters: chooseHyperparameters(llama, 'balanced', {}),
    });
    expect(other.remarks.join(' ')).toContain('tokenizer');
    expect(own.remarks.join(' ')).not.toContain('tokenizer');
    expect(other.seconds.high).toBeGreaterThan(own.seconds.high);
  });

  test('is different for two different datasets in every figure that is shown', () => {
    const [first, second] = [estimate(210), estimate(600, {}, { tokensPerRow: 90 })];
    for (const figure of ['trainingRows', 'tokensPerEpoch', 'totalTokens', 'steps'] as const) {
      expect(first[figure]).not.toBe(second[figure]);
    }
    expect(first.costUsdMicros.expected).not.toBe(second.costUsdMicros.expected);
    expect(first.seconds.expected).not.toBe(second.seconds.expected);
  });

  test('long rows are cut at the longest sequence, and the remark counts them', () => {
    const said = estimate(100, { maxSequenceTokens: 16 }, { tokensPerRow: 40 });
    expect(said.tokensPerEpoch).toBe(said.trainingRows * 16);
    expect(said.remarks.join(' ')).toContain('100 rows are longer than 16 tokens');
  });
});

describe('tokens', () => {
  const counted = (tokenizer: string, tokensPerRow: number) => summary(200, tokensPerRow, tokenizer).tokens!;
  const sizeFor = (changes: Partial<CheckSummary>, baseModel = llama) =>
    sizeOfRun(
      { summary: { ...summary(200, 50), ...changes }, bytes: 80_000, hasValidationFile: false },
      baseModel,
      chooseHyperparameters(baseModel, 'quick', {}),
    );

  test('are those of the base model’s own tokenizer, also where another one’s are shown', () => {
    const size = sizeFor({ otherTokens: [counted('qwen-3', 33), counted('llama-3', 30)] });
    expect(size.tokensPerEpoch).toBe(180 * 30);
    expect(size.tokenUncertainty).toEqual({ low: 1, high: 1 });
  });

  test('are told from the bytes where only others were counted, and the range is wide', () => {
    const size = sizeFor({ otherTokens: [{ ...counted('llama-3', 30), method: 'by-length' }] });
    expect(size.tokensPerEpoch).toBe(180 * 100);
    expect(size.tokenUncertainty.high).toBe(1.4);
  });

  test('of few very long rows do not make the others look cut', () => {
    // 198 rows of 300 tokens and two of 60,000: cut at 2,048 there are 198 × 300 + 2 × 2,048 left.
    const tokens = {
      ...counted('llama-3', 300),
      total: 198 * 300 + 120_000,
      longestRow: 60_000,
      histogram: [
        { from: 289, to: 304, rows: 198 },
        { from: 369, to: null, rows: 2 },
      ],
    };
    const { tokensPerEpoch, rowsCut } = sizeFor({ tokens });
    const exact = ((198 * 300 + 2 * 2048) / 200) * 180;
    expect(Math.abs(tokensPerEpoch / exact - 1)).toBeLessThan(0.02);
    expect(rowsCut).toBe(2);
  });
});

describe('what each preset would cost', () => {
  const data = { summary: summary(500, 40), bytes: 80_000, hasValidationFile: false };

  test('rises from quick to quality', () => {
    const costs = presetCosts(data, tiny, { gpuType: gpu('cpu-2'), gpuCount: 1 });
    expect(costs.map(({ preset }) => preset.id)).toEqual(['quick', 'balanced', 'quality']);
    const [quick = 0, balanced = 0, quality = 0] = costs.map(
      ({ estimate }) => estimate.costUsdMicros.expected,
    );
    expect(quick).toBeLessThan(balanced);
    expect(balanced).toBeLessThan(quality);
  });

  test('is told for the cheapest GPUs on which all of them fit', () => {
    expect(cheapestGpus(data, tiny, GPU_TYPES)?.gpuType.id).toBe('cpu-2');
    const on = cheapestGpus(data, llama, GPU_TYPES);
    expect(on).toMatchObject({ gpuType: { id: 'nvidia-a100-80gb' }, gpuCount: 1 });
    const large = model('meta-llama/Llama-3.1-70B-Instruct');
    const short = { ...data, summary: summary(500, 40, large.tokenizer) };
    expect(cheapestGpus(short, large, GPU_TYPES)).toMatchObject({ gpuType: { id: 'nvidia-b200' } });
    // Rows that nobody counted may be as long as the preset allows: then four smaller ones share out the base model.
    expect(cheapestGpus(data, large, GPU_TYPES)).toMatchObject({ gpuCount: 4 });
    expect(cheapestGpus(data, llama, [gpu('cpu-2')])).toBeUndefined();
  });
});

describe('an estimate is refused', () => {
  const refusal = (changes: Partial<CheckSummary>, baseModel = tiny) => {
    try {
      assertTrainable({ ...summary(20, 40), ...changes }, baseModel);
      return 'trainable';
    } catch (error) {
      return error instanceof ProblemError ? error.code : String(error);
    }
  };
  const mix = { roles: [], languages: [], toolRows: 3, weightedRows: 0 };

  test('for rows that no trainer here takes', () => {
    expect(refusal({ format: 'sharegpt' })).toBe('format-not-trainable');
    for (const format of ['chat', 'prompt-completion', 'instruction', 'preference', 'text'] as const) {
      expect(refusal({ format })).toBe('trainable');
    }
  });

  test('for rows with tools, where the base model does not know them', () => {
    expect(refusal({ mix })).toBe('tools-not-supported');
    expect(refusal({ mix }, llama)).toBe('trainable');
    expect(refusal({ mix: { ...mix, toolRows: 0 } })).toBe('trainable');
  });
});
