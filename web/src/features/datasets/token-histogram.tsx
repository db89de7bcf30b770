import { useId, useState } from 'react';
import type { TokenCount } from '../../../../contracts/datasets.ts';
import { LinkAction } from '../../components/text-link.tsx';
import { Table, Td, Th } from '../../components/table.tsx';
import { useWidth } from '../../lib/use-width.ts';
import { count, counted, percent } from '../../lib/format/numbers.ts';

const HEIGHT = 210;
const TOP = 26;
const LEFT = 46;
const RIGHT = 8;
const BOTTOM = 40;
/** What is cut would be invisible beside the rest: from this share on it is drawn ten times taller, and says so. */
const TALLER_BELOW = 0.05;

/** Round steps: 1, 2 or 5 times a power of ten, so that at most four lines fit. */
export function niceStep(highest: number): number {
  const rough = Math.max(1, highest) / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough) ?? 10;
  return Math.max(1, factor * power);
}

/** How long the rows are, in tokens; what lies beyond the context is hatched, because it is cut at training. */
export function TokenHistogram({ tokens }: { tokens: TokenCount }) {
  const [box, width] = useWidth<HTMLDivElement>(640);
  const [asTable, setAsTable] = useState(false);
  const hatch = useId();
  const bins = tokens.histogram;
  const last = bins.at(-1);
  if (!last || bins.length === 0) return null;

  // The open bin at the end is drawn as wide as the one before it.
  const step = bins.length > 1 ? (bins[0]?.to ?? 0) - (bins[0]?.from ?? 0) : 1;
  const end = last.to ?? last.from + Math.max(1, step);
  const x = (value: number) => LEFT + (value / end) * (width - LEFT - RIGHT);
  const isCut = (bin: { from: number }) => bin.from >= tokens.contextLength;
  const highest = Math.max(1, ...bins.filter((bin) => !isCut(bin)).map((bin) => bin.rows));
  const highestCut = Math.max(0, ...bins.filter(isCut).map((bin) => bin.rows));
  const magnify = highestCut > 0 && highestCut / highest < TALLER_BELOW ? 10 : 1;
  const lines = niceStep(highest);
  const top = Math.ceil(highest / lines) * lines;
  const y = (rows: number) => HEIGHT - BOTTOM - (rows / top) * (HEIGHT - BOTTOM - TOP);
  const allRows = bins.reduce((sum, bin) => sum + bin.rows, 0);
  const limitShown = tokens.contextLength < end;
  const everyOther = Math.ceil(bins.length / Math.max(2, Math.floor((width - LEFT) / 80)));

  return (
    <div ref={box}>
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={`Rows by length in tokens. The longest has ${count(tokens.longestRow)}; ${counted(tokens.rowsOverContext, 'row')} of ${count(allRows)} longer than the context of ${count(tokens.contextLength)}.`}
        className="block text-11 [&_text]:fill-ink-3"
      >
        <defs>
          <pattern
            id={hatch}
            width="5"
            height="5"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <rect width="2" height="5" fill="var(--c2)" />
          </pattern>
        </defs>
        <text x={0} y={12}>
          rows
        </text>
        {Array.from({ length: Math.round(top / lines) + 1 }, (_, index) => index * lines).map((rows) => (
          <g key={rows}>
            <line
              x1={LEFT}
              x2={width - RIGHT}
              y1={y(rows)}
              y2={y(rows)}
              stroke={rows === 0 ? 'var(--axis)' : 'var(--grid)'}
            />
            <text x={LEFT - 6} y={y(rows) + 4} textAnchor="end">
              {count(rows)}
            </text>
          </g>
        ))}
        {bins.map((bin, index) => {
          const cut = isCut(bin);
          const rows = bin.rows * (cut ? magnify : 1);
          const from = x(bin.from);
          const to = x(bin.to ?? end);
          return (
            <g key={bin.from}>
              <rect
                x={from + 1}
                width={Math.max(1, to - from - 2)}
                y={y(rows)}
                height={y(0) - y(rows)}
                rx={1}
                fill={cut ? `url(#${hatch})` : 'var(--c1)'}
              >
                <title>{`${rangeWords(bin)}: ${counted(bin.rows, 'row')}`}</title>
              </rect>
              {index % everyOther === 0 && (
                <text x={from} y={HEIGHT - BOTTOM + 16} textAnchor={index === 0 ? 'start' : 'middle'}>
                  {count(bin.from)}
                  {bin.to === null ? ' +' : ''}
                </text>
              )}
            </g>
          );
        })}
        <text x={LEFT} y={HEIGHT - 6}>
          tokens a row
        </text>
        {limitShown && (
          <g>
            <rect
              x={x(tokens.contextLength)}
              width={width - RIGHT - x(tokens.contextLength)}
              y={TOP - 10}
              height={HEIGHT - BOTTOM - TOP + 10}
              fill="var(--c2)"
              opacity={0.07}
            />
            <line
              x1={x(tokens.contextLength)}
              x2={x(tokens.contextLength)}
              y1={TOP - 14}
              y2={HEIGHT - BOTTOM}
              stroke="var(--c2)"
              strokeWidth={1.5}
            />
            <text
              x={x(tokens.contextLength) + (x(tokens.contextLength) > width - 130 ? -6 : 6)}
              y={TOP - 6}
              textAnchor={x(tokens.contextLength) > width - 130 ? 'end' : 'start'}
              className="font-semibold"
              style={{ fill: 'var(--c2)' }}
            >
              context limit {count(tokens.contextLength)}
            </text>
            {magnify > 1 && (
              <text x={width - RIGHT - 4} y={TOP + 12} textAnchor="end">
                drawn ten times taller
              </text>
            )}
          </g>
        )}
      </svg>
      <p className="mt-1 text-12 text-ink-3">
        {tokens.rowsOverContext > 0
          ? `${counted(tokens.rowsOverContext, 'row')}, ${percent(tokens.rowsOverContext / Math.max(1, allRows), 1)}, longer than the context: what is beyond ${count(tokens.contextLength)} tokens is cut.`
          : `Every row fits the context of ${count(tokens.contextLength)} tokens; the longest has ${count(tokens.longestRow)}.`}{' '}
        <LinkAction onClick={() => setAsTable(!asTable)} aria-expanded={asTable}>
          {asTable ? 'Hide the table' : 'Show as table'}
        </LinkAction>
      </p>
      {asTable && (
        <Table caption="Rows by length in tokens" className="mt-2 max-w-72">
          <thead>
            <tr>
              <Th>Tokens</Th>
              <Th numeric>Rows</Th>
            </tr>
          </thead>
          <tbody>
            {bins.map((bin) => (
              <tr key={bin.from}>
                <Td>{rangeWords(bin)}</Td>
                <Td numeric>{count(bin.rows)}</Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </div>
  );
}

function rangeWords(bin: { from: number; to: number | null }): string {
  return bin.to === null
    ? `${count(bin.from)} tokens and more`
    : `${count(bin.from)} – ${count(bin.to - 1)} tokens`;
}
