import { GetCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { SettingsRecord } from '../../contracts/account.ts';
import { AdminChange, type AdminChangeRecord, JobListing, UserListing } from '../../contracts/admin.ts';
import { PlatformSettingsRecord } from '../../contracts/platform-settings.ts';
import { BudgetRecord } from '../../contracts/costs.ts';
import { Progress } from '../../contracts/progress.ts';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { readRows } from '../runtime/dynamo-batch.ts';
import {
  coreKeys,
  cursorOf,
  LIST_SORT_KEY,
  type RowKey,
  sortKeyOf,
  telemetryKeys,
} from '../runtime/dynamo-keys.ts';
import { queryList } from '../runtime/dynamo-list.ts';
import { type Documents, failedConditions, throughConflicts, type TransactWrite } from '../runtime/dynamo.ts';
import { parseJobRow } from '../training-jobs/job-rows.ts';
import type { Account, AdminStore } from './admin-store.ts';

/** With a filter, one call reads at most so many jobs; its answer may then be short and still carry a cursor. */
const JOBS_PER_CALL = 1000;
const Live = z.object({ jobId: z.string(), progress: Progress, expiresAt: z.int() });

/** The row of a change, for the transaction of what it tells. Never written over. */
export const adminChangePut = (core: string, change: AdminChangeRecord): TransactWrite => ({
  Put: {
    TableName: core,
    Item: { ...coreKeys.adminChange(change.id), ...change },
    ConditionExpression: 'attribute_not_exists(pk)',
  },
});

export function dynamoAdminStore(
  documents: Documents,
  tables: { core: string; telemetry: string },
): AdminStore {
  const { core, telemetry } = tables;
  const get = async (key: RowKey) =>
    (await documents.send(new GetCommand({ TableName: core, Key: key, ConsistentRead: true }))).Item;
  const rowsOf = async <Row>(keys: RowKey[], parse: (row: unknown) => Row) =>
    (await readRows(documents, core, keys)).map(parse);

  /** One page of a partition of all, by its sort key. */
  async function page(
    pk: string,
    form: RegExp,
    { limit, cursor, newestFirst }: { limit: number; cursor?: string | undefined; newestFirst: boolean },
  ) {
    const after = cursor === undefined ? undefined : sortKeyOf(cursor, form);
    const { Items: rows = [] } = await documents.send(
      new QueryCommand({
        TableName: core,
        KeyConditionExpression: `pk = :pk${after ? ` AND sk ${newestFirst ? '<' : '>'} :after` : ''}`,
        ExpressionAttributeValues: { ':pk': pk, ...(after ? { ':after': after } : {}) },
        ScanIndexForward: !newestFirst,
        Limit: limit + 1,
      }),
    );
    const kept = rows.slice(0, limit);
    const more = rows.length > limit ? kept.at(-1)?.['sk'] : undefined;
    return { rows: kept, ...(more === undefined ? {} : { nextCursor: cursorOf(String(more)) }) };
  }

  /** Newest first, until a page is full; the cursor names the last listing that was looked at. */
  async function everybodysJobs(
    limit: number,
    cursor: string | undefined,
    keep: (job: TrainingJobRecord) => boolean,
  ): Promise<{ items: TrainingJobRecord[]; nextCursor?: string }> {
    const items: TrainingJobRecord[] = [];
    let from = cursor;
    for (let read = 0; read < JOBS_PER_CALL;) {
      const listed = await page('ALLJOBS', LIST_SORT_KEY, { limit, cursor: from, newestFirst: true });
      const listings = listed.rows.map((row) => ({ sk: String(row['sk']), ...JobListing.parse(row) }));
      const jobs = new Map(
        (
          await rowsOf(
            listings.map(({ owner, jobId }) => coreKeys.job(owner, jobId)),
            parseJobRow,
          )
        ).map((job) => [job.id, job]),
      );
      for (const { jobId, sk } of listings) {
        const job = jobs.get(jobId);
        if (job && keep(job)) items.push(job);
        from = cursorOf(sk);
        if (items.length === limit) {
          const isLast = listed.nextCursor === undefined && sk === listings.at(-1)?.sk;
          return { items, ...(isLast ? {} : { nextCursor: from }) };
        }
      }
      if (listed.nextCursor === undefined) return { items };
      read += listings.length;
    }
    return { items, ...(from === undefined ? {} : { nextCursor: from }) };
  }

  /** Several writes at once; false when the first one's condition did not hold and `isDone` does not know it as ours. */
  async function writeTogether(items: TransactWrite[], isDone: () => Promise<boolean>): Promise<boolean> {
    try {
      await throughConflicts(() => documents.send(new TransactWriteCommand({ TransactItems: items })));
      return true;
    } catch (error) {
      if (failedConditions(error).length === 0) throw error;
      // A write whose answer was lost is repeated by the SDK and then meets itself (fault 21).
      return isDone();
    }
  }
  const isWritten = async (change: AdminChangeRecord) =>
    (await get(coreKeys.adminChange(change.id))) !== undefined;

  const accountOf = (
    owner: string,
    settings: readonly SettingsRecord[],
    budgets: readonly BudgetRecord[],
  ): Account => ({
    owner,
    settings: settings.find((row) => row.owner === owner),
    budget: budgets.find((row) => row.owner === owner),
  });
  const accountsOf = async (owners: readonly string[], month: string) => {
    const [settings, budgets] = await Promise.all([
      rowsOf(
        owners.map((owner) => coreKeys.settings(owner)),
        (row) => SettingsRecord.parse(row),
      ),
      rowsOf(
        owners.map((owner) => coreKeys.budget(owner, month)),
        (row) => BudgetRecord.parse(row),
      ),
    ]);
    return owners.map((owner) => accountOf(owner, settings, budgets));
  };

  return {
    async jobs({ owner, limit, cursor, keep }, now) {
      const found =
        owner === undefined
          ? await everybodysJobs(limit, cursor, keep)
          : await queryList(documents, core, { owner, list: 'JOB', limit, cursor, parse: parseJobRow, keep });
      const owners = [...new Set(found.items.map((job) => job.owner))];
      const [settings, lives] = await Promise.all([
        rowsOf(
          owners.map((each) => coreKeys.settings(each)),
          (row) => SettingsRecord.parse(row),
        ),
        readRows(
          documents,
          telemetry,
          found.items.map((job) => telemetryKeys.live(job.owner, job.id)),
        ),
      ]);
      const emails = new Map(settings.map((row) => [row.owner, row.email]));
      const progress = new Map(
        lives
          .map((row) => Live.parse(row))
          .filter((live) => live.expiresAt > now.getTime() / 1000)
          .map((live) => [live.jobId, live.progress]),
      );
      return {
        ...found,
        items: found.items.map((job) => ({
          owner: job.owner,
          email: emails.get(job.owner),
          job,
          progress: progress.get(job.id) ?? null,
        })),
      };
    },
    async accounts(month, query) {
      const { rows, ...more } = await page('ALLUSERS', /^[^#]{1,128}$/, { ...query, newestFirst: false });
      const owners = rows.map((row) => UserListing.parse(row).owner);
      return { items: await accountsOf(owners, month), ...more };
    },
    async account(owner, month) {
      const [account] = await accountsOf([owner], month);
      return account ?? { owner, settings: undefined, budget: undefined };
    },
    async platform(month) {
      const [settings, budget] = await Promise.all([
        get(coreKeys.platformSettings()),
        get(coreKeys.platformBudget(month)),
      ]);
      return {
        settings: settings && PlatformSettingsRecord.parse(settings),
        budget: budget && BudgetRecord.parse(budget),
      };
    },
    async changes(query) {
      const { rows, ...more } = await page('ADMINCHANGES', /^[0-9A-Z]{26}$/, { ...query, newestFirst: true });
      return { items: rows.map((row) => AdminChange.parse(row)), ...more };
    },
    putPlatform: (before, settings, change) =>
      writeTogether(
        [
          {
            Put: {
              TableName: core,
              Item: { ...coreKeys.platformSettings(), ...settings },
              ...(before
                ? {
                    ConditionExpression: 'updatedAt = :before AND monthlyBudgetUsdMicros = :budget',
                    ExpressionAttributeValues: {
                      ':before': before.updatedAt,
                      ':budget': before.monthlyBudgetUsdMicros,
                    },
                  }
                : { ConditionExpression: 'attribute_not_exists(pk)' }),
            },
          },
          adminChangePut(core, change),
        ],
        () => isWritten(change),
      ),
    putCap: (before, capUsdMicros, change) =>
      writeTogether(
        [
          {
            Update: {
              TableName: core,
              Key: coreKeys.settings(before.owner),
              UpdateExpression: 'SET monthlyBudgetCeilingUsdMicros = :cap',
              ConditionExpression:
                before.monthlyBudgetCeilingUsdMicros === undefined
                  ? 'attribute_exists(pk) AND attribute_not_exists(monthlyBudgetCeilingUsdMicros)'
                  : 'attribute_exists(pk) AND monthlyBudgetCeilingUsdMicros = :before',
              ExpressionAttributeValues: {
                ':cap': capUsdMicros,
                ...(before.monthlyBudgetCeilingUsdMicros === undefined
                  ? {}
                  : { ':before': before.monthlyBudgetCeilingUsdMicros }),
              },
            },
          },
          adminChangePut(core, change),
        ],
        () => isWritten(change),
      ),
  };
}
