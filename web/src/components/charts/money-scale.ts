import { linearScale, roundStep, type Scale } from './scale.ts';

/** A money axis from $0 to a little above `most`, with few enough round amounts for their labels. */
export function moneyScale(most: number, left: number, right: number): Scale {
  const parts = Math.max(2, Math.min(6, Math.floor((right - left) / 50)));
  const top = (most > 0 ? most : 10_000) * 1.12;
  const step = Math.max(10, roundStep(top, parts));
  return linearScale({ domain: [0, top], range: [left, right], most: Math.ceil(top / step) });
}
