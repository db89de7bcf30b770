import { describe, expect, test } from '@jest/globals';
import type { AttemptPoint } from '../../contracts/metrics.ts';
import {
  curvesOf,
  epochMarks,
  mergePoints,
  valuesOf,
  withBase,
} from '../../web/src/components/charts/curves.ts';

const point = (step: number, attempt = 1, more: Partial<AttemptPoint> = {}): AttemptPoint => ({
  step,
  attempt,
  epoch: step / 100,
  at: '2026-11-24T10:00:00Z',
  loss: 2 - step / 1000,
  ...more,
});
const steps = (from: number, to: number, attempt = 1) =>
  Array.from({ length: to - from + 1 }, (_, index) => point(from + index, attempt));

describe('the curves of a job', () => {
  test('newer points join the known ones; the same step of an attempt stands once', () => {
    const known = [point(1), point(2)];
    const merged = mergePoints(known, [point(2, 1, { loss: 1.5 }), point(3)]);
    expect(merged.map((each) => each.step)).toEqual([1, 2, 3]);
    expect(merged[1]?.loss).toBe(1.5);
    expect(mergePoints(known, [])).toBe(known);
  });

  test('a repeat without a value does not erase the value that was measured', () => {
    const merged = mergePoints([point(2, 1, { validationLoss: 1.4 })], [point(2)]);
    expect(merged[0]?.validationLoss).toBe(1.4);
  });

  test('steps done again are set apart and counted; of each step the newest attempt counts', () => {
    const curves = curvesOf([...steps(1, 71), ...steps(26, 90, 2)]);
    expect(curves.resumes).toEqual([{ attempt: 2, step: 25, repeatedSteps: 46 }]);
    expect(curves.points.map((each) => each.step)).toEqual(
      Array.from({ length: 90 }, (_, index) => index + 1),
    );
    expect(curves.points.filter((each) => each.step > 25).every((each) => each.attempt === 2)).toBe(true);
    expect(curves.repeated).toHaveLength(1);
    expect(curves.repeated[0]?.map((each) => each.step)).toEqual(
      Array.from({ length: 46 }, (_, i) => i + 26),
    );
    expect(curves.lastStep).toBe(90);
  });

  test('the checkpoint an attempt went on from is believed before its first measured step', () => {
    const curves = curvesOf([...steps(1, 71), ...steps(30, 90, 2)], new Map([[2, 25]]));
    expect(curves.resumes[0]).toEqual({ attempt: 2, step: 25, repeatedSteps: 46 });
  });

  test('three attempts: each is cut where the next one began', () => {
    const curves = curvesOf([...steps(1, 50), ...steps(41, 60, 2), ...steps(21, 80, 3)]);
    expect(curves.points.map((each) => each.step)).toEqual(
      Array.from({ length: 80 }, (_, index) => index + 1),
    );
    expect(curves.repeated).toHaveLength(2);
    expect(curves.resumes.map((resume) => resume.attempt)).toEqual([2, 3]);
  });

  test('training and validation are drawn from the points that have them', () => {
    const curves = curvesOf([point(0, 1, { loss: undefined, validationLoss: 1.92 }), point(8)]);
    expect(curves.validation).toEqual([{ step: 0, value: 1.92 }]);
    expect(curves.training.map((each) => each.step)).toEqual([8]);
    expect(valuesOf(curves.points, 'learningRate')).toEqual([]);
  });

  test('the validation line begins with the base, once', () => {
    const curves = curvesOf([point(5, 1, { validationLoss: 1.5 })]);
    expect(withBase(curves, 1.92).validation).toEqual([
      { step: 0, value: 1.92 },
      { step: 5, value: 1.5 },
    ]);
    expect(withBase(withBase(curves, 1.92), 1.92).validation).toHaveLength(2);
    expect(withBase(curves, null)).toBe(curves);
  });

  test('epochs begin where the measured pace says', () => {
    expect(epochMarks(steps(1, 150), 300)).toEqual([
      { step: 0, epoch: 1 },
      { step: 100, epoch: 2 },
      { step: 200, epoch: 3 },
    ]);
    expect(epochMarks([], 300)).toEqual([]);
  });
});
