/** Money is millionths of a US dollar as integers: sums are exact, and a figure is rounded once, upwards. */

const MILLISECONDS_PER_HOUR = 3_600_000n;

/**
 * What so many seconds cost, in micros, rounded up once. Time counts in whole milliseconds; the product is taken
 * in big integers: 14 days × 8 GPUs × $10 an hour would pass 2^53 in milliseconds × micros.
 */
export function costOf(seconds: number, usdMicrosPerHour: number, gpuCount: number): number {
  if (!(seconds >= 0)) throw new RangeError('A cost needs a number of seconds that is not negative.');
  const product = BigInt(Math.round(seconds * 1000)) * BigInt(usdMicrosPerHour) * BigInt(gpuCount);
  return Number((product + MILLISECONDS_PER_HOUR - 1n) / MILLISECONDS_PER_HOUR);
}

/** How many seconds a sum pays for, rounded down: the other direction of `costOf`. */
export function secondsPaidBy(usdMicros: number, usdMicrosPerHour: number, gpuCount: number): number {
  if (usdMicrosPerHour * gpuCount === 0) return Number.POSITIVE_INFINITY;
  const milliseconds =
    (BigInt(usdMicros) * MILLISECONDS_PER_HOUR) / (BigInt(usdMicrosPerHour) * BigInt(gpuCount));
  return Number(milliseconds) / 1000;
}

/** Rounds up to two digits that count, as a person would write a limit: 1,834 → 1,900; 41,200,001 → 42,000,000. */
export function roundUpToTwoDigits(usdMicros: number): number {
  if (usdMicros <= 100) return Math.ceil(usdMicros);
  const unit = 10 ** (Math.floor(Math.log10(usdMicros)) - 1);
  return Math.ceil(usdMicros / unit) * unit;
}
