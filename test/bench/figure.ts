/** A measured figure on one JSON line, always with what it is compared to in the same run. */

export interface Figure {
  figure: string;
  value: number;
  unit: 'bytes' | 'ms' | 's' | 'MB/s' | 'MB' | '$' | 'rows';
  comparedTo: { what: string; value: number };
  /** What the design aims at (design.md §10), as a bound on value ÷ comparedTo or on the value, in words. */
  aim?: string;
  meetsAim?: boolean;
}

/** Three digits that count: more would be noise. */
const rounded = (value: number) => Number(value.toPrecision(3));

export function print({ value, comparedTo, ...rest }: Figure): void {
  const ratio = comparedTo.value === 0 ? null : rounded(value / comparedTo.value);
  const line = {
    ...rest,
    value: rounded(value),
    comparedTo: { ...comparedTo, value: rounded(comparedTo.value) },
    ratio,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** The value below which a share of all values lies; `values` need not be sorted. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  if (at === undefined) throw new Error('There is no quantile of no values.');
  return at;
}
export const median = (values: readonly number[]): number => quantile(values, 0.5);
