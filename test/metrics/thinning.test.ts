import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttemptPoint } from '../../contracts/metrics.ts';
import { thin } from '../../lambdas/metrics/thinning.ts';

const FIELDS = ['loss', 'validationLoss', 'gradientNorm', 'tokensPerSecond'] as const;
type Field = (typeof FIELDS)[number];

const value = fc.option(fc.integer({ min: 0, max: 1000 }), { nil: undefined, freq: 5 });
const curve = fc
  .array(fc.record({ loss: value, gradientNorm: value, tokensPerSecond: value, validationLoss: value }), {
    minLength: 1,
    maxLength: 400,
    size: 'max',
  })
  .map((rows) =>
    rows.map((row, step): AttemptPoint => ({
      step,
      epoch: 0,
      at: '2026-01-01T00:00:00.000Z',
      attempt: 1,
      ...(Object.fromEntries(Object.entries(row).filter(([, v]) => v !== undefined)) as object),
    })),
  );
const limit = fc.integer({ min: 10, max: 120 });
const extremesOf = (points: readonly AttemptPoint[], field: Field) => {
  const values = points.flatMap((point) => point[field] ?? []);
  return [Math.min(...values), Math.max(...values)];
};

describe('a thinned curve', () => {
  it('is never longer than asked, in order, and made of points that were measured', () => {
    fc.assert(
      fc.property(curve, limit, (points, most) => {
        const kept = thin(points, most);
        expect(kept.length).toBeLessThanOrEqual(most);
        expect(kept.every((point) => points.includes(point))).toBe(true);
        expect(kept.map(({ step }) => step)).toEqual(kept.map(({ step }) => step).toSorted((a, b) => a - b));
      }),
    );
  });

  it('keeps the lowest and the highest of every curve in each of its stretches', () => {
    fc.assert(
      fc.property(curve, limit, (points, most) => {
        const kept = new Set(thin(points, most).map(({ step }) => step));
        const stretches = Math.floor((most - 2) / 8);
        for (let stretch = 0; stretch < stretches; stretch += 1) {
          const from = Math.floor((stretch * points.length) / stretches);
          const within = points.slice(from, Math.floor(((stretch + 1) * points.length) / stretches));
          const survived = within.filter(({ step }) => kept.has(step));
          expect(FIELDS.map((field) => extremesOf(survived, field))).toEqual(
            FIELDS.map((field) => extremesOf(within, field)),
          );
        }
      }),
    );
  });

  it('uses the room that it is given', () => {
    fc.assert(
      fc.property(curve, limit, (points, most) => {
        expect(thin(points, most)).toHaveLength(Math.min(points.length, most));
      }),
    );
  });

  it('of a long run keeps every validated point, and one step’s spike among 10,000', () => {
    const points = Array.from({ length: 10_000 }, (_, step): AttemptPoint => ({
      step,
      epoch: 0,
      at: '2026-01-01T00:00:00.000Z',
      attempt: 1,
      loss: step === 7_777 ? 90 : 2 - step / 10_000,
      gradientNorm: 1,
      ...(step % 100 === 0 ? { validationLoss: 2 } : {}),
    }));
    const kept = thin(points, 1500);
    expect(kept.filter(({ validationLoss }) => validationLoss !== undefined)).toHaveLength(100);
    expect(kept.some(({ loss }) => loss === 90)).toBe(true);
  });
});
