import { BatchGetCommand, GetCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { encodeTime } from 'ulid';
import { DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import { DatasetRecord } from '../../contracts/datasets.ts';
import { isTerminal, TRAINING_JOB_MOVES, type TrainingJobStatus } from '../../contracts/training-jobs.ts';
import { createOnce, findReplay } from '../runtime/dynamo-idempotency.ts';
import { coreKeys, listKey, type RowKey, unfinishedKey } from '../runtime/dynamo-keys.ts';
import { queryList } from '../runtime/dynamo-list.ts';
import { type Documents, failedConditions, throughConflicts, type TransactWrite } from '../runtime/dynamo.ts';
import type { Idempotency } from '../runtime/idempotency.ts';
import { outboxPut, outcomeRecord } from '../runtime/outbox.ts';
import { type DatasetCreation, type DatasetStore, RecordChanged } from './dataset-store.ts';
import { requireLiving } from './dataset.ts';
import { dueAt, LEASE_SECONDS } from './version-lease.ts';

type Row = Record<string, unknown>;

function datasetRow(record: DatasetRecord): Row {
  const keys = coreKeys.dataset(record.owner, record.id);
  if (record.status === 'deleting') {
    const due = new Date(Date.parse(record.deletingAt) + LEASE_SECONDS * 1000).toISOString();
    return { ...keys, ...record, ...unfinishedKey(record.id, due) };
  }
  const list = listKey(record.owner, `DATASET#${record.status}`, record.createdAt, record.id);
  return { ...keys, ...record, ...list };
}

function versionRow(record: DatasetVersionRecord): Row {
  const due = dueAt(record);
  return {
    ...coreKeys.datasetVersion(record.owner, record.datasetId, record.version),
    ...record,
    ...(due === undefined ? {} : unfinishedKey(record.datasetId, due)),
  };
}

const parseVersion = (row: Row) => DatasetVersionRecord.parse(row);

/** A put that replaces exactly the revision before. */
function nextRevision(coreTable: string, row: Row, revision: number): TransactWrite {
  return {
    Put: {
      TableName: coreTable,
      Item: row,
      ConditionExpression: 'revision = :before',
      ExpressionAttributeValues: { ':before': revision - 1 },
    },
  };
}

const newRow = (coreTable: string, row: Row): TransactWrite => ({
  Put: { TableName: coreTable, Item: row, ConditionExpression: 'attribute_not_exists(pk)' },
});

/** A job runs 14 days at most and may wait before: one that was made longer ago has ended. */
const JOB_DAYS = 45;
const LIVE = (Object.keys(TRAINING_JOB_MOVES) as TrainingJobStatus[]).filter((status) => !isTerminal(status));

/** Job ids are ULIDs: those made since a time stand behind this key. */
function firstJobSince(owner: string, now: Date): RowKey {
  const time = encodeTime(Math.max(0, now.getTime() - JOB_DAYS * 86_400_000), 10);
  return coreKeys.job(owner, `job_${time}${'0'.repeat(16)}`);
}

export function dynamoDatasetStore(documents: Documents, coreTable: string): DatasetStore {
  const read = async (Key: RowKey) =>
    (await documents.send(new GetCommand({ TableName: coreTable, Key, ConsistentRead: true }))).Item;

  /** The rows whose sort key lies in a range, page by page, until there are `enough`. */
  const range = async (
    pk: string,
    from: string,
    to: string,
    filter: Row = {},
    enough = Infinity,
  ): Promise<Row[]> => {
    const rows: Row[] = [];
    let from_: Row | undefined;
    do {
      const { Items = [], LastEvaluatedKey }: { Items?: Row[]; LastEvaluatedKey?: Row } =
        await documents.send(
          new QueryCommand({
            TableName: coreTable,
            KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
            ConsistentRead: true,
            ExclusiveStartKey: from_,
            ...filter,
            ExpressionAttributeValues: {
              ':pk': pk,
              ':from': from,
              ':to': to,
              ...(filter['ExpressionAttributeValues'] as Row | undefined),
            },
          }),
        );
      rows.push(...Items);
      from_ = LastEvaluatedKey;
    } while (from_ && rows.length < enough);
    return rows.slice(0, enough);
  };

  const replace = async (items: TransactWrite[]): Promise<void> => {
    try {
      await throughConflicts(() => documents.send(new TransactWriteCommand({ TransactItems: items })));
    } catch (error) {
      throw failedConditions(error).length > 0 ? new RecordChanged() : error;
    }
  };

  const versions: DatasetStore['versions'] = async (owner, datasetId, page) => {
    const { pk, sk: first } = coreKeys.datasetVersions(owner, datasetId);
    if (!page) return (await range(pk, first, `${first}~`)).map(parseVersion).reverse();
    const { below, limit } = page;
    const last = below === undefined ? `${first}~` : coreKeys.datasetVersion(owner, datasetId, below - 1).sk;
    const newest = { ScanIndexForward: false, Limit: limit };
    return (await range(pk, first, last, newest, limit)).map(parseVersion);
  };

  return {
    versions,
    async dataset(owner, datasetId) {
      const row = await read(coreKeys.dataset(owner, datasetId));
      return row && DatasetRecord.parse(row);
    },
    async version(owner, datasetId, version) {
      const row = await read(coreKeys.datasetVersion(owner, datasetId, version));
      return row && DatasetVersionRecord.parse(row);
    },
    list: ({ owner, status, search, ...page }) => {
      const sought = search?.trim().toLocaleLowerCase('en');
      return queryList(documents, coreTable, {
        ...page,
        owner,
        list: `DATASET#${status}`,
        parse: (row) => requireLiving(DatasetRecord.parse(row)),
        ...(sought ? { keep: ({ name }) => name.toLocaleLowerCase('en').includes(sought) } : {}),
      });
    },
    async newestVersions(owner, datasets) {
      let keys: RowKey[] = datasets.map(({ id, latestVersion }) =>
        coreKeys.datasetVersion(owner, id, latestVersion),
      );
      const found = new Map<string, DatasetVersionRecord>();
      while (keys.length > 0) {
        const { Responses, UnprocessedKeys } = await documents.send(
          new BatchGetCommand({ RequestItems: { [coreTable]: { Keys: keys, ConsistentRead: true } } }),
        );
        for (const row of Responses?.[coreTable] ?? []) {
          const record = DatasetVersionRecord.parse(row);
          found.set(record.datasetId, record);
        }
        keys = (UnprocessedKeys?.[coreTable]?.Keys ?? []) as unknown as RowKey[];
      }
      return found;
    },
    replaceDataset: (record) => replace([nextRevision(coreTable, datasetRow(record), record.revision)]),
    replaceVersion: (record, outcome) =>
      replace([
        nextRevision(coreTable, versionRow(record), record.revision),
        ...(outcome ? [outboxPut(coreTable, outcomeRecord(outcome))] : []),
      ]),
    async hasLiveJob(owner, datasetId, now) {
      const { pk, sk } = firstJobSince(owner, now);
      const states = LIVE.map((status, at) => [`:live${at}`, status] as const);
      const live = await range(pk, sk, 'JOB#~', {
        FilterExpression: `#dataset.id = :dataset AND #status IN (${states.map(([name]) => name).join(', ')})`,
        ExpressionAttributeNames: { '#dataset': 'dataset', '#status': 'status' },
        ExpressionAttributeValues: { ':dataset': datasetId, ...Object.fromEntries(states) },
        ProjectionExpression: 'sk',
      });
      return live.length > 0;
    },
    async removeVersions(owner, datasetId) {
      const keys = (await versions(owner, datasetId)).map(({ version }) =>
        coreKeys.datasetVersion(owner, datasetId, version),
      );
      for (let at = 0; at < keys.length; at += 100) await removeRows(keys.slice(at, at + 100));
    },
    removeDataset: (owner, datasetId) => removeRows([coreKeys.dataset(owner, datasetId)]),
  };

  async function removeRows(keys: readonly RowKey[]): Promise<void> {
    const items = keys.map((Key) => ({ Delete: { TableName: coreTable, Key } }));
    await throughConflicts(() => documents.send(new TransactWriteCommand({ TransactItems: items })));
  }
}

export function dynamoDatasetCreation(
  documents: Documents,
  coreTable: string,
  ephemeralTable: string,
): DatasetCreation {
  /** Writes both rows beside the idempotency row; answers what the key now stands for. */
  const once = (
    creation: { idempotency: Idempotency; createdId: string; now: Date },
    rows: readonly TransactWrite[],
  ): Promise<string> =>
    createOnce(documents, ephemeralTable, creation, {
      create: async (put) => {
        await documents.send(new TransactWriteCommand({ TransactItems: [...rows, put] }));
        return creation.createdId;
      },
      replay: (createdId) => Promise.resolve(createdId),
    });
  return {
    earlier: (idempotency, now) => findReplay(documents, ephemeralTable, idempotency, now),
    create: (idempotency, dataset, version, now) =>
      once({ idempotency, createdId: dataset.id, now }, [
        newRow(coreTable, datasetRow(dataset)),
        newRow(coreTable, versionRow(version)),
      ]),
    async addVersion(idempotency, dataset, version, now) {
      try {
        return await once({ idempotency, createdId: String(version.version), now }, [
          nextRevision(coreTable, datasetRow(dataset), dataset.revision),
          newRow(coreTable, versionRow(version)),
        ]);
      } catch (error) {
        throw failedConditions(error).length > 0 ? new RecordChanged() : error;
      }
    },
  };
}
