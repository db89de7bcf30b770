/** One measured value of a step. */
export interface StepValue {
  step: number;
  value: number;
}

/**
 * At most four points a bucket: first, lowest, highest and last in their order. A line through them looks the same at
 * one bucket a pixel, and no peak is lost, so 10,000 points draw as fast as 1,000.
 */
export function thin(points: readonly StepValue[], buckets: number): readonly StepValue[] {
  if (points.length <= buckets * 4) return points;
  const first = points[0];
  const last = points[points.length - 1];
  if (!first || !last || last.step === first.step) return points;
  const width = (last.step - first.step) / buckets;
  const kept: StepValue[] = [];
  let start = 0;
  while (start < points.length) {
    const bucket = Math.min(buckets - 1, Math.floor(((points[start]?.step ?? 0) - first.step) / width));
    let end = start;
    let lowest = start;
    let highest = start;
    for (let index = start; index < points.length; index++) {
      const point = points[index];
      if (!point || Math.min(buckets - 1, Math.floor((point.step - first.step) / width)) !== bucket) break;
      end = index;
      if (point.value < (points[lowest]?.value ?? Infinity)) lowest = index;
      if (point.value > (points[highest]?.value ?? -Infinity)) highest = index;
    }
    for (const index of [...new Set([start, lowest, highest, end])].sort((a, b) => a - b)) {
      const point = points[index];
      if (point) kept.push(point);
    }
    start = end + 1;
  }
  return kept;
}

/** Exponential moving average without the pull towards zero at the start; `weight` 0 leaves the values as they are. */
export function smooth(points: readonly StepValue[], weight: number): StepValue[] {
  let mean = 0;
  let total = 0;
  return points.map(({ step, value }) => {
    mean = weight * mean + (1 - weight) * value;
    total = weight * total + (1 - weight);
    return { step, value: mean / total };
  });
}

/** The index of the point nearest to `step`; −1 for none. Points are in the order of their steps. */
export function nearest(points: readonly { step: number }[], step: number): number {
  if (points.length === 0) return -1;
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.step ?? 0) < step) low = middle + 1;
    else high = middle;
  }
  const before = points[low - 1];
  const found = points[low];
  return before && found && step - before.step < found.step - step ? low - 1 : low;
}

/** The newest point at or before `step`. */
export function lastAt<Point extends { step: number }>(
  points: readonly Point[],
  step: number,
): Point | undefined {
  let found: Point | undefined;
  for (const point of points) {
    if (point.step > step) break;
    found = point;
  }
  return found;
}

/** A path through points, in pixels with one decimal. */
export function pathOf(
  points: readonly StepValue[],
  x: (step: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  for (const point of points) {
    path += `${path ? 'L' : 'M'}${x(point.step).toFixed(1)} ${y(point.value).toFixed(1)}`;
  }
  return path;
}
