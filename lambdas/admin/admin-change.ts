/** What admins change, and the row that says so; both are written together. Time and ids are passed in. */
import type { AdminChange, AdminChangeRecord, PlatformBudget, UserSpending } from '../../contracts/admin.ts';
import type { PlatformSettingsRecord } from '../../contracts/platform-settings.ts';
import type { SettingsRecord } from '../../contracts/account.ts';
import type { BudgetRecord } from '../../contracts/costs.ts';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { monthlyCeiling, monthlyLimit } from '../account/settings.ts';
import { budgetView } from '../costs/budget.ts';
import { isTerminal } from '../../contracts/training-jobs.ts';

/** Who acts: the `sub` of a proven token, and the name the row shows. */
export interface Admin {
  owner: string;
  name: string;
}

/** The row of a change made now; `id` sorts by time (a ULID). */
export const changeRecord = (
  id: string,
  admin: Admin,
  change: Omit<AdminChange, 'id' | 'at' | 'by'>,
  now: Date,
): AdminChangeRecord => ({
  shape: 1,
  id,
  at: now.toISOString(),
  admin: admin.owner,
  by: admin.name,
  ...change,
});

/** The limit of all together, micros a month. */
const platformLimit = (
  settings: Pick<PlatformSettingsRecord, 'monthlyBudgetUsdMicros'> | undefined,
  defaultUsdMicros: number,
): number => settings?.monthlyBudgetUsdMicros ?? defaultUsdMicros;

export function platformBudget(
  settings: PlatformSettingsRecord | undefined,
  record: BudgetRecord | undefined,
  month: string,
  defaultUsdMicros: number,
): PlatformBudget {
  return {
    ...budgetView(record, month, platformLimit(settings, defaultUsdMicros)),
    defaultLimitUsdMicros: defaultUsdMicros,
    ...(settings ? { changedAt: settings.updatedAt, changedBy: settings.updatedBy } : {}),
  };
}

export function userSpending(
  owner: string,
  found: { settings: SettingsRecord | undefined; budget: BudgetRecord | undefined },
  month: string,
  defaultUsdMicros: number,
): UserSpending {
  const { settings, budget } = found;
  return {
    owner,
    ...(settings ? { email: settings.email } : {}),
    budget: budgetView(budget, month, monthlyLimit(settings, defaultUsdMicros)),
    capUsdMicros: monthlyCeiling(settings, defaultUsdMicros),
    isCapSet: settings?.monthlyBudgetCeilingUsdMicros !== undefined,
  };
}

/** Whether a job is among those asked for: a group of states, or one of them. */
export const isAmong = (status: string, job: TrainingJobRecord): boolean => {
  if (status === 'all') return true;
  if (status === 'live') return !isTerminal(job.status);
  if (status === 'ended') return isTerminal(job.status);
  return job.status === status;
};
