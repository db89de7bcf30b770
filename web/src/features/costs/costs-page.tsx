import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { getCostSummary, type CostSummary } from '../../../../contracts/costs.ts';
import { BudgetBar } from '../../components/charts/budget-bar.tsx';
import { DayBars } from '../../components/charts/day-bars.tsx';
import { LinkButton } from '../../components/button.tsx';
import { KeyFigures, Page, Section } from '../../components/page.tsx';
import { Select } from '../../components/select.tsx';
import { EmptyState, ErrorState, QuietRows } from '../../components/states.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { query } from '../../lib/api.ts';
import { forecast, money } from '../../lib/format/money.ts';
import { count, counted, percent } from '../../lib/format/numbers.ts';
import { monthName } from '../../lib/format/time.ts';
import { useNow } from '../../lib/use-now.ts';
import {
  daysIn,
  filledDays,
  heldEstimates,
  monthForecast,
  monthOf,
  recentMonths,
  spentWithoutModel,
} from './cost-figures.ts';
import { ExportButton } from './export-button.tsx';
import { GpuTable } from './gpu-table.tsx';
import { JobCosts } from './job-costs.tsx';
import { RecordsSection } from './records-section.tsx';

/** What a month cost: against its budget, by day, by job with what was predicted, by GPU, and record by record. */
export default function CostsPage() {
  const now = useNow(60_000);
  const thisMonth = monthOf(now);
  const [chosen, setChosen] = useState<string | null>(null);
  const month = chosen ?? thisMonth;
  const answer = useQuery(query(getCostSummary, { query: { month } }, { everyMilliseconds: 30_000 }));
  const summary = answer.data;
  return (
    <Page
      title="Costs"
      lead="GPU time only, by the second it was used. Months and days are UTC."
      actions={
        <>
          <Select
            size="sm"
            ariaLabel="Month"
            className="md:!w-44"
            value={month}
            onValueChange={(next) => setChosen(next === thisMonth ? null : next)}
            options={recentMonths(now, 12).map((each) => ({ value: each, label: monthName(each) }))}
          />
          <ExportButton month={month} />
        </>
      }
    >
      {answer.isError && (
        <ErrorState
          error={answer.error}
          title={summary ? 'Nothing newer has arrived.' : 'The costs couldn’t be loaded.'}
          onRetry={() => void answer.refetch()}
        />
      )}
      {summary ? (
        <Summary summary={summary} today={month === thisMonth ? now.getUTCDate() : undefined} />
      ) : (
        !answer.isError && <QuietRows rows={4} columns={[12, 12, 12, 12]} label="Loading the costs" />
      )}
    </Page>
  );
}

function Summary({ summary, today }: { summary: CostSummary; today: number | undefined }) {
  const daysInMonth = daysIn(summary.month);
  const name = monthName(summary.month);
  const days = filledDays(summary, today ?? daysInMonth);
  const { budget } = summary;
  const ahead = today === undefined ? undefined : monthForecast(days, daysInMonth);
  const held = heldEstimates(summary.jobs);
  const lost = spentWithoutModel(summary.jobs);
  const total = budget.spentUsdMicros;
  if (total === 0 && summary.jobs.length === 0) {
    return (
      <>
        <BudgetSection budget={budget} name={name} current={today !== undefined} />
        <EmptyState
          title={`Nothing was spent in ${name}.`}
          actions={
            today === undefined ? undefined : (
              <LinkButton to="/training-jobs/new" variant="primary">
                New training job
              </LinkButton>
            )
          }
        >
          A job’s cost is shown before it starts, while it runs and here.
        </EmptyState>
      </>
    );
  }
  return (
    <>
      <KeyFigures
        figures={[
          {
            label: 'Spent',
            value: money(total),
            below: `of a budget of ${money(budget.limitUsdMicros)}; ${
              budget.heldUsdMicros > 0 ? `${money(budget.heldUsdMicros)} held` : 'none held'
            }`,
          },
          ...(ahead
            ? [
                {
                  label: `${name.split(' ')[0]} ends at about`,
                  value: forecast(ahead.expected),
                  below: `between ${forecast(ahead.low)} and ${forecast(ahead.high)}, at this pace`,
                },
              ]
            : []),
          {
            label: 'Estimates that held',
            value: held.of === 0 ? '–' : percent(held.held / held.of),
            note: held.of === 0 ? undefined : `${count(held.held)} of ${counted(held.of, 'job')}`,
            below: held.of === 0 ? 'no job ran to its end' : 'promised 80 %',
          },
          {
            label: 'Spent without a model',
            value: money(lost.usdMicros),
            below:
              lost.jobs === 0
                ? 'no job failed or was cancelled'
                : `${counted(lost.jobs, 'job')} failed or cancelled`,
          },
        ]}
      />
      <BudgetSection budget={budget} name={name} current={today !== undefined} />
      <Section title="By day" note="US dollars of GPU time">
        <div className="pt-2">
          <DayBars days={days} daysInMonth={daysInMonth} today={today} month={name} />
        </div>
      </Section>
      <JobCosts jobs={summary.jobs} name={name} />
      <GpuTable gpuTypes={summary.gpuTypes} total={total} />
      <RecordsSection month={summary.month} />
    </>
  );
}

function BudgetSection({
  budget,
  name,
  current,
}: {
  budget: CostSummary['budget'];
  name: string;
  current: boolean;
}) {
  return (
    <Section
      title="Budget"
      note={current ? `${money(budget.freeUsdMicros)} free in ${name}` : name}
      line={false}
      aside={current ? <TextLink to="/settings">Change budget</TextLink> : undefined}
    >
      <BudgetBar spent={budget.spentUsdMicros} held={budget.heldUsdMicros} limit={budget.limitUsdMicros} />
      {current && budget.heldUsdMicros > 0 && (
        <p className="text-12 text-ink-3">
          Pale: held by jobs that run, and given back where they don’t use it. With nothing free no new job
          starts.
        </p>
      )}
    </Section>
  );
}
