import { describe, expect, test } from '@jest/globals';
import { TokenCount } from '../../contracts/datasets.ts';
import { readRow } from '../../lambdas/datasets/check/row.ts';
import { tokenCounter } from '../../lambdas/datasets/tokens/token-counter.ts';
import { TokenSums } from '../../lambdas/datasets/tokens/token-sums.ts';
import { stageCounter } from '../../lambdas/datasets/tokens/stage-counter.ts';
import known from './tiny-base-tokens.json' with { type: 'json' };

const counter = tokenCounter({ tokenizer: 'brightrun/tiny-base', contextLength: 256 });

describe('the tokens of the tiny base are those its own tokenizer makes', () => {
  // Made with transformers and the trainer's own `encode_row`, from the tokenizer in trainer/tiny_base/model.
  test.each(known.texts.map(({ text, tokens }) => [text.slice(0, 30), text, tokens] as const))(
    'text %j',
    (_, text, tokens) => {
      expect(counter.count([{ role: 'text', content: text, learnt: true }])).toEqual({
        total: tokens + 1,
        trained: tokens,
      });
    },
  );

  test.each(
    known.rows.map(({ row, total, trained }) => [Object.keys(row).join(), row, total, trained] as const),
  )('row of %s', (_, row, total, trained) => {
    expect(counter.count(readRow(row).turns)).toEqual({ total, trained });
  });
});

describe('sums', () => {
  test('add up to every row exactly when all are counted', () => {
    const sums = new TokenSums(20);
    for (const total of [5, 16, 17, 40]) sums.add(total * 4, { total, trained: total - 2 });
    const counts = sums.counts();
    expect(counts).toMatchObject({ total: 78, trained: 70, longestRow: 40, rowsOverContext: 1 });
    expect(counts.histogram.filter(({ rows }) => rows > 0)).toEqual([
      { from: 5, to: 6, rows: 1 },
      { from: 15, to: 16, rows: 1 },
      { from: 17, to: 18, rows: 1 },
      { from: 39, to: 40, rows: 1 },
    ]);
    TokenCount.shape.histogram.parse(counts.histogram);
  });

  test('bins end where rows begin to be cut, and the last one is open', () => {
    const sums = new TokenSums(256);
    for (const total of [256, 257, 5000]) sums.add(total * 4, { total, trained: total });
    const { histogram } = sums.counts();
    expect(histogram[0]).toEqual({ from: 241, to: 256, rows: 1 });
    expect(histogram[1]).toEqual({ from: 257, to: 272, rows: 1 });
    expect(histogram.at(-1)).toEqual({ from: 369, to: null, rows: 1 });
  });

  test('bins are as wide as the rows need, whatever the context', () => {
    const sums = new TokenSums(131_072);
    for (let total = 1; total <= 360; total += 1) sums.add(total, { total, trained: total });
    const rowsOf = () => sums.counts().histogram.reduce((sum, { rows }) => sum + rows, 0);
    expect(sums.counts().histogram[1]).toEqual({ from: 17, to: 32, rows: 16 });
    sums.add(700, { total: 700, trained: 700 });
    expect(sums.counts().histogram[1]).toEqual({ from: 33, to: 64, rows: 32 });
    expect(rowsOf()).toBe(361);
    for (const total of [131_072, 131_073, 500_000]) sums.add(total, { total, trained: total });
    expect(sums.counts().histogram.filter(({ rows }) => rows > 0)).toEqual([
      { from: 0, to: 8192, rows: 361 },
      { from: 122_881, to: 131_072, rows: 1 },
      { from: 131_073, to: 139_264, rows: 1 },
      { from: 188_417, to: null, rows: 1 },
    ]);
  });

  test('of a sample are scaled by the characters of all rows', () => {
    const sums = new TokenSums(1000);
    for (let at = 0; at < 160; at += 1) sums.add(100, at % 16 === 0 ? { total: 25, trained: 20 } : undefined);
    sums.longest(900);
    expect(sums.counts()).toMatchObject({
      total: 4000,
      trained: 3200,
      longestRow: 900,
      histogram: [{ from: 0, to: 63, rows: 160 }],
    });
  });

  test('of nothing are nothing', () => {
    expect(new TokenSums(10).counts()).toEqual({
      total: 0,
      trained: 0,
      longestRow: 0,
      rowsOverContext: 0,
      histogram: [],
    });
  });
});

test('a stage counts exactly where it can, else by length, and refuses a model nobody knows', () => {
  expect(stageCounter(['Qwen/Qwen3-8B', 'brightrun/tiny-base'])).toMatchObject({
    exact: true,
    contextLength: 256,
  });
  expect(stageCounter(['Qwen/Qwen3-8B'])).toMatchObject({ exact: false, tokenizer: 'qwen-3' });
  expect(() => stageCounter(['nobody/nothing'])).toThrow('nobody/nothing');
});
