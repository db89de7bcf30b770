/** Fewer points for a curve without losing a peak or a trough. */
import type { AttemptPoint } from '../../contracts/metrics.ts';

/** Fields whose extremes a person looks for. */
const CURVES = ['loss', 'validationLoss', 'gradientNorm', 'tokensPerSecond'] as const;

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

/** So many buckets fit: each keeps at most two points a curve, beside the first and the last point. */
const bucketsOf = (limit: number): number => Math.max(1, Math.floor((limit - 2) / (2 * CURVES.length)));

/** As many of `places` as there is room for, spread evenly; those that are kept already take none. */
function fill(kept: Set<number>, places: readonly number[], limit: number): void {
  const open = places.filter((place) => !kept.has(place));
  const room = Math.min(limit - kept.size, open.length);
  for (let filled = 0; filled < room; filled += 1) {
    const place = open[Math.floor((filled * open.length) / room)];
    if (place !== undefined) kept.add(place);
  }
}

/**
 * At most `limit` points, which is at least 10. First and last stay, and in each of `(limit - 2) / 8` equal stretches
 * the lowest and the highest of every curve: no spike is lost, whatever else is measured. What room is left goes to
 * validated points, then to the others, evenly.
 */
export function thin(points: readonly AttemptPoint[], limit: number): AttemptPoint[] {
  if (points.length <= limit) return [...points];
  const kept = new Set<number>([0, points.length - 1]);
  const buckets = bucketsOf(limit);
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const from = Math.floor((bucket * points.length) / buckets);
    const to = Math.floor(((bucket + 1) * points.length) / buckets);
    for (const place of extremes(points, from, to)) kept.add(place);
  }
  const validated = points.flatMap((point, place) => (point.validationLoss === undefined ? [] : [place]));
  fill(kept, validated, limit);
  fill(
    kept,
    points.map((_, place) => place),
    limit,
  );
  return [...kept].sort((a, b) => a - b).flatMap((place) => points[place] ?? []);
}
