import { describe, expect, test } from '@jest/globals';
import { Settings, SettingsRecord } from '../../contracts/account.ts';
import { ProblemError } from '../../contracts/problems.ts';
import {
  changedSettings,
  firstSettings,
  monthlyLimit,
  settingsView,
} from '../../lambdas/account/settings.ts';

const now = new Date('2026-11-23T15:00:00.000Z');
const later = new Date('2026-11-23T16:00:00.000Z');
const byDefault = 100_000_000;
const first = firstSettings('ana', 'ana@example.test', now);

describe('settings', () => {
  test('first use stores no limit of its own, so that the stage’s default goes on to hold', () => {
    expect(SettingsRecord.parse(first)).toEqual(first);
    expect(first).not.toHaveProperty('monthlyBudgetUsdMicros');
    const view = settingsView(first, byDefault);
    expect(Settings.parse(view)).toEqual(view);
    expect(view.monthlyBudgetUsdMicros).toBe(byDefault);
    expect(settingsView(first, 5).monthlyBudgetUsdMicros).toBe(5);
  });

  test('nobody raises their own budget above the ceiling', () => {
    const raise = (settings: typeof first, budget: number) => () =>
      changedSettings(settings, { monthlyBudgetUsdMicros: budget }, byDefault, later);
    expect(raise(first, byDefault)().monthlyBudgetUsdMicros).toBe(byDefault);
    expect(raise(first, byDefault + 1)).toThrow(ProblemError);
    const allowed = { ...first, monthlyBudgetCeilingUsdMicros: 250_000_000 };
    expect(raise(allowed, 250_000_000)().monthlyBudgetUsdMicros).toBe(250_000_000);
    expect(raise(allowed, 250_000_001)).toThrow('at most $250.00');
  });

  test('a ceiling that was lowered since holds over a higher budget of one’s own', () => {
    const settings = { monthlyBudgetUsdMicros: 90, monthlyBudgetCeilingUsdMicros: 40 };
    expect(monthlyLimit(settings, byDefault)).toBe(40);
    expect(monthlyLimit({ monthlyBudgetUsdMicros: 30, monthlyBudgetCeilingUsdMicros: 40 }, byDefault)).toBe(
      30,
    );
    expect(monthlyLimit({ monthlyBudgetCeilingUsdMicros: 40 }, byDefault)).toBe(40);
    expect(monthlyLimit(undefined, byDefault)).toBe(byDefault);
  });

  test('one changed e-mail choice leaves the others as they were', () => {
    const changed = changedSettings(first, { emailChoices: { jobsStarted: true } }, byDefault, later);
    expect(changed.emailChoices).toEqual({ ...first.emailChoices, jobsStarted: true });
    expect(changed.updatedAt).toBe(later.toISOString());
  });
});
