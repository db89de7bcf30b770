/** How many rows have `from` to `to` tokens, both ends included; the last bin may be open upwards. */
export interface HistogramBin {
  from: number;
  to: number | null;
  rows: number;
}

/** A bin with the edges it is drawn between: each begins where the one before it ends. */
export interface DrawnBin extends HistogramBin {
  low: number;
  high: number;
}

export function drawnBins(bins: readonly HistogramBin[]): DrawnBin[] {
  const lows = bins.map((bin, index) => bins[index - 1]?.to ?? Math.max(0, bin.from - 1));
  const widest = Math.max(1, ...bins.map((bin, index) => (bin.to ?? 0) - (lows[index] ?? 0)));
  return bins.map((bin, index) => {
    const low = lows[index] ?? 0;
    return { ...bin, low, high: bin.to ?? low + widest };
  });
}
