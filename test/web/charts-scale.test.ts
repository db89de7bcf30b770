import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { moneyScale } from '../../web/src/components/charts/money-scale.ts';
import {
  domainOf,
  linearScale,
  logScale,
  roundStep,
  spread,
  tickDigits,
  tickLabel,
  ticksOf,
} from '../../web/src/components/charts/scale.ts';
import { nearest, pathOf, smooth, thin } from '../../web/src/components/charts/series.ts';

describe('ticks', () => {
  test('stand on 1, 2, 2.5 or 5 times a power of ten, at most as many parts as asked', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
        fc.integer({ min: 1, max: 12 }),
        (span, most) => {
          const step = roundStep(span, most);
          const mantissa = step / 10 ** Math.floor(Math.log10(step) + 1e-9);
          expect([1, 2, 2.5, 5, 10].some((round) => Math.abs(round - mantissa) < 1e-6)).toBe(true);
          expect(span / step).toBeLessThanOrEqual(most * (1 + 1e-6));
        },
      ),
    );
  });

  test('lie inside the domain and carry no binary dust', () => {
    expect(ticksOf(0.1, 0.62, 0.1)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    expect(linearScale({ domain: [0, 2460], range: [0, 672], most: 7, whole: true }).ticks).toEqual([
      0, 500, 1000, 1500, 2000,
    ]);
    expect(linearScale({ domain: [0, 7], range: [0, 100], most: 4, whole: true }).ticks).toEqual([
      0, 2, 4, 6,
    ]);
  });

  test('a whole-number axis never has a tick between two steps', () => {
    for (let steps = 1; steps < 60; steps++) {
      const { ticks } = linearScale({ domain: [0, steps], range: [0, 300], most: 4, whole: true });
      expect(ticks.every(Number.isInteger)).toBe(true);
    }
  });

  test('labels have the decimals their step needs and no more', () => {
    expect(tickDigits(0.25)).toBe(2);
    expect(tickDigits(5)).toBe(0);
    expect(tickLabel(1.2, 0.2)).toBe('1.2');
    expect(tickLabel(2000, 500)).toBe('2,000');
  });

  test('a logarithmic axis is labelled at 1, 2 and 5, or on round numbers where it is narrow', () => {
    expect(logScale({ domain: [0.4, 6], range: [0, 100] }).ticks).toEqual([0.5, 1, 2, 5]);
    expect(logScale({ domain: [1.15, 1.98], range: [0, 100] }).ticks.length).toBeGreaterThanOrEqual(3);
  });
});

describe('scales', () => {
  test('a pixel leads back to its value', () => {
    for (const scale of [
      linearScale({ domain: [0, 2460], range: [40, 700] }),
      logScale({ domain: [0.5, 8], range: [300, 14] }),
    ]) {
      const value = (scale.domain[0] + scale.domain[1]) / 3;
      expect(scale.invert(scale.at(value))).toBeCloseTo(value, 6);
      expect(scale.invert(-1e6)).toBeCloseTo(
        scale.range[0] < scale.range[1] ? scale.domain[0] : scale.domain[1],
      );
    }
  });

  test('a money axis begins at nothing and holds its largest amount, however small', () => {
    for (const most of [40_000_000, 37_000, 812, 1_234_000_000]) {
      const scale = moneyScale(most, 0, 344);
      expect(scale.ticks[0]).toBe(0);
      expect(scale.domain[1]).toBeGreaterThan(most);
      expect(scale.ticks.length).toBeGreaterThanOrEqual(3);
      expect(scale.ticks.length).toBeLessThanOrEqual(7);
    }
  });

  test('one value, no value and NaN still make a drawable domain', () => {
    expect(domainOf([])).toEqual([0, 1]);
    expect(domainOf([NaN, Infinity])).toEqual([0, 1]);
    const [low, high] = domainOf([1.3]);
    expect(high).toBeGreaterThan(low);
    expect(domainOf([3, 9], { zero: true })[0]).toBe(0);
  });
});

describe('end labels', () => {
  test('never overlap and keep their order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 300, noNaN: true }), { minLength: 1, maxLength: 5 }),
        (wanted) => {
          const placed = spread(wanted, 20, 0, 300).toSorted((a, b) => a - b);
          for (let index = 1; index < placed.length; index++) {
            expect((placed[index] ?? 0) - (placed[index - 1] ?? 0)).toBeGreaterThanOrEqual(20 - 1e-6);
          }
          expect(placed.at(-1)).toBeLessThanOrEqual(300 + 1e-6);
        },
      ),
    );
  });

  test('stay where they are when there is room', () => {
    expect(spread([100, 200], 20, 0, 300)).toEqual([100, 200]);
  });
});

describe('drawn points', () => {
  const many = Array.from({ length: 10_000 }, (_, index) => ({
    step: index,
    value: index === 7_777 ? 9 : index === 3_333 ? -9 : Math.sin(index / 50),
  }));

  test('10,000 points are thinned to four a pixel without losing a peak or an end', () => {
    const kept = thin(many, 600);
    expect(kept.length).toBeLessThanOrEqual(2_400);
    expect(kept.some((point) => point.value === 9)).toBe(true);
    expect(kept.some((point) => point.value === -9)).toBe(true);
    expect(kept[0]).toEqual(many[0]);
    expect(kept.at(-1)).toEqual(many.at(-1));
    expect(kept.every((point, index) => index === 0 || point.step > (kept[index - 1]?.step ?? 0))).toBe(true);
  });

  test('few points are drawn as they are', () => {
    expect(thin(many.slice(0, 100), 600)).toHaveLength(100);
  });

  test('smoothing keeps a constant constant from its first point and 0 changes nothing', () => {
    const constant = Array.from({ length: 20 }, (_, step) => ({ step, value: 2 }));
    for (const point of smooth(constant, 0.9)) expect(point.value).toBeCloseTo(2, 12);
    expect(smooth(many.slice(0, 9), 0)).toEqual(many.slice(0, 9));
  });

  test('the nearest measured step is found on both sides of a gap', () => {
    const points = [{ step: 0 }, { step: 8 }, { step: 30 }];
    expect([-5, 3, 5, 18, 20, 99].map((step) => nearest(points, step))).toEqual([0, 0, 1, 1, 2, 2]);
    expect(nearest([], 3)).toBe(-1);
  });

  test('a path has one decimal a pixel', () => {
    expect(
      pathOf(
        [
          { step: 0, value: 1 },
          { step: 1, value: 2 },
        ],
        (step) => step * 10.26,
        (value) => value * 3.33,
      ),
    ).toBe('M0.0 3.3L10.3 6.7');
  });
});
