import { BatchGetCommand, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { SettingsRecord } from '../../contracts/account.ts';
import { BudgetRecord, SpendRecord, StoredCostRecord } from '../../contracts/costs.ts';
import { DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import { DatasetRecord } from '../../contracts/datasets.ts';
import { TrainingJob } from '../../contracts/training-jobs.ts';
import { BY_LIST, coreKeys, cursorOf, listKey, type RowKey, sortKeyOf } from '../runtime/dynamo-keys.ts';
import type { Documents } from '../runtime/dynamo.ts';
import type { CostReader } from './cost-reader.ts';
import { newestPaces, pacesIn } from './pace-rows.ts';
import { daysOf, type SummarisedJob } from './summary.ts';

/** Of a cost record in the list that begins so: month, job, attempt, sequence. */
const costSortKey = (prefix: string) => new RegExp(`^${prefix}(job_[0-9A-Z]{26}#)?\\d{2}#\\d{6}$`);
/** A batch read takes at most so many keys. */
const KEYS_PER_BATCH = 100;

function summarised(row: unknown): SummarisedJob {
  const job = TrainingJob.parse(row);
  return { ...job, endedAt: 'endedAt' in job ? job.endedAt : undefined };
}

export function dynamoCostReader(documents: Documents, coreTable: string): CostReader {
  const get = async (key: RowKey) =>
    (await documents.send(new GetCommand({ TableName: coreTable, Key: key, ConsistentRead: true }))).Item;

  /** All rows of one partition between two sort keys, page by page. */
  const between = async (pk: string, first: string, last: string, index?: string) => {
    const [partition, sort] = index ? ['gsi1pk', 'gsi1sk'] : ['pk', 'sk'];
    const rows: Record<string, unknown>[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const answer = await documents.send(
        new QueryCommand({
          TableName: coreTable,
          ...(index ? { IndexName: index } : {}),
          KeyConditionExpression: `${partition} = :pk AND ${sort} BETWEEN :first AND :last`,
          ExpressionAttributeValues: { ':pk': pk, ':first': first, ':last': last },
          ...(from ? { ExclusiveStartKey: from } : {}),
        }),
      );
      rows.push(...(answer.Items ?? []));
      from = answer.LastEvaluatedKey;
    } while (from);
    return rows;
  };

  const jobsById = async (owner: string, ids: readonly string[]): Promise<SummarisedJob[]> => {
    const jobs: SummarisedJob[] = [];
    for (let start = 0; start < ids.length; start += KEYS_PER_BATCH) {
      let keys: Record<string, unknown>[] = ids
        .slice(start, start + KEYS_PER_BATCH)
        .map((id) => ({ ...coreKeys.job(owner, id) }));
      // What a throttled batch leaves over comes back as unprocessed; a few rounds, then the sum would be late anyway.
      for (let round = 0; keys.length > 0; round += 1) {
        if (round === 5) throw new Error('The jobs of this month could not be read in five rounds.');
        const answer = await documents.send(
          new BatchGetCommand({ RequestItems: { [coreTable]: { Keys: keys } } }),
        );
        jobs.push(...(answer.Responses?.[coreTable] ?? []).map(summarised));
        keys = answer.UnprocessedKeys?.[coreTable]?.Keys ?? [];
      }
    }
    return jobs;
  };

  return {
    async datasetVersion(owner, datasetId, version) {
      const [dataset, found] = await Promise.all([
        get(coreKeys.dataset(owner, datasetId)),
        get(coreKeys.datasetVersion(owner, datasetId, version)),
      ]);
      if (!dataset || !found) return undefined;
      return { dataset: DatasetRecord.parse(dataset), version: DatasetVersionRecord.parse(found) };
    },
    paces: async (family, gpuType) =>
      pacesIn(await documents.send(new QueryCommand(newestPaces(coreTable, family, gpuType)))),
    async settings(owner) {
      const row = await get(coreKeys.settings(owner));
      return row && SettingsRecord.parse(row);
    },
    async budget(owner, month) {
      const row = await get(coreKeys.budget(owner, month));
      return row && BudgetRecord.parse(row);
    },
    async spend(owner, month) {
      const { first, last } = daysOf(month);
      const { pk, sk } = coreKeys.spend(owner, first);
      const rows = await between(pk, sk, coreKeys.spend(owner, last).sk);
      return rows.map((row) => SpendRecord.parse(row));
    },
    async records(owner, month, jobId) {
      const { pk, sk } = coreKeys.costs(owner, month, jobId);
      const rows = await between(pk, sk, `${sk}~`);
      return rows.map((row) => StoredCostRecord.parse(row));
    },
    async recordPage(owner, month, { jobId, limit, cursor }) {
      const { pk, sk } = coreKeys.costs(owner, month, jobId);
      // `!` sorts right after the key itself: the row of the cursor was the last of the page before.
      const first = cursor === undefined ? sk : `${sortKeyOf(cursor, costSortKey(sk))}!`;
      const { Items: rows = [] } = await documents.send(
        new QueryCommand({
          TableName: coreTable,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
          ExpressionAttributeValues: { ':pk': pk, ':first': first, ':last': `${sk}~` },
          Limit: limit + 1,
        }),
      );
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      return {
        items: items.map((row) => StoredCostRecord.parse(row)),
        ...(rows.length > limit && last ? { nextCursor: cursorOf(String(last['sk'])) } : {}),
      };
    },
    async jobs(owner, month, ids) {
      const { gsi1pk } = listKey(owner, 'JOB', '-', '-');
      const accepted = await between(gsi1pk, month, `${month}~`, BY_LIST);
      const jobs = accepted.map(summarised);
      const known = new Set(jobs.map((job) => job.id));
      return [
        ...jobs,
        ...(await jobsById(
          owner,
          [...new Set(ids)].filter((id) => !known.has(id)),
        )),
      ];
    },
  };
}
