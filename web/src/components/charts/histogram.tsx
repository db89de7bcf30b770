import { useId } from 'react';
import { count, counted, percent } from '../../lib/format/numbers.ts';
import { Note, XAxis, YGrid } from './axes.tsx';
import { ChartFigure } from './chart-figure.tsx';
import { drawnBins, type HistogramBin } from './histogram-bins.ts';
import { type Label, limitLabels, type MarkLabel, markLabels } from './histogram-labels.ts';
import { domainOf, labelWidth, linearScale } from './scale.ts';
import { useCursor, useReadOut } from './use-read-out.ts';

const HEIGHT = 236;
const TOP = 26;
const BOTTOM = 40;
const LEFT = 46;
/** Bars beyond the limit are drawn taller where they could not be seen beside the others, and the plot says so. */
const TALLER = 10;

/** Row lengths, with what lies beyond the context limit hatched: its end is cut. Read bin by bin with pointer or ← →. */
export function Histogram({
  bins: given,
  limit,
  limitWords = [],
  finding = '',
  marks = [],
  unit = 'tokens a row',
}: {
  bins: readonly HistogramBin[];
  /** The context length: longer rows are cut there. */
  limit?: number | undefined;
  /** What stands beside the limit: how many rows, how many tokens. */
  limitWords?: readonly string[];
  /** The same as a sentence, for those who do not see the drawing. */
  finding?: string;
  /** Vertical marks with their words: the median, the 95 % mark. */
  marks?: readonly { at: number; words: string }[];
  unit?: string;
}) {
  const hatch = useId();
  const cursor = useCursor();
  const bins = drawnBins(given);
  const rows = bins.reduce((sum, bin) => sum + bin.rows, 0);
  const points = bins.map((bin) => ({ step: (bin.low + bin.high) / 2, bin }));
  const xOf = (width: number) =>
    linearScale({
      domain: [bins[0]?.low ?? 0, bins.at(-1)?.high ?? 1],
      range: [LEFT, width - 4],
      most: width < 520 ? 4 : 7,
      whole: true,
    });
  const { handlers, byKey } = useReadOut(points, xOf, cursor);
  const read = points.find((point) => point.step === cursor.step)?.bin;

  const isCut = (bin: { low: number }) => limit !== undefined && bin.low >= limit;
  const fullest = bins.toSorted((a, b) => b.rows - a.rows)[0];
  const tallest = Math.max(0, ...bins.filter((bin) => !isCut(bin)).map((bin) => bin.rows));
  const tallestCut = Math.max(0, ...bins.filter(isCut).map((bin) => bin.rows));
  const taller = tallestCut > 0 && tallestCut * TALLER * 2 < tallest ? TALLER : 1;
  const label =
    !fullest || rows === 0
      ? 'Row lengths: no rows.'
      : [
          `Row lengths of ${counted(rows, 'row')}: most have ${range(fullest)} tokens.`,
          ...marks.map(({ words }) => `${words}.`),
          finding,
        ]
          .filter(Boolean)
          .join(' ');

  return (
    <>
      <ChartFigure
        label={label}
        height={HEIGHT}
        assumedWidth={720}
        focusable={handlers}
        caption={
          read
            ? `${range(read)} tokens: ${counted(read.rows, 'row')}, ${percent(read.rows / Math.max(1, rows), 1)}`
            : undefined
        }
        table={{
          columns: ['Tokens', 'Rows', 'Share'],
          rows: bins.map((bin) => [
            range(bin),
            count(bin.rows),
            rows === 0 ? '' : percent(bin.rows / rows, 1),
          ]),
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
          const x = xOf(width);
          const bottom = HEIGHT - BOTTOM;
          const edge = limit === undefined ? undefined : x.at(limit);
          const shownEdge = edge !== undefined && edge < width - 4 && edge > LEFT ? edge : undefined;
          const plot = { left: LEFT, right: width - 4, bottom: bottom - 6 };
          const ofLimit =
            shownEdge === undefined
              ? []
              : limitLabels(shownEdge, `context limit ${count(limit ?? 0)}`, limitWords, plot);
          const ofMarks = markLabels(
            marks.map(({ at, words }) => ({ x: x.at(at), words })),
            ofLimit,
            shownEdge,
            plot,
          );
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
              {shownEdge !== undefined && (
                <rect
                  x={shownEdge}
                  y={TOP - 8}
                  width={width - 4 - shownEdge}
                  height={bottom - TOP + 8}
                  fill="var(--c2)"
                  opacity={0.07}
                />
              )}
              {bins.map((bin) => (
                <Bar
                  key={bin.from}
                  left={x.at(bin.low)}
                  right={x.at(bin.high)}
                  split={limit !== undefined && bin.low < limit && limit < bin.high ? x.at(limit) : undefined}
                  size={
                    bin.rows === 0 ? 0 : Math.max(1.5, bottom - y.at(bin.rows * (isCut(bin) ? taller : 1)))
                  }
                  bottom={bottom}
                  isCut={isCut(bin)}
                  isRead={bin === read}
                  hatch={`url(#${hatch})`}
                />
              ))}
              {shownEdge !== undefined && (
                <Limit
                  edge={shownEdge}
                  width={width}
                  bottom={bottom}
                  labels={ofLimit}
                  isTaller={taller > 1}
                />
              )}
              <Marks labels={ofMarks} bottom={bottom} />
              <XAxis scale={x} y={bottom} />
              <text x={LEFT} y={HEIGHT - 6} className="fill-ink-3">
                {unit}
              </text>
            </>
          );
        }}
      </ChartFigure>
      <p role="status" className="sr-only">
        {byKey && read ? `${range(read)} tokens: ${counted(read.rows, 'row')}` : ''}
      </p>
    </>
  );
}

