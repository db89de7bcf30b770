import { ulid } from 'ulid';
import * as z from 'zod';
import {
  adminOperations,
  getPlatformBudget,
  listAdminChanges,
  listAllJobs,
  listUsersSpending,
  setPlatformBudget,
  setUserCap,
  stopJob,
} from '../../contracts/admin.ts';
import { dynamoSettingsStore } from '../account/dynamo-settings-store.ts';
import { firstSettings } from '../account/settings.ts';
import { monthOf } from '../costs/ledger.ts';
import { cognitoAddresses } from '../runtime/cognito-addresses.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { serve } from '../runtime/serve.ts';
import { dynamoJobStore, writeNextJob } from '../training-jobs/dynamo-job-store.ts';
import { changeJob } from '../training-jobs/change-job.ts';
import { decideCancellation } from '../training-jobs/training-job.ts';
import { changeRecord, isAmong, platformBudget, userSpending } from './admin-change.ts';
import { changePlatformBudget, changeUserCap } from './change-caps.ts';
import { adminChangePut, dynamoAdminStore } from './dynamo-admin-store.ts';

export const environment = z.object({
  CORE_TABLE: z.string(),
  TELEMETRY_TABLE: z.string(),
  USER_POOL_ID: z.string(),
  DEFAULT_MONTHLY_BUDGET_USD_MICROS: z.coerce.number().int().nonnegative(),
  PLATFORM_MONTHLY_BUDGET_USD_MICROS: z.coerce.number().int().nonnegative(),
});

export const handler = serve(adminOperations, environment, (env) => {
  const documents = documentClient();
  const tables = { core: env.CORE_TABLE, telemetry: env.TELEMETRY_TABLE };
  const store = dynamoAdminStore(documents, tables);
  const settings = dynamoSettingsStore(documents, env.CORE_TABLE);
  const addressOf = cognitoAddresses(env.USER_POOL_ID);
  const byDefault = {
    user: env.DEFAULT_MONTHLY_BUDGET_USD_MICROS,
    platform: env.PLATFORM_MONTHLY_BUDGET_USD_MICROS,
  };
  const thisMonth = (now: Date) => monthOf(now.toISOString());
  // A change is not refused because the pool is slow to say a name: the `sub` names its admin as well.
  const adminOf = async (owner: string) => ({ owner, name: await addressOf(owner).catch(() => owner) });
  const ids = (now: Date) => ulid(now.getTime());
  return {
    [listAllJobs.id]: ({ query, now }) =>
      store.jobs({ ...query, keep: (job) => isAmong(query.status, job) }, now()),
    [getPlatformBudget.id]: async ({ now }) => {
      const month = thisMonth(now());
      const found = await store.platform(month);
      return platformBudget(found.settings, found.budget, month, byDefault.platform);
    },
    [setPlatformBudget.id]: async ({ owner, body, now }) => {
      const month = thisMonth(now());
      await changePlatformBudget(
        { store, newId: ids },
        { admin: await adminOf(owner), usdMicros: body.monthlyBudgetUsdMicros, month },
        now(),
      );
      const found = await store.platform(month);
      return platformBudget(found.settings, found.budget, month, byDefault.platform);
    },
    [listUsersSpending.id]: async ({ query, now }) => {
      const month = query.month ?? thisMonth(now());
      const { items, ...more } = await store.accounts(month, query);
      return {
        items: items.map((account) => userSpending(account.owner, account, month, byDefault.user)),
        ...more,
      };
    },
    [setUserCap.id]: async ({ owner, path, body, now }) => {
      const month = thisMonth(now());
      const account = await changeUserCap(
        {
          store,
          newId: ids,
          firstSettings: async () =>
            settings.putFirst(firstSettings(path.owner, await addressOf(path.owner), now())),
        },
        { admin: await adminOf(owner), owner: path.owner, usdMicros: body.capUsdMicros, month },
        now(),
      );
      return userSpending(path.owner, account, month, byDefault.user);
    },
    [stopJob.id]: async ({ owner, path, body, now }) => {
      const admin = await adminOf(owner);
      const told = changeRecord(
        ids(now()),
        admin,
        { action: 'stop-job', owner: path.owner, jobId: path.jobId, reason: body.reason },
        now(),
      );
      const jobs = {
        ...dynamoJobStore(documents, tables),
        replace: (change: Parameters<typeof writeNextJob>[2], at: Date) =>
          writeNextJob(documents, tables, change, at, [adminChangePut(tables.core, told)]),
      };
      const decide = (job: Parameters<typeof decideCancellation>[0]) =>
        decideCancellation(job, body.keepModel, now(), { admin: admin.name, reason: body.reason });
      return changeJob(jobs, path.owner, path.jobId, decide, now());
    },
    [listAdminChanges.id]: ({ query }) => store.changes(query),
  };
});
