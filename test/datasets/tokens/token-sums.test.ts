import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TokenCount } from '../../../contracts/dataset-versions.ts';
import { RowTokens } from '../../../lambdas/datasets/tokens/chat-template.ts';
import { TokenSums } from '../../../lambdas/datasets/tokens/token-sums.ts';

function row(contextLength: number, total: number, trained = total): RowTokens {
  const tokens = new RowTokens(contextLength);
  tokens.add(total, trained, total);
  return tokens;
}
function sumsOf(contextLength: number, totals: readonly number[]): TokenSums {
  const sums = new TokenSums(contextLength);
  for (const total of totals) sums.add(total * 4, row(contextLength, total));
  return sums;
}
const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

describe('sums', () => {
  test('add up to every row exactly when all are counted', () => {
    const counts = sumsOf(64, [5, 16, 17, 84]).counts();
    expect(counts).toEqual({
      total: 122,
      trained: 122,
      longestRow: 84,
      rowsOverContext: 1,
      tokensCut: 20,
      answersCut: 1,
      median: 16,
      p95: 84,
      histogram: [
        { from: 0, to: 16, rows: 2 },
        { from: 17, to: 32, rows: 1 },
        { from: 33, to: 48, rows: 0 },
        { from: 49, to: 64, rows: 0 },
        { from: 65, to: 80, rows: 0 },
        { from: 81, to: 96, rows: 1 },
      ],
    });
    TokenCount.shape.histogram.parse(counts.histogram);
  });

  test.each([
    [256, 300],
    [2048, 3000],
    [4096, 5000],
    [8192, 9000],
  ])('end a bar at %i tokens, where rows are usually cut', (limit, longest) => {
    const { histogram } = sumsOf(131_072, upTo(longest)).counts();
    expect(histogram.filter(({ to }) => to === limit)).toHaveLength(1);
  });

  test('put what fits the context and what is cut into one bar only where that is the open one', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(256, 1000, 6000, 40_960, 131_072), fc.integer({ min: 4, max: 200_000 })),
        fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 50 }),
        (limit, totals) => {
          const { histogram } = sumsOf(limit, totals).counts();
          const beyond = histogram.filter(({ from }) => from > limit);
          const isOpenBefore = histogram.some(({ from, to }) => to === null && from <= limit);
          for (const { from, to } of histogram) {
            expect(from > limit || to === null || to <= limit).toBe(true);
            expect((to ?? from) - from).toBeLessThanOrEqual(Math.ceil(limit / 4));
          }
          expect(beyond.reduce((sum, { rows }) => sum + rows, 0)).toBe(
            isOpenBefore ? 0 : totals.filter((total) => total > limit).length,
          );
        },
      ),
    );
  });

  test('of few rows tell the short ones apart, although one is far beyond a short context', () => {
    const { histogram } = sumsOf(256, [...upTo(7).map((at) => at * 5), 6013]).counts();
    expect(histogram.slice(0, 3).map(({ rows }) => rows)).toEqual([3, 3, 1]);
    expect(histogram.at(-1)).toEqual({ from: 23 * 16 + 1, to: null, rows: 1 });
  });

  test('are at most a fourth of the context wide, however long the rows are; the last one is open', () => {
    const { histogram } = sumsOf(256, [10, ...upTo(20).map((at) => at * 6000)]).counts();
    expect(histogram.slice(0, 4).map(({ to }) => to)).toEqual([64, 128, 192, 256]);
    expect(histogram.at(-1)).toEqual({ from: 23 * 64 + 1, to: null, rows: 20 });
  });

  test('give bars to the usual rows although one is a hundred times longer', () => {
    const { histogram, longestRow } = sumsOf(131_072, [...upTo(360), ...upTo(360), 100_000]).counts();
    expect(histogram[0]).toEqual({ from: 0, to: 16, rows: 32 });
    expect(histogram.at(-1)).toEqual({ from: 369, to: null, rows: 1 });
    expect(longestRow).toBe(100_000);
  });

  test('say how long half of the rows are and 19 of 20', () => {
    expect(sumsOf(8192, upTo(1000)).counts()).toMatchObject({ median: 500, p95: 950 });
    // Long rows are kept in steps: within a 64th.
    const { median } = sumsOf(131_072, upTo(100_000)).counts();
    expect(Math.abs((median ?? 0) - 50_000) / 50_000).toBeLessThan(1 / 64);
  });

  test('of a sample are scaled by the characters of all rows', () => {
    const sums = new TokenSums(1000);
    for (let at = 0; at < 160; at += 1) sums.add(100, at % 16 === 0 ? row(1000, 25, 20) : undefined);
    sums.longest(900);
    expect(sums.counts()).toMatchObject({
      total: 4000,
      trained: 3200,
      longestRow: 900,
      histogram: [{ from: 17, to: 32, rows: 160 }],
    });
  });

  test('are the same whether one thread adds them or several', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200_000)), fc.nat(10), (totals, at) => {
        const merged = new TokenSums(4096);
        for (const part of [totals.slice(0, at), totals.slice(at)]) {
          merged.merge(structuredClone(sumsOf(4096, part).part()));
        }
        expect(merged.counts()).toEqual(sumsOf(4096, totals).counts());
      }),
      { numRuns: 100 },
    );
  });

  test('that travel between threads stay small', () => {
    expect(sumsOf(131_072, upTo(200_000)).part().lengths.length).toBeLessThan(4500);
  });

  test('of nothing are nothing', () => {
    expect(new TokenSums(10).counts()).toEqual({
      total: 0,
      trained: 0,
      longestRow: 0,
      rowsOverContext: 0,
      tokensCut: 0,
      answersCut: 0,
      median: 0,
      p95: 0,
      histogram: [],
    });
  });
});
