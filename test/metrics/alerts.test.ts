import { describe, expect, test } from '@jest/globals';
import type { LossTrend } from '../../contracts/live-record.ts';
import type { MetricPoint } from '../../contracts/metrics.ts';
import { type Alert, decideAlerts } from '../../lambdas/metrics/alerts.ts';
import { changedFrom, HEALTHY, healthyCurve, LEARNING_RATE, type Shape } from './loss-curves.ts';

const SEEDS = Array.from({ length: 8 }, (_, seed) => seed + 1);
const runOf = ({ steps, warmupRatio, began }: Shape) => ({
  totalSteps: steps,
  learningRate: LEARNING_RATE,
  warmupRatio,
  keep: 'best' as const,
  earlyStoppingPatience: 0,
  baseValidationLoss: began * 1.05,
});

/** As reports bring them: 30 points at a time, with what is kept in between written and read. */
function told(shape: Shape, points: readonly MetricPoint[]): Alert[] {
  const alerts: Alert[] = [];
  let trend: LossTrend | undefined;
  for (let from = 0; from < points.length; from += 30) {
    const decided = decideAlerts(trend, points.slice(from, from + 30), runOf(shape));
    alerts.push(...decided.alerts);
    trend = decided.trend && (JSON.parse(JSON.stringify(decided.trend)) as LossTrend);
  }
  return alerts;
}
const kinds = (alerts: readonly Alert[]) => alerts.map(({ kind }) => kind);
const shapeOf = (name: string): Shape => {
  const shape = HEALTHY[name];
  if (!shape) throw new Error(name);
  return shape;
};
const calm = shapeOf('a calm run');

describe('a healthy curve raises nothing', () => {
  test.each(Object.entries(HEALTHY))('%s', (_, shape) => {
    const raised = SEEDS.flatMap((seed) =>
      told(shape, healthyCurve(shape, seed)).map(({ kind, step }) => ({ seed, kind, step })),
    );
    expect(raised).toEqual([]);
  });
});

describe('a curve that goes wrong raises exactly one alert', () => {
  test.each(SEEDS)('a plateau, seed %i', (seed) => {
    const shape: Shape = { ...calm, schedule: 'constant' };
    const healthy = healthyCurve(shape, seed);
    const flat = healthyCurve({ ...shape, began: 1.2, floor: 1.2 }, seed + 1000);
    const points = changedFrom(healthy, 500, (point) => ({ ...flat[point.step - 1], ...without(point) }));
    expect(kinds(told(shape, points))).toEqual(['plateau']);
  });

  test.each(SEEDS)('a loss that never fell, seed %i', (seed) => {
    const shape: Shape = { ...calm, floor: calm.began };
    const [alert, ...more] = told(shape, healthyCurve(shape, seed));
    expect(more).toEqual([]);
    expect(alert).toMatchObject({ kind: 'plateau', title: 'Training loss does not fall' });
    expect(alert?.detail).toContain('start again with 0.0006');
  });

  test.each(SEEDS)('a run that diverges, seed %i', (seed) => {
    const noisy = shapeOf('small batches');
    const points = changedFrom(healthyCurve(noisy, seed), 900, (point, since) => ({
      ...point,
      loss: (point.loss ?? 0) * (1 + Math.min(4, since / 25)),
      ...(point.validationLoss === undefined ? {} : { validationLoss: point.validationLoss * 3 }),
    }));
    const alerts = told(noisy, points);
    expect(kinds(alerts)).toEqual(['divergence']);
    expect((alerts[0]?.step ?? 0) - 900).toBeLessThanOrEqual(80);
    expect(alerts[0]?.detail).toContain('the adapter of step 800 is published');
  });

  test.each(SEEDS)('a run that learns its rows by heart, seed %i', (seed) => {
    const points = changedFrom(healthyCurve(calm, seed), 800, (point, since) => ({
      ...point,
      loss: (point.loss ?? 0) * Math.exp(-since / 1500),
      ...(point.validationLoss === undefined
        ? {}
        : { validationLoss: point.validationLoss * (1 + since / 1500) }),
    }));
    const alerts = told(calm, points);
    expect(kinds(alerts)).toEqual(['overfitting']);
    expect(alerts[0]?.detail).toContain('keep the model and stop');
  });

  test.each(SEEDS)('a number that is lost, seed %i', (seed) => {
    const lost = (point: MetricPoint): MetricPoint => ({ ...without(point), notFinite: ['loss'] });
    const points = changedFrom(healthyCurve(calm, seed), 700, lost);
    expect(told(calm, points)).toMatchObject([
      { kind: 'not-finite', step: 700, title: 'Training loss is not a number at step 700' },
    ]);
  });
});

describe('a spell', () => {
  const wild = (point: MetricPoint) => ({ ...point, loss: (point.loss ?? 0) * 4 });

  test('that has passed and comes back is told again', () => {
    const twice = [
      [600, 700],
      [1200, 1300],
    ];
    const points = healthyCurve(calm, 5).map((point) =>
      twice.some(([from = 0, to = 0]) => point.step >= from && point.step < to) ? wild(point) : point,
    );
    expect(kinds(told(calm, points))).toEqual(['divergence', 'divergence']);
  });

  test('at its threshold is told once, not at every crossing', () => {
    const points = changedFrom(healthyCurve(calm, 6), 1000, (point, since) => ({
      ...point,
      loss: (point.loss ?? 0) * (Math.floor(since / 60) % 2 === 0 ? 1.5 : 1.3),
    }));
    expect(kinds(told(calm, points))).toEqual(['divergence']);
  });

  test('of lost numbers goes on while they come and go', () => {
    const points = changedFrom(healthyCurve(calm, 7), 1000, (point, since) =>
      since < 200 && since % 7 === 0 ? { ...without(point), notFinite: ['gradientNorm'] } : point,
    );
    expect(kinds(told(calm, points))).toEqual(['not-finite']);
  });

  test('is told once although its steps come twice: a late report, or the next attempt from an older checkpoint', () => {
    const points = changedFrom(healthyCurve(calm, 8), 700, wild).slice(0, 900);
    const first = decideAlerts(undefined, points, runOf(calm));
    expect(kinds(first.alerts)).toEqual(['divergence']);
    const again = decideAlerts(first.trend, points.slice(500), runOf(calm));
    expect(again.alerts).toEqual([]);
    expect(again.trend).toEqual(first.trend);
  });
});

test('spikes of one step in neighbouring blocks raise nothing, however high', () => {
  const points = healthyCurve(calm, 9).map((point) =>
    [1010, 1030].includes(point.step) ? { ...point, loss: 1e300 } : point,
  );
  expect(told(calm, points)).toEqual([]);
});

test('what is kept of a curve stays small and finite, whatever comes', () => {
  const points = healthyCurve({ ...calm, steps: 10_000 }, 10).map((point) =>
    point.step > 9000 ? { ...point, loss: Number.MAX_VALUE } : point,
  );
  const { trend } = decideAlerts(undefined, points, runOf({ ...calm, steps: 10_000 }));
  const text = JSON.stringify(trend);
  expect(text).not.toContain('null');
  expect(text.length).toBeLessThan(900);
});

function without({ loss: _loss, ...point }: MetricPoint): MetricPoint {
  return point;
}
