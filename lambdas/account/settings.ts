/** A person's settings: defaults until they choose, and their own budget never above what an admin allows. */
import type { EmailChoices, Settings, SettingsRecord } from '../../contracts/account.ts';
import { ProblemError } from '../../contracts/problems.ts';

/** The ends of jobs and the results of checks are worth a mail; that a job has started is seen on the page. */
export const DEFAULT_EMAIL_CHOICES: EmailChoices = { datasets: true, jobsStarted: false, jobsEnded: true };

/** The record of first use. Limits stay absent: they follow the stage's default until somebody chooses. */
export function firstSettings(owner: string, email: string, now: Date): SettingsRecord {
  return {
    shape: 1,
    owner,
    email,
    emailChoices: DEFAULT_EMAIL_CHOICES,
    updatedAt: now.toISOString(),
  };
}

type Limits = Pick<SettingsRecord, 'monthlyBudgetUsdMicros' | 'monthlyBudgetCeilingUsdMicros'>;

/** What an admin allows in a month, micros; the stage's default where no admin has said. */
export const monthlyCeiling = (settings: Limits | undefined, defaultUsdMicros: number): number =>
  settings?.monthlyBudgetCeilingUsdMicros ?? defaultUsdMicros;

/** The limit that holds in a month, micros: the person's own, never above the ceiling, which may have been lowered since. */
export function monthlyLimit(settings: Limits | undefined, defaultUsdMicros: number): number {
  const ceiling = monthlyCeiling(settings, defaultUsdMicros);
  return Math.min(settings?.monthlyBudgetUsdMicros ?? ceiling, ceiling);
}

/** What the API answers. */
export function settingsView(settings: SettingsRecord, defaultUsdMicros: number): Settings {
  return {
    email: settings.email,
    emailChoices: settings.emailChoices,
    monthlyBudgetUsdMicros: monthlyLimit(settings, defaultUsdMicros),
    monthlyBudgetCeilingUsdMicros: monthlyCeiling(settings, defaultUsdMicros),
  };
}

export interface SettingsChange {
  emailChoices?: Partial<EmailChoices> | undefined;
  monthlyBudgetUsdMicros?: number | undefined;
}

/** The settings after a change. Throws `forbidden` where a budget would pass the ceiling. */
export function changedSettings(
  settings: SettingsRecord,
  change: SettingsChange,
  defaultUsdMicros: number,
  now: Date,
): SettingsRecord {
  const ceiling = monthlyCeiling(settings, defaultUsdMicros);
  const budget = change.monthlyBudgetUsdMicros;
  if (budget !== undefined && budget > ceiling) {
    throw new ProblemError(
      'forbidden',
      `Your budget can be at most $${(ceiling / 1e6).toFixed(2)} a month. An admin can raise that.`,
    );
  }
  return {
    ...settings,
    emailChoices: { ...settings.emailChoices, ...change.emailChoices },
    ...(budget === undefined ? {} : { monthlyBudgetUsdMicros: budget }),
    updatedAt: now.toISOString(),
  };
}
