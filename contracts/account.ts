import * as z from 'zod';
import { operation } from './operation.ts';
import { Owner, Timestamp, UsdMicros } from './values.ts';

/** Which e-mails are sent; the in-app copy is always kept. */
export const EmailChoices = z.strictObject({
  datasets: z.boolean(),
  jobsStarted: z.boolean(),
  jobsEnded: z.boolean(),
});
export type EmailChoices = z.infer<typeof EmailChoices>;

export const Settings = z.object({
  email: z.string(),
  emailChoices: EmailChoices,
  /** Your own limit for a calendar month (UTC); never above `monthlyBudgetCeilingUsdMicros`. */
  monthlyBudgetUsdMicros: UsdMicros,
  /** What an admin allows you; only admins change it. */
  monthlyBudgetCeilingUsdMicros: UsdMicros,
});
export type Settings = z.infer<typeof Settings>;

/** The stored shape; what a person never chose is absent and takes the stage's default. */
export const SettingsRecord = z.object({
  shape: z.literal(1),
  owner: Owner,
  email: z.string(),
  emailChoices: EmailChoices,
  monthlyBudgetUsdMicros: UsdMicros.optional(),
  monthlyBudgetCeilingUsdMicros: UsdMicros.optional(),
  disabledAt: Timestamp.optional(),
  updatedAt: Timestamp,
});
export type SettingsRecord = z.infer<typeof SettingsRecord>;

export const getSettings = operation({
  id: 'getSettings',
  noun: 'account',
  method: 'GET',
  path: '/settings',
  summary: 'Your settings; made with the defaults on first use.',
  success: { status: 200, body: Settings },
});

export const changeSettings = operation({
  id: 'changeSettings',
  noun: 'account',
  method: 'PATCH',
  path: '/settings',
  summary: 'Change which e-mails you get or your own monthly budget.',
  body: z.strictObject({
    emailChoices: EmailChoices.partial().optional(),
    monthlyBudgetUsdMicros: UsdMicros.optional(),
  }),
  success: { status: 200, body: Settings },
  problems: ['forbidden'],
});

export const accountOperations = [getSettings, changeSettings];
