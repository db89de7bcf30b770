import { money, moneyRange } from '../../lib/format/money.ts';
import { ChartFigure } from './chart-figure.tsx';
import type { MoneyRange } from './estimate-bar.tsx';
import { CapStroke, MoneyAxis } from './money-axis.tsx';
import { moneyScale } from './money-scale.ts';
import { labelWidth } from './scale.ts';

/** What a job has spent, inside what was estimated before it started, and its cap. All in USD micros. */
export function SpendBar({
  spent,
  estimate,
  cap,
  endsNear,
}: {
  spent: number;
  estimate: MoneyRange;
  cap: number;
  /** What it will have cost at its end, by its own pace; left out when it has ended or has no pace yet. */
  endsNear?: number | undefined;
}) {
  const label = [
    `Spent ${money(spent)}`,
    ...(endsNear === undefined ? [] : [`ends near ${money(endsNear)}`]),
    `estimate ${moneyRange(estimate.low, estimate.high)}, expected ${money(estimate.expected)}`,
    `cap ${money(cap)}.`,
  ].join('; ');
  return (
    <ChartFigure label={label} height={66} assumedWidth={316}>
      {(width) => {
        const x = moneyScale(Math.max(cap, estimate.high, spent), 0, width - 1);
        const mark = endsNear ?? estimate.expected;
        const text = endsNear === undefined ? `expected ${money(mark)}` : `ends near ${money(mark)}`;
        const half = labelWidth(text) / 2;
        return (
          <>
            <rect x={0} y={24} width={width} height={10} rx={2} fill="var(--sunk)" />
            <rect
              x={x.at(estimate.low)}
              y={20}
              width={Math.max(2, x.at(estimate.high) - x.at(estimate.low))}
              height={18}
              rx={2}
              fill="var(--band)"
            />
            <rect
              x={0}
              y={24}
              width={spent > 0 ? Math.max(1.5, x.at(spent)) : 0}
              height={10}
              rx={2}
              fill="var(--c1)"
            />
            <line x1={x.at(mark)} x2={x.at(mark)} y1={18} y2={40} stroke="var(--ink)" strokeWidth={2} />
            <text
              x={Math.min(width - half, Math.max(half, x.at(mark)))}
              y={12}
              textAnchor="middle"
              className="fill-ink font-medium"
            >
              {text}
            </text>
            <CapStroke x={x.at(cap)} right={width} top={22} bottom={42} />
            <MoneyAxis scale={x} y={44} />
          </>
        );
      }}
    </ChartFigure>
  );
}
