import { useId } from 'react';
import { count, counted, percent } from '../../lib/format/numbers.ts';
import { XAxis, YGrid } from './axes.tsx';
import { ChartFigure } from './chart-figure.tsx';
import { domainOf, labelWidth, linearScale } from './scale.ts';

/** How many rows have `from` up to (not including) `to` tokens; the last bin may be open upwards. */
export interface HistogramBin {
  from: number;
  to: number | null;
  rows: number;
}

const HEIGHT = 236;
const TOP = 26;
const BOTTOM = 40;
const LEFT = 46;
/** Bars beyond the limit are drawn taller where they could not be seen beside the others, and the plot says so. */
const TALLER = 10;

/** Row lengths, with what lies beyond the context limit hatched: its end is cut. */
export function Histogram({
  bins,
  limit,
  unit = 'tokens a row',
}: {
  bins: readonly HistogramBin[];
  /** The context length: longer rows are cut there. */
  limit?: number | undefined;
  unit?: string;
}) {
  const hatch = useId();
  const rows = bins.reduce((sum, bin) => sum + bin.rows, 0);
  const isCut = (bin: HistogramBin) => limit !== undefined && bin.from >= limit;
  const cut = bins.filter(isCut).reduce((sum, bin) => sum + bin.rows, 0);
  const fullest = bins.reduce((a, b) => (b.rows > a.rows ? b : a), bins[0] ?? { from: 0, to: 0, rows: 0 });
  const widest = Math.max(0, ...bins.map((bin) => (bin.to === null ? 0 : bin.to - bin.from)));
  const end = (bin: HistogramBin) => bin.to ?? bin.from + (widest || 1);
  const tallest = Math.max(0, ...bins.filter((bin) => !isCut(bin)).map((bin) => bin.rows));
  const tallestCut = Math.max(0, ...bins.filter(isCut).map((bin) => bin.rows));
  const taller = cut > 0 && tallestCut * TALLER * 2 < tallest ? TALLER : 1;
  const range = (bin: HistogramBin) =>
    bin.to === null ? `${count(bin.from)} and more` : `${count(bin.from)} – ${count(bin.to)}`;
  const label =
    rows === 0
      ? `Row lengths: no rows.`
      : `Row lengths of ${counted(rows, 'row')}: most have ${range(fullest)} tokens. ` +
        (limit === undefined
          ? ''
          : `${counted(cut, 'row')}, ${percent(cut / rows, 1)}, ${cut === 1 ? 'is' : 'are'} longer than the limit of ${count(limit)}.`);
  return (
    <ChartFigure
      label={label}
      height={HEIGHT}
      assumedWidth={720}
      table={{
        columns: ['Tokens', 'Rows', 'Share'],
        rows: bins.map((bin) => [range(bin), count(bin.rows), rows === 0 ? '' : percent(bin.rows / rows, 1)]),
      }}
    >
      {(width) => {
        const [, high] = domainOf(
          bins.map((bin) => bin.rows),
          { zero: true, air: 0.02 },
        );
        const y = linearScale({
          domain: [0, Math.max(1, high)],
          range: [HEIGHT - BOTTOM, TOP],
          most: 4,
          whole: true,
        });
        const last = bins.at(-1);
        const x = linearScale({
          domain: [bins[0]?.from ?? 0, last ? end(last) : 1],
          range: [LEFT, width - 4],
          most: width < 520 ? 4 : 7,
          whole: true,
        });
        const bottom = HEIGHT - BOTTOM;
        const edge = limit === undefined ? undefined : x.at(limit);
        const shown = edge !== undefined && edge < width - 4 && edge > LEFT;
        const words = limit === undefined ? '' : `context limit ${count(limit)}`;
        const toLeft = edge !== undefined && width - edge < labelWidth(words) + 12;
        return (
          <>
            <defs>
              <pattern
                id={hatch}
                width={5}
                height={5}
                patternUnits="userSpaceOnUse"
                patternTransform="rotate(45)"
              >
                <rect width={5} height={5} fill="var(--page)" />
                <rect width={2.5} height={5} fill="var(--c2)" />
              </pattern>
            </defs>
            <text x={LEFT - 8} y={12} textAnchor="end" className="fill-ink-3">
              rows
            </text>
            <YGrid scale={y} left={LEFT} right={width - 4} />
            {bins.map((bin) => {
              const left = x.at(bin.from);
              const wide = Math.max(1, x.at(end(bin)) - left - 1.5);
              const size =
                bin.rows === 0 ? 0 : Math.max(1.5, bottom - y.at(bin.rows * (isCut(bin) ? taller : 1)));
              return (
                <rect
                  key={bin.from}
                  x={left + 0.75}
                  y={bottom - size}
                  width={wide}
                  height={size}
                  fill={isCut(bin) ? `url(#${hatch})` : 'var(--c1)'}
                >
                  <title>{`${range(bin)} tokens: ${counted(bin.rows, 'row')}`}</title>
                </rect>
              );
            })}
            {shown && edge !== undefined && (
              <g>
                <line x1={edge} x2={edge} y1={4} y2={bottom} stroke="var(--c2)" strokeWidth={2} />
                <text
                  x={toLeft ? edge - 6 : edge + 6}
                  y={13}
                  textAnchor={toLeft ? 'end' : 'start'}
                  className="fill-c2 font-medium"
                >
                  {words}
                </text>
                {cut > 0 && width - edge > 130 && (
                  <text x={edge + 6} y={29} className="fill-ink-2">
                    {counted(cut, 'row')}, {percent(cut / rows, 1)}
                  </text>
                )}
                {taller > 1 && (
                  <text x={width - 8} y={bottom - 60} textAnchor="end" className="fill-ink-3">
                    drawn ten times taller
                  </text>
                )}
              </g>
            )}
            <XAxis scale={x} y={bottom} />
            <text x={LEFT} y={HEIGHT - 6} className="fill-ink-3">
              {unit}
            </text>
          </>
        );
      }}
    </ChartFigure>
  );
}
