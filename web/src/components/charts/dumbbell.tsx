import { loss as lossText, signed } from '../../lib/format/numbers.ts';
import { ChartFigure } from './chart-figure.tsx';
import { domainOf, labelWidth, linearScale, tickLabel } from './scale.ts';

const HEIGHT = 78;

/** Loss from base to tuned on one axis, lower at the left, with the 95 % interval of the difference around the tuned end. */
export function Dumbbell({
  base,
  tuned,
  interval,
}: {
  base: number;
  tuned: number;
  /** Of tuned minus base. */
  interval: { low: number; high: number };
}) {
  const label =
    `Validation loss ${lossText(base)} with the base, ${lossText(tuned)} tuned; ` +
    `95 % interval of the difference ${signed(interval.low, 3)} to ${signed(interval.high, 3)}. Lower is better.`;
  return (
    <ChartFigure label={label} height={HEIGHT} assumedWidth={480}>
      {(width) => {
        const [low, high] = domainOf([base, tuned, base + interval.low, base + interval.high], { air: 0.12 });
        const x = linearScale({
          domain: [Math.max(0, low), high],
          range: [4, width - 4],
          most: width < 420 ? 4 : 7,
        });
        const y = 34;
        const [a, b] = [x.at(tuned), x.at(base)];
        const near = Math.abs(a - b) < (labelWidth('tuned 1.310') + labelWidth('base 1.920')) / 2 + 10;
        const side = (at: number, other: number) => (near ? (at <= other ? 'end' : 'start') : 'middle');
        const keep = (at: number, text: string, anchor: string) => {
          const full = labelWidth(text);
          const before = anchor === 'end' ? full : anchor === 'middle' ? full / 2 : 0;
          return Math.min(width - (full - before), Math.max(before, at));
        };
        const tunedText = `tuned ${lossText(tuned)}`;
        const baseText = `base ${lossText(base)}`;
        return (
          <>
            {x.ticks.map((tick) => (
              <g key={tick}>
                <line x1={x.at(tick)} x2={x.at(tick)} y1={22} y2={52} stroke="var(--grid)" />
                <text
                  x={keep(x.at(tick), tickLabel(tick, x.step), 'middle')}
                  y={69}
                  textAnchor="middle"
                  className="fill-ink-3"
                >
                  {tickLabel(tick, x.step)}
                </text>
              </g>
            ))}
            <line x1={x.range[0]} x2={x.range[1]} y1={52} y2={52} stroke="var(--axis)" />
            <rect
              x={Math.max(x.range[0], x.at(base + interval.low))}
              y={y - 9}
              width={Math.max(
                2,
                x.at(base + interval.high) - Math.max(x.range[0], x.at(base + interval.low)),
              )}
              height={18}
              rx={3}
              fill="var(--band)"
            />
            <line x1={a} x2={b} y1={y} y2={y} stroke="var(--line-2)" strokeWidth={2} />
            <circle cx={b} cy={y} r={5} fill="var(--page)" stroke="var(--ink-3)" strokeWidth={2} />
            <circle cx={a} cy={y} r={5.5} fill="var(--c1)" />
            <text
              x={keep(a, tunedText, side(a, b))}
              y={14}
              textAnchor={side(a, b)}
              className="fill-c1 font-semibold"
            >
              {tunedText}
            </text>
            <text x={keep(b, baseText, side(b, a))} y={14} textAnchor={side(b, a)} className="fill-ink-2">
              {baseText}
            </text>
          </>
        );
      }}
    </ChartFigure>
  );
}
