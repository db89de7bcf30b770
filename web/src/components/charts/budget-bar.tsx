import { money } from '../../lib/format/money.ts';
import { ChartFigure } from './chart-figure.tsx';
import { CapStroke, MoneyAxis } from './money-axis.tsx';
import { moneyScale } from './money-scale.ts';

/** A month's budget: spent solid, held by running jobs pale, the limit in red. All in USD micros. */
export function BudgetBar({ spent, held, limit }: { spent: number; held: number; limit: number }) {
  const label = `${money(spent)} spent${held > 0 ? ` and ${money(held)} held by jobs that run` : ''}, of a budget of ${money(limit)}.`;
  return (
    <ChartFigure label={label} height={56} assumedWidth={480}>
      {(width) => {
        const x = moneyScale(Math.max(limit, spent + held), 0, width - 1);
        return (
          <>
            <rect x={0} y={12} width={width} height={10} rx={2} fill="var(--sunk)" />
            <rect
              x={x.at(spent)}
              y={12}
              width={Math.max(0, x.at(spent + held) - x.at(spent))}
              height={10}
              fill="var(--band)"
            />
            <rect
              x={0}
              y={12}
              width={spent > 0 ? Math.max(1.5, x.at(spent)) : 0}
              height={10}
              rx={2}
              fill="var(--c1)"
            />
            <CapStroke x={x.at(limit)} right={width} top={6} bottom={28} word="budget" />
            <MoneyAxis scale={x} y={32} />
          </>
        );
      }}
    </ChartFigure>
  );
}
