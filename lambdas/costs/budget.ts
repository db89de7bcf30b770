/** The rule of BUDGET#: what is held and spent never passes the limit at the moment a job is accepted. */
import type { Budget, BudgetRecord } from '../../contracts/costs.ts';

/** How a month stands against its limit. Free is never shown below zero: a limit may be lowered under what is held. */
export function budgetView(record: BudgetRecord | undefined, month: string, limitUsdMicros: number): Budget {
  const held = Math.max(0, record?.heldUsdMicros ?? 0);
  const spent = record?.spentUsdMicros ?? 0;
  return {
    month,
    limitUsdMicros,
    spentUsdMicros: spent,
    heldUsdMicros: held,
    freeUsdMicros: Math.max(0, limitUsdMicros - held - spent),
  };
}