const range = (bin: HistogramBin) =>
  bin.to === null ? `${count(bin.from)} and more` : `${count(bin.from)} – ${count(bin.to)}`;

/** One bin; where the limit goes through it only what is beyond is hatched. */
function Bar({
  left,
  right,
  split,
  size,
  bottom,
  isCut,
  isRead,
  hatch,
}: {
  left: number;
  right: number;
  split: number | undefined;
  size: number;
  bottom: number;
  isCut: boolean;
  isRead: boolean;
  hatch: string;
}) {
  const wide = Math.max(1, right - left - 1.5);
  const from = left + 0.75;
  const solid = isCut ? 0 : split === undefined ? wide : Math.min(wide, Math.max(0, split - from));
  const box = { y: bottom - size, height: size, opacity: isRead ? 0.7 : 1 };
  return (
    <g>
      {solid > 0 && <rect x={from} width={solid} fill="var(--c1)" {...box} />}
      {wide - solid > 0 && <rect x={from + solid} width={wide - solid} fill={hatch} {...box} />}
    </g>
  );
}

/** Dashed lines with their words, over the limit's own line where they have to cross it. */
function Marks({ labels, bottom }: { labels: readonly MarkLabel[]; bottom: number }) {
  return labels.map(({ x, y, words, anchor }) => (
    <g key={words}>
      <line
        x1={x}
        x2={x}
        y1={y - 9}
        y2={bottom}
        stroke="var(--ink-2)"
        strokeWidth={1}
        strokeDasharray="2 3"
      />
      <Note x={anchor === 'end' ? x - 6 : x + 6} y={y} anchor={anchor} className="fill-ink font-medium">
        {words}
      </Note>
    </g>
  ));
}

function Limit({
  edge,
  width,
  bottom,
  labels,
  isTaller,
}: {
  edge: number;
  width: number;
  bottom: number;
  labels: readonly Label[];
  isTaller: boolean;
}) {
  return (
    <g>
      <line x1={edge} x2={edge} y1={4} y2={bottom} stroke="var(--c2)" strokeWidth={2} />
      {labels.map(({ words, left, right, y }, index) => (
        <text
          key={words}
          x={left < edge ? right : left}
          y={y}
          textAnchor={left < edge ? 'end' : 'start'}
          className={index === 0 ? 'fill-c2 font-semibold' : 'fill-ink-2'}
        >
          {words}
        </text>
      ))}
      {isTaller && width - edge > labelWidth('drawn ten times taller') && (
        <text x={width - 8} y={bottom - 60} textAnchor="end" className="fill-ink-3">
          drawn ten times taller
        </text>
      )}
    </g>
  );
}
