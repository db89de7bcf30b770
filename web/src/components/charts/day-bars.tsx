import { axisMoney, money } from '../../lib/format/money.ts';
import { ChartFigure } from './chart-figure.tsx';
import { domainOf, labelWidth, linearScale } from './scale.ts';

export interface DayCost {
  /** 1–31. */
  day: number;
  usdMicros: number;
}

const HEIGHT = 220;
const TOP = 22;
const BOTTOM = 24;

/** What each day of a month cost. Days to come are a grey field; a day without a bar cost nothing. */
export function DayBars({
  days,
  daysInMonth,
  today,
  month,
}: {
  days: readonly DayCost[];
  daysInMonth: number;
  /** The day it is, where the month is the present one. */
  today?: number | undefined;
  /** “November 2026”, for the label. */
  month: string;
}) {
  const total = days.reduce((sum, day) => sum + day.usdMicros, 0);
  const most = days.reduce((a, b) => (b.usdMicros > a.usdMicros ? b : a), { day: 0, usdMicros: 0 });
  const label =
    total === 0
      ? `Cost by day, ${month}: nothing was spent.`
      : `Cost by day, ${month}: ${money(total)} in all, most on day ${most.day} with ${money(most.usdMicros)}.`;
  return (
    <ChartFigure
      label={label}
      height={HEIGHT}
      assumedWidth={900}
      table={{
        columns: ['Day', 'Cost'],
        rows: days.map((day) => [String(day.day), money(day.usdMicros)]),
      }}
    >
      {(width) => {
        const [, high] = domainOf(
          days.map((day) => day.usdMicros),
          { zero: true, air: 0.08 },
        );
        const y = linearScale({ domain: [0, high], range: [HEIGHT - BOTTOM, TOP], most: 4 });
        const left = Math.max(...y.ticks.map((tick) => labelWidth(axisMoney(tick, y.step)))) + 10;
        const slot = (width - left) / daysInMonth;
        const bar = Math.min(26, slot * 0.68);
        const bottom = HEIGHT - BOTTOM;
        const middle = (day: number) => left + (day - 0.5) * slot;
        const every = slot >= 20 ? 1 : slot >= 12 ? 2 : 5;
        const labelled = slot > labelWidth('58.14') + 2;
        return (
          <>
            {y.ticks.map((tick) => (
              <g key={tick}>
                <line x1={left} x2={width} y1={y.at(tick)} y2={y.at(tick)} stroke="var(--grid)" />
                <text x={left - 8} y={y.at(tick) + 4} textAnchor="end" className="fill-ink-3">
                  {axisMoney(tick, y.step)}
                </text>
              </g>
            ))}
            {today !== undefined && today < daysInMonth && (
              <rect
                x={left + today * slot}
                y={TOP}
                width={width - left - today * slot}
                height={bottom - TOP}
                fill="var(--sunk)"
              />
            )}
            {days.map((day) =>
              day.usdMicros === 0 ? null : (
                <g key={day.day}>
                  <rect
                    x={middle(day.day) - bar / 2}
                    y={Math.min(y.at(day.usdMicros), bottom - 1.5)}
                    width={bar}
                    height={Math.max(1.5, bottom - y.at(day.usdMicros))}
                    rx={1.5}
                    fill="var(--c1)"
                  >
                    <title>{`${day.day} ${month}: ${money(day.usdMicros)}`}</title>
                  </rect>
                  {(labelled || day.day === most.day) && (
                    <text
                      x={middle(day.day)}
                      y={y.at(day.usdMicros) - 5}
                      textAnchor="middle"
                      className="fill-ink-2"
                    >
                      {money(day.usdMicros).replace('$', '')}
                    </text>
                  )}
                </g>
              ),
            )}
            <line x1={left} x2={width} y1={bottom} y2={bottom} stroke="var(--axis)" />
            {Array.from({ length: daysInMonth }, (_, index) => index + 1)
              .filter(
                (day) =>
                  day === today ||
                  (day % every === 0 && Math.abs(day - (today ?? -9)) * slot > 16) ||
                  every === 1,
              )
              .map((day) => (
                <text
                  key={day}
                  x={middle(day)}
                  y={bottom + 16}
                  textAnchor="middle"
                  className={day === today ? 'fill-ink font-semibold' : 'fill-ink-3'}
                >
                  {day}
                </text>
              ))}
          </>
        );
      }}
    </ChartFigure>
  );
}
