/** Figures as they are read. */
export const amount = (value: number): string =>
  value.toLocaleString('en-US', { maximumFractionDigits: value < 10 && !Number.isInteger(value) ? 1 : 0 });

export const counted = (value: number, word: string): string =>
  `${amount(value)} ${word}${value === 1 ? '' : 's'}`;

export const share = (part: number): string =>
  part > 0 && part < 0.01 ? 'under 1 %' : `${Math.round(part * 100)} %`;

export function megabytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${amount(bytes / 1000)} kB` : `${amount(bytes / 1e6)} MB`;
}

export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${amount(seconds / 3600)} h`;
}

/** Small sums with as many digits as say something, others in cents. */
export function dollars(usdMicros: number): string {
  const usd = usdMicros / 1e6;
  if (usd < 0.01) return `$${usd.toFixed(4)}`;
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}
