/** Fewer points for a curve without losing a peak or a trough. */
import type { AttemptPoint } from '../../contracts/metrics.ts';

/** Fields whose extremes a person looks for. */
const CURVES = ['loss', 'gradientNorm', 'tokensPerSecond'] as const;

/** The places of the extremes of each curve within `[from, to)`. */
function extremes(points: readonly AttemptPoint[], from: number, to: number): Set<number> {
  const kept = new Set<number>();
  for (const field of CURVES) {
    let lowest = -1;
    let highest = -1;
    for (let place = from; place < to; place += 1) {
      const value = points[place]?.[field];
      if (value === undefined) continue;
      if (lowest < 0 || value < (points[lowest]?.[field] ?? Infinity)) lowest = place;
      if (highest < 0 || value > (points[highest]?.[field] ?? -Infinity)) highest = place;
    }
    if (lowest >= 0) kept.add(lowest).add(highest);
  }
  return kept;
}

/**
 * At most `limit` points. First, last and every validated point stay; the rest is cut into buckets of which each
 * keeps the lowest and highest of every curve. Where validations alone are too many, they are thinned evenly.
 */
export function thin(points: readonly AttemptPoint[], limit: number): AttemptPoint[] {
  if (points.length <= limit) return [...points];
  const kept = new Set<number>([0, points.length - 1]);
  const validated = points.flatMap((point, place) => (point.validationLoss === undefined ? [] : [place]));
  const every = Math.max(1, Math.ceil(validated.length / Math.max(1, Math.floor(limit / 2))));
  validated.forEach((place, index) => {
    if (index % every === 0 && kept.size < limit) kept.add(place);
  });
  // A bucket keeps at most two points a curve.
  const buckets = Math.floor((limit - kept.size) / (2 * CURVES.length));
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const from = Math.floor((bucket * points.length) / buckets);
    const to = Math.floor(((bucket + 1) * points.length) / buckets);
    for (const place of extremes(points, from, to)) kept.add(place);
  }
  // Curves often peak together, so room may be left: it is filled evenly.
  const room = limit - kept.size;
  for (let filled = 0; filled < room; filled += 1) kept.add(Math.floor((filled * points.length) / room));
  return [...kept].sort((a, b) => a - b).flatMap((place) => points[place] ?? []);
}
