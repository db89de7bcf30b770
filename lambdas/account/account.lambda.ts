import * as z from 'zod';
import { accountOperations, changeSettings, getSettings } from '../../contracts/account.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { cognitoAddresses } from '../runtime/cognito-addresses.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { serve } from '../runtime/serve.ts';
import { dynamoSettingsStore } from './dynamo-settings-store.ts';
import { changedSettings, firstSettings, monthlyCeiling, settingsView } from './settings.ts';

export const environment = z.object({
  CORE_TABLE: z.string(),
  USER_POOL_ID: z.string(),
  DEFAULT_MONTHLY_BUDGET_USD_MICROS: z.coerce.number().int().positive(),
});

export const handler = serve(accountOperations, environment, (env) => {
  const store = dynamoSettingsStore(documentClient(), env.CORE_TABLE);
  const addressOf = cognitoAddresses(env.USER_POOL_ID);
  const byDefault = env.DEFAULT_MONTHLY_BUDGET_USD_MICROS;
  const settingsOf = async (owner: string, now: Date) =>
    (await store.get(owner)) ?? store.putFirst(firstSettings(owner, await addressOf(owner), now));
  return {
    [getSettings.id]: async ({ owner, now }) => settingsView(await settingsOf(owner, now()), byDefault),
    [changeSettings.id]: async ({ owner, body, now }) => {
      const settings = await settingsOf(owner, now());
      const changed = changedSettings(settings, body, byDefault, now());
      const stored = await store.putChoices(changed, monthlyCeiling(settings, byDefault));
      if (!stored) throw new ProblemError('forbidden', 'Your limit was changed in the meantime. Look again.');
      return settingsView(stored, byDefault);
    },
  };
});
