import type { UseQueryResult } from '@tanstack/react-query';
import type { CostSummary } from '../../../../contracts/costs.ts';
import { XAxis, YGrid } from '../../components/charts/axes.tsx';
import { ChartFigure } from '../../components/charts/chart-figure.tsx';
import { linearScale } from '../../components/charts/scale.ts';
import { Section } from '../../components/page.tsx';
import { ErrorState, Quiet } from '../../components/states.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { axisMoney, money } from '../../lib/format/money.ts';
import { counted } from '../../lib/format/numbers.ts';
import { monthName } from '../../lib/format/time.ts';

const HEIGHT = 168;

/** The month's money: spent, held by jobs that run, free to start with; and how it came about by day. */
export function MonthSpend({ costs, now }: { costs: UseQueryResult<CostSummary>; now: Date }) {
  const { data } = costs;
  const month = data?.month ?? now.toISOString().slice(0, 7);
  const name = monthName(month).split(' ')[0];
  return (
    <Section title={`${name} spend`} aside={<TextLink to="/costs">Costs</TextLink>} line={false}>
      {costs.isError && (
        <ErrorState
          error={costs.error}
          title={data ? 'These figures are not the newest.' : 'The costs couldn’t be loaded.'}
          onRetry={() => void costs.refetch()}
        />
      )}
      {!data && !costs.isError && (
        <p className="text-28 font-semibold">
          <Quiet ch={7} />
        </p>
      )}
      {data && <Figures summary={data} now={now} />}
    </Section>
  );
}

function Figures({ summary, now }: { summary: CostSummary; now: Date }) {
  const {
    spentUsdMicros: spent,
    heldUsdMicros: held,
    limitUsdMicros: limit,
    freeUsdMicros: free,
  } = summary.budget;
  const whole = Math.max(limit, spent + held, 1);
  const share = (micros: number) => `${(micros / whole) * 100}%`;
  const running = summary.jobs.filter((job) => job.endedAt === undefined).length;
  return (
    <>
      <p>
        <span className="text-28 font-semibold">{money(spent)}</span>
        <span className="ml-2 text-12 text-ink-3">of {money(limit)}</span>
      </p>
      <div aria-hidden className="mt-2.5 mb-2 flex h-2.5 gap-0.5">
        {spent > 0 && <i className="min-w-0.5 rounded-[2px] bg-c1" style={{ width: share(spent) }} />}
        {held > 0 && (
          <i
            className="min-w-0.5 rounded-[2px] [background:repeating-linear-gradient(135deg,var(--c1)_0_2px,var(--band)_2px_5px)]"
            style={{ width: share(held) }}
          />
        )}
        <i className="flex-1 rounded-[2px] bg-line" />
      </div>
      <dl className="grid grid-cols-[1fr_auto] text-12 leading-5">
        <dt className="text-ink-2">
          <i aria-hidden className="mr-2 inline-block size-2 rounded-[2px] bg-c1" />
          Spent
        </dt>
        <dd className="text-right">{money(spent)}</dd>
        <dt className="text-ink-2">
          <i
            aria-hidden
            className="mr-2 inline-block size-2 rounded-[2px] [background:repeating-linear-gradient(135deg,var(--c1)_0_2px,var(--band)_2px_5px)]"
          />
          {held > 0 && running > 0 ? `Held for ${counted(running, 'job')}` : 'Held for jobs'}
        </dt>
        <dd className="text-right">{money(held)}</dd>
        <dt className="text-ink-2">
          <i aria-hidden className="mr-2 inline-block size-2 rounded-[2px] bg-line-strong" />
          Free to start with
        </dt>
        <dd className="text-right">{money(free)}</dd>
      </dl>
      {spent > 0 && (
        <div className="mt-4">
          <SpendCurve summary={summary} now={now} />
        </div>
      )}
    </>
  );
}

/** Sums of each day up to today, in order: what a staircase is drawn from. */
export function runningTotals(
  days: readonly { day: string; costUsdMicros: number }[],
  upTo: string,
): { day: number; total: number }[] {
  const byDay = new Map(days.map(({ day, costUsdMicros }) => [day, costUsdMicros]));
  const month = upTo.slice(0, 7);
  let total = 0;
  return Array.from({ length: Number(upTo.slice(8, 10)) }, (_, index) => {
    total += byDay.get(`${month}-${String(index + 1).padStart(2, '0')}`) ?? 0;
    return { day: index + 1, total };
  });
}

function lastDayOf(month: string): number {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).getUTCDate();
}

function SpendCurve({ summary, now }: { summary: CostSummary; now: Date }) {
  const { limitUsdMicros: limit } = summary.budget;
  const lastDay = lastDayOf(summary.month);
  const today = now.toISOString().slice(0, 10);
  const upTo = today.startsWith(summary.month) ? today : `${summary.month}-${lastDay}`;
  const totals = runningTotals(summary.days, upTo);
  const spent = totals.at(-1)?.total ?? 0;
  // A budget far above what was spent would press the line flat: it is then told in words instead of drawn.
  const showsBudget = spent > limit * 0.2;
  return (
    <ChartFigure
      label={`${money(spent)} spent by day ${totals.length} of the month, of a budget of ${money(limit)}.`}
      height={HEIGHT}
      assumedWidth={300}
      {...(showsBudget ? {} : { caption: `The budget of ${money(limit)} lies above this scale.` })}
      table={{
        columns: ['Day', 'Spent until then'],
        rows: totals.map(({ day, total }) => [String(day), money(total)]),
      }}
    >
      {(width) => {
        const bottom = HEIGHT - 22;
        const highest = Math.max(spent, showsBudget ? limit : 0) || 1_000_000;
        const y = linearScale({ domain: [0, highest * 1.06], range: [bottom, 8], most: 3 });
        const x = linearScale({ domain: [1, lastDay + 1], range: [46, width - 2], most: 4, whole: true });
        const path = totals
          .map(({ day, total }, index) =>
            index === 0
              ? `M${x.at(day)} ${bottom}V${y.at(total)}H${x.at(day + 1)}`
              : `V${y.at(total)}H${x.at(day + 1)}`,
          )
          .join('');
        const end = x.at(totals.length + 1);
        return (
          <>
            <YGrid scale={y} left={46} right={width - 2} label={(tick) => axisMoney(tick, y.step)} />
            <rect x={end} y={8} width={Math.max(0, width - 2 - end)} height={bottom - 8} fill="var(--sunk)" />
            <path d={`${path}V${bottom}Z`} fill="var(--band-2)" />
            <path d={path} fill="none" stroke="var(--c1)" strokeWidth={2} />
            {showsBudget && (
              <>
                <line
                  x1={46}
                  x2={width - 2}
                  y1={y.at(limit)}
                  y2={y.at(limit)}
                  stroke="var(--bad)"
                  strokeWidth={1.5}
                />
                <text x={50} y={y.at(limit) + 14} className="fill-bad">
                  budget {money(limit)}
                </text>
              </>
            )}
            <XAxis scale={x} y={bottom} />
          </>
        );
      }}
    </ChartFigure>
  );
}
