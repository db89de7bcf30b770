import { count, decimal } from '../../lib/format/numbers.ts';
import { XAxis, YGrid } from './axes.tsx';
import { ChartFigure } from './chart-figure.tsx';
import { domainOf, linearScale, tickLabel, type Scale } from './scale.ts';
import { nearest, pathOf, thin, type StepValue } from './series.ts';
import { useReadOut, type Cursor } from './use-read-out.ts';

const HEIGHT = 104;
const TOP = 6;
const LEFT = 34;

/** One measure by step under the loss chart: the same x, size and resume marks, read at the same step. */
export function SmallMultiple({
  title,
  note,
  values,
  totalSteps,
  resumes,
  reference,
  power = 0,
  digits = 2,
  show,
  cursor,
}: {
  title: string;
  /** Small text below the title; the axis' power of ten is added by the caller's words. */
  note?: string;
  values: readonly StepValue[];
  totalSteps: number;
  /** Steps at which an attempt was resumed. */
  resumes: readonly number[];
  /** A dashed line: what was estimated, a clip, the memory there is. */
  reference?: { value: number; label?: string } | undefined;
  /** Ticks are shown divided by 10 to this power (a learning rate's −4). */
  power?: number;
  /** Decimals of values in the table. */
  digits?: number;
  /** A value with its unit. */
  show: (value: number) => string;
  cursor: Cursor;
}) {
  const xOf = (width: number): Scale =>
    linearScale({
      domain: [0, Math.max(totalSteps, values.at(-1)?.step ?? 0, 1)],
      range: [LEFT, width - 14],
      most: 3,
      whole: true,
    });
  const readOut = useReadOut(values, xOf, cursor);
  const read = cursor.step === null ? values.at(-1) : values[nearest(values, cursor.step)];
  const last = values.at(-1);
  const [domainLow, domainHigh] = domainOf(
    [...values.map((point) => point.value), ...(reference ? [reference.value] : [])],
    { zero: true, air: 0.06 },
  );
  const y = linearScale({ domain: [domainLow, domainHigh], range: [HEIGHT - 24, TOP], most: 4 });
  const divisor = 10 ** power;
  const highest = y.ticks.at(-1) ?? 0;
  const label = (tick: number) =>
    power !== 0
      ? tickLabel(tick / divisor, y.step / divisor)
      : highest >= 10_000
        ? tick === 0
          ? '0'
          : `${tickLabel(tick / 1000, y.step / 1000)}k`
        : tickLabel(tick, y.step);
  return (
    <div className="min-w-0">
      <div className="flex items-baseline justify-between gap-3">
        <h3 className="font-semibold">{title}</h3>
        <span className="font-semibold">{read ? show(read.value) : '–'}</span>
      </div>
      <p className="min-h-4 text-11 text-ink-3">{note}</p>
      <ChartFigure
        label={
          last
            ? `${title} by step: ${show(last.value)} at step ${count(last.step)}.`
            : `${title} by step: nothing has been measured yet.`
        }
        height={HEIGHT}
        assumedWidth={320}
        focusable={readOut.handlers}
      >
        {(width) => {
          const x = xOf(width);
          const [left, right] = x.range;
          const bottom = HEIGHT - 24;
          const reached = last?.step ?? 0;
          return (
            <>
              {values.length > 0 && <YGrid scale={y} left={left} right={right} label={label} />}
              {reached < totalSteps && (
                <rect
                  x={x.at(reached)}
                  y={TOP}
                  width={Math.max(0, right - x.at(reached))}
                  height={bottom - TOP}
                  fill="var(--sunk)"
                />
              )}
              {reference && (
                <>
                  <line
                    x1={left}
                    x2={right}
                    y1={y.at(reference.value)}
                    y2={y.at(reference.value)}
                    stroke="var(--ink-3)"
                    strokeDasharray="4 3"
                  />
                  {reference.label && (
                    <text x={right - 2} y={y.at(reference.value) - 5} textAnchor="end" className="fill-ink-3">
                      {reference.label}
                    </text>
                  )}
                </>
              )}
              {resumes.map((step) => (
                <line
                  key={step}
                  x1={x.at(step)}
                  x2={x.at(step)}
                  y1={TOP}
                  y2={bottom}
                  stroke="var(--ink-2)"
                  strokeDasharray="3 3"
                />
              ))}
              <path
                d={pathOf(thin(values, Math.max(50, width)), x.at, y.at)}
                fill="none"
                stroke="var(--c1)"
                strokeWidth={1.4}
                strokeLinejoin="round"
              />
              <XAxis scale={x} y={bottom} />
              {cursor.step !== null && read && (
                <g pointerEvents="none">
                  <line
                    x1={x.at(read.step)}
                    x2={x.at(read.step)}
                    y1={TOP}
                    y2={bottom}
                    stroke="var(--ink-3)"
                  />
                  <circle
                    cx={x.at(read.step)}
                    cy={y.at(read.value)}
                    r={3}
                    fill="var(--c1)"
                    stroke="var(--page)"
                  />
                </g>
              )}
            </>
          );
        }}
      </ChartFigure>
      <p role="status" className="sr-only">
        {readOut.byKey && read
          ? `Step ${count(read.step)}, ${title} ${decimal(read.value / divisor, digits)}`
          : ''}
      </p>
    </div>
  );
}
