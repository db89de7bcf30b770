/** An interval against no difference, for a table's row: the zero line, the interval with its middle. */
export function IntervalPlot({
  low,
  middle,
  high,
  extent,
  lowerIsBetter,
  label,
}: {
  low: number;
  middle: number;
  high: number;
  /** The axis goes from −extent to +extent, the same for rows that are compared. */
  extent: number;
  /** Whether a negative difference is the better one: better is always at the right. */
  lowerIsBetter: boolean;
  /** The finding in words. */
  label: string;
}) {
  const width = 132;
  const turn = lowerIsBetter ? -1 : 1;
  const at = (value: number) =>
    width / 2 + (Math.max(-extent, Math.min(extent, value * turn)) / (extent || 1)) * (width / 2 - 8);
  const [from, to] = [at(low), at(high)].sort((a, b) => a - b) as [number, number];
  const proven = low * turn > 0 && high * turn > 0;
  const color = proven ? 'var(--c1)' : 'var(--ink-3)';
  return (
    <svg
      role="img"
      aria-label={label}
      width={width}
      height={18}
      viewBox={`0 0 ${width} 18`}
      className="block overflow-visible"
    >
      <line x1={width / 2} x2={width / 2} y1={1} y2={17} stroke="var(--line-2)" strokeWidth={1.5} />
      <line x1={from} x2={to} y1={9} y2={9} stroke={color} strokeWidth={2} />
      <path d={`M${from} 5.5v7M${to} 5.500v7`} stroke={color} strokeWidth={2} />
      <circle cx={at(middle)} cy={9} r={3.5} fill={color} />
    </svg>
  );
}
