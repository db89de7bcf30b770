import { useState } from 'react';
import { changeSettings, type Settings } from '../../../../contracts/account.ts';
import { Button } from '../../components/button.tsx';
import { Field, Input } from '../../components/field.tsx';
import { ErrorState } from '../../components/states.tsx';
import { useCall } from '../../lib/api.ts';
import { editableMoney, money, parseMoney } from '../../lib/format/money.ts';
import { useOfflineReason } from '../../lib/online.ts';

/** What is wrong with a budget that was typed, in a sentence; undefined when it may be stored. */
export function budgetProblem(typed: string, ceilingUsdMicros: number): string | undefined {
  const amount = parseMoney(typed);
  if (amount === undefined) return 'Enter an amount such as 40.00.';
  if (amount > ceilingUsdMicros) {
    return `At most ${money(ceilingUsdMicros)}: only an admin can allow more.`;
  }
  return undefined;
}

/** The person's own limit; new jobs whose cap is above what is free of it are refused. */
export function BudgetForm({ settings }: { settings: Settings }) {
  const [typed, setTyped] = useState(editableMoney(settings.monthlyBudgetUsdMicros));
  const change = useCall(changeSettings, { alsoStale: ['costs'] });
  const offline = useOfflineReason();
  const problem = budgetProblem(typed, settings.monthlyBudgetCeilingUsdMicros);
  const amount = parseMoney(typed);
  const changed = amount !== settings.monthlyBudgetUsdMicros;
  return (
    <form
      className="py-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === undefined && amount !== undefined && changed) {
          change.mutate({ body: { monthlyBudgetUsdMicros: amount } });
        }
      }}
    >
      <Field
        label="Monthly budget"
        error={problem}
        hint={`Once ${money(settings.monthlyBudgetUsdMicros)} is spent or held, no new job starts; running ones keep what their cap holds. An admin allows you up to ${money(settings.monthlyBudgetCeilingUsdMicros)}.`}
      >
        <div className="flex gap-2">
          <Input
            inputMode="decimal"
            className="max-w-52"
            before="$"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          {changed && (
            <Button
              type="submit"
              variant="primary"
              busy={change.isPending}
              disabled={problem !== undefined}
              disabledReason={offline}
              className="md:h-9"
            >
              {problem === undefined && amount !== undefined ? `Set it to ${money(amount)}` : 'Set it'}
            </Button>
          )}
        </div>
      </Field>
      {change.isError && <ErrorState error={change.error} title="The budget stays as it was." />}
    </form>
  );
}
