import { money, moneyRange } from '../../lib/format/money.ts';
import { ChartFigure } from './chart-figure.tsx';
import { CapStroke, MoneyAxis } from './money-axis.tsx';
import { moneyScale } from './money-scale.ts';
import { labelWidth } from './scale.ts';

export interface MoneyRange {
  low: number;
  expected: number;
  high: number;
}

/** What a run is expected to cost: a pale band, the expected value as a stroke, the cap in red. All in USD micros. */
export function EstimateBar({ cost, cap }: { cost: MoneyRange; cap?: number | undefined }) {
  const label =
    `Estimate ${moneyRange(cost.low, cost.high)}, expected ${money(cost.expected)}` +
    (cap === undefined ? '.' : `; cap ${money(cap)}.`);
  return (
    <ChartFigure label={label} height={66} assumedWidth={344}>
      {(width) => {
        const x = moneyScale(Math.max(cost.high, cap ?? 0), 0, width - 1);
        const [low, high] = [x.at(cost.low), x.at(cost.high)];
        const [from, to] = [money(cost.low), money(cost.high)];
        const apart = high - low > (labelWidth(from) + labelWidth(to)) / 2 + 8;
        const inside = (at: number, text: string) =>
          Math.min(width - labelWidth(text) / 2, Math.max(labelWidth(text) / 2, at));
        const both = moneyRange(cost.low, cost.high);
        return (
          <>
            <line x1={0} x2={width} y1={30} y2={30} stroke="var(--line-2)" />
            <rect x={low} y={21} width={Math.max(2, high - low)} height={18} rx={3} fill="var(--band)" />
            <line
              x1={x.at(cost.expected)}
              x2={x.at(cost.expected)}
              y1={17}
              y2={43}
              stroke="var(--c1)"
              strokeWidth={3}
            />
            {apart ? (
              <>
                <text x={inside(low, from)} y={12} textAnchor="middle" className="fill-ink-2">
                  {from}
                </text>
                <text x={inside(high, to)} y={12} textAnchor="middle" className="fill-ink-2">
                  {to}
                </text>
              </>
            ) : (
              <text x={inside((low + high) / 2, both)} y={12} textAnchor="middle" className="fill-ink-2">
                {both}
              </text>
            )}
            {cap !== undefined && <CapStroke x={Math.max(1, x.at(cap))} right={width} top={17} bottom={43} />}
            <MoneyAxis scale={x} y={46} />
          </>
        );
      }}
    </ChartFigure>
  );
}
