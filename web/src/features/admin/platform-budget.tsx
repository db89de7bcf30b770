import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { getPlatformBudget, setPlatformBudget, type PlatformBudget } from '../../../../contracts/admin.ts';
import { Button } from '../../components/button.tsx';
import { BudgetBar } from '../../components/charts/budget-bar.tsx';
import { Section } from '../../components/page.tsx';
import { ErrorState, Quiet } from '../../components/states.tsx';
import { query, useCall } from '../../lib/api.ts';
import { money } from '../../lib/format/money.ts';
import { monthName, when } from '../../lib/format/time.ts';
import { useNow } from '../../lib/use-now.ts';
import { AmountDialog } from './amount-dialog.tsx';

/** What all together may spend this month, and have. */
export function PlatformBudgetSection() {
  const [open, setOpen] = useState(false);
  const answer = useQuery(query(getPlatformBudget, {}, { everyMilliseconds: 30_000 }));
  const budget = answer.data;
  return (
    <Section
      title="Everybody’s month"
      note={budget ? `${money(budget.freeUsdMicros)} free in ${monthName(budget.month)}` : undefined}
      line={false}
      aside={
        budget && (
          <Button size="sm" onClick={() => setOpen(true)}>
            Set the budget…
          </Button>
        )
      }
    >
      {answer.isError && (
        <ErrorState
          error={answer.error}
          title={budget ? 'Nothing newer has arrived.' : 'The budget couldn’t be loaded.'}
          onRetry={() => void answer.refetch()}
        />
      )}
      {budget ? <Standing budget={budget} /> : !answer.isError && <Quiet ch={60} className="h-8" />}
      {open && budget && <BudgetDialog budget={budget} onClose={() => setOpen(false)} />}
    </Section>
  );
}

function Standing({ budget }: { budget: PlatformBudget }) {
  const now = useNow(60_000);
  return (
    <>
      <BudgetBar spent={budget.spentUsdMicros} held={budget.heldUsdMicros} limit={budget.limitUsdMicros} />
      <p className="text-12 text-ink-2">
        {money(budget.spentUsdMicros)} spent and {money(budget.heldUsdMicros)} held by jobs that run, of{' '}
        {money(budget.limitUsdMicros)}.{' '}
        {budget.changedAt
          ? `Set by ${budget.changedBy ?? 'an admin'}, ${when(budget.changedAt, now)}; the stage’s own is ${money(budget.defaultLimitUsdMicros)}.`
          : 'That is what the stage was deployed with.'}
      </p>
    </>
  );
}

function BudgetDialog({ budget, onClose }: { budget: PlatformBudget; onClose: () => void }) {
  const change = useCall(setPlatformBudget, { alsoStale: ['costs'], onSuccess: onClose });
  const committed = budget.spentUsdMicros + budget.heldUsdMicros;
  return (
    <AmountDialog
      title="Set everybody’s budget"
      description="What all together may spend in a calendar month (UTC). It holds from now on."
      label="Monthly budget of the installation"
      initial={budget.limitUsdMicros}
      hint={(amount) =>
        amount < committed
          ? `${money(committed)} is spent or held already: no new job starts this month; running ones keep what their cap holds.`
          : `${money(amount - committed)} would be free this month.`
      }
      busy={change.isPending}
      error={change.error}
      onSet={(monthlyBudgetUsdMicros) => change.mutate({ body: { monthlyBudgetUsdMicros } })}
      onClose={onClose}
    />
  );
}
