import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { costOf, roundUpToTwoDigits, secondsPaidBy } from '../../lambdas/costs/money.ts';

describe('money', () => {
  test('an hour costs exactly its price, and a millisecond more is rounded up once', () => {
    expect(costOf(3600, 7_000_000, 1)).toBe(7_000_000);
    expect(costOf(3600.001, 7_000_000, 1)).toBe(7_000_002);
    expect(costOf(0, 7_000_000, 8)).toBe(0);
    expect(costOf(1, 80_000, 1)).toBe(23);
  });

  test('the largest job there can be is exact: 14 days on eight GPUs', () => {
    expect(costOf(14 * 86_400, 10_000_001, 8)).toBe(14 * 24 * 8 * 10_000_001);
  });

  test('what a sum pays for never costs more than the sum', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000_000_000 }),
        fc.integer({ min: 1, max: 40_000_000 }),
        fc.integer({ min: 1, max: 8 }),
        (sum, price, count) => {
          expect(costOf(secondsPaidBy(sum, price, count), price, count)).toBeLessThanOrEqual(sum);
        },
      ),
    );
  });

  test('a negative or unknown time is refused, never billed as nothing', () => {
    expect(() => costOf(-1, 1, 1)).toThrow(RangeError);
    expect(() => costOf(Number.NaN, 1, 1)).toThrow(RangeError);
  });

  test('a suggested sum has two digits that count and is never below what it rounds', () => {
    expect(roundUpToTwoDigits(1834)).toBe(1900);
    expect(roundUpToTwoDigits(41_200_001)).toBe(42_000_000);
    expect(roundUpToTwoDigits(99.2)).toBe(100);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e12 }), (sum) => {
        const rounded = roundUpToTwoDigits(sum);
        expect(rounded).toBeGreaterThanOrEqual(sum);
        expect(rounded).toBeLessThanOrEqual(sum * 1.1 + 1);
      }),
    );
  });
});
