import { linearScale, roundStep, type Scale } from './scale.ts';

/** A money axis from $0 to a round amount above `most`, with few enough ticks for their labels. */
export function moneyScale(most: number, left: number, right: number): Scale {
  const parts = Math.max(2, Math.min(5, Math.floor((right - left) / 64)));
  const step = Math.max(10, roundStep(most || 10_000, parts));
  const top = Math.max(step, Math.ceil((most * 1.02) / step) * step);
  return linearScale({ domain: [0, top], range: [left, right], most: Math.round(top / step) });
}
