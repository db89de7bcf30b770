import { decimal } from '../../lib/format/numbers.ts';

/** From values to pixels and back, with the round numbers that are labelled. */
export interface Scale {
  at(value: number): number;
  /** The value under a pixel, kept inside the domain. */
  invert(pixel: number): number;
  domain: readonly [number, number];
  range: readonly [number, number];
  ticks: readonly number[];
  /** The distance of two ticks; labels take their decimals from it. */
  step: number;
}

const EPSILON = 1e-9;

/** The smallest of 1, 2, 2.5, 5 × 10ⁿ that cuts `span` into at most `most` parts. */
export function roundStep(span: number, most: number, whole = false): number {
  if (!(span > 0) || most < 1) return 1;
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  for (const candidate of [1, 2, 2.5, 5, 10]) {
    const step = candidate * power;
    if (step < rough * (1 - EPSILON)) continue;
    if (whole && !Number.isInteger(Number(step.toPrecision(6)))) continue;
    return Math.max(Number(step.toPrecision(6)), whole ? 1 : 0);
  }
  return Math.max(10 * power, whole ? 1 : 0);
}

/** Multiples of `step` inside the domain, free of binary dust (0.30000000000000004). */
export function ticksOf(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step - EPSILON);
  const last = Math.floor(high / step + EPSILON);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** A domain that holds all values with some air, never of no width; `zero` lets it begin at nothing. */
export function domainOf(
  values: Iterable<number>,
  { zero = false, air = 0.05 }: { zero?: boolean; air?: number } = {},
): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [0, 1];
  if (zero) low = Math.min(0, low);
  const span = high - low || Math.abs(high) || 1;
  return [zero && low === 0 ? 0 : low - span * air, high + span * air];
}

interface ScaleInput {
  domain: readonly [number, number];
  range: readonly [number, number];
  /** At most so many parts between ticks. */
  most?: number;
  /** Ticks on whole numbers only: steps, rows, days. */
  whole?: boolean;
}

export function linearScale({ domain, range, most = 5, whole = false }: ScaleInput): Scale {
  const [low, high] = domain;
  const [from, to] = range;
  const span = high - low || 1;
  const step = roundStep(span, most, whole);
  return {
    at: (value) => from + ((value - low) / span) * (to - from),
    invert: (pixel) => clamp(low + ((pixel - from) / (to - from || 1)) * span, low, high),
    domain,
    range,
    ticks: ticksOf(low, high, step),
    step,
  };
}

/** Ticks on 1, 2 and 5 × 10ⁿ, or on linear round numbers where the domain is too narrow for three of those. */
export function logScale({ domain, range, most = 5 }: ScaleInput): Scale {
  const low = Math.max(domain[0], Number.MIN_VALUE);
  const high = Math.max(domain[1], low * 1.01);
  const [from, to] = range;
  const [a, b] = [Math.log(low), Math.log(high)];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const digit of [1, 2, 5]) {
      const tick = Number((digit * 10 ** power).toPrecision(6));
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  const step = ticks.length >= 3 ? (ticks[0] ?? 1) : roundStep(high - low, most);
  return {
    at: (value) => from + ((Math.log(Math.max(value, low)) - a) / (b - a)) * (to - from),
    invert: (pixel) => clamp(Math.exp(a + ((pixel - from) / (to - from || 1)) * (b - a)), low, high),
    domain: [low, high],
    range,
    ticks: ticks.length >= 3 ? ticks : ticksOf(low, high, step),
    step,
  };
}

/** How many decimals a tick of this step needs: 0.25 → 2, 5 → 0. */
export function tickDigits(step: number): number {
  for (let digits = 0; digits < 6; digits++) {
    const scaled = step * 10 ** digits;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return digits;
  }
  return 6;
}

/** The label of a tick; thousands of a k-axis are the caller's. */
export function tickLabel(value: number, step: number): string {
  return decimal(value, tickDigits(step));
}

/** Where labels stand that may not overlap: in the order given, each at least `gap` from the one above, inside the bounds. */
export function spread(wanted: readonly number[], gap: number, low: number, high: number): number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  const placed = [...wanted];
  let above = low - gap;
  for (const index of order) {
    above = Math.max(wanted[index] ?? 0, above + gap);
    placed[index] = above;
  }
  let below = high + gap;
  for (const index of order.reverse()) {
    below = Math.min(placed[index] ?? 0, below - gap);
    placed[index] = below;
  }
  return placed;
}

/** About how wide a label of 11 px is: figures and lower case of system fonts take 6.1 px on average. */
export function labelWidth(text: string): number {
  return text.length * 6.1;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
