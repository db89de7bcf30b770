import { DeleteCommand, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { OutboxRecord } from '../../contracts/training-jobs.ts';
import { coreKeys, SHARDS, UNFINISHED, unfinishedShards } from '../runtime/dynamo-keys.ts';
import type { Documents } from '../runtime/dynamo.ts';
import { log } from '../runtime/log.ts';
import type { OutboxStore, UnfinishedIndex } from './outbox-store.ts';
import type { UnfinishedRow } from './sweep-unfinished.ts';

/** A sweep takes at most so many rows of a shard; the next one, five minutes later, takes the rest. */
const ROWS_PER_SHARD = 200;

export function dynamoOutbox(documents: Documents, coreTable: string): OutboxStore {
  return {
    async get(id) {
      const { Item } = await documents.send(
        new GetCommand({ TableName: coreTable, Key: coreKeys.outbox(id), ConsistentRead: true }),
      );
      return Item && OutboxRecord.parse(Item);
    },
    async waiting(before) {
      const pages = await Promise.all(
        Array.from({ length: SHARDS }, (_, shard) =>
          documents.send(
            new QueryCommand({
              TableName: coreTable,
              KeyConditionExpression: 'pk = :pk',
              ExpressionAttributeValues: { ':pk': `OUTBOX#${shard}` },
              Limit: ROWS_PER_SHARD,
            }),
          ),
        ),
      );
      return pages
        .flatMap((page) => page.Items ?? [])
        .flatMap((row) => readable(row, OutboxRecord))
        .filter((record) => Date.parse(record.createdAt) <= before.getTime());
    },
    async remove(id) {
      await documents.send(new DeleteCommand({ TableName: coreTable, Key: coreKeys.outbox(id) }));
    },
  };
}

/** A row that cannot be read is told and passed over: it must not keep the others from their sweep (fault 17). */
function readable<Schema extends z.ZodType>(
  row: Record<string, unknown>,
  schema: Schema,
): z.output<Schema>[] {
  const parsed = schema.safeParse(row);
  if (parsed.success) return [parsed.data];
  log.error('A row of unfinished work cannot be read', { pk: row['pk'], sk: row['sk'], error: parsed.error });
  return [];
}

const Row = z.union([
  z.object({ sk: z.string().startsWith('JOB#'), owner: z.string(), id: z.string() }),
  z.object({
    sk: z.string().startsWith('DATASETVERSION#'),
    owner: z.string(),
    datasetId: z.string(),
    version: z.number(),
  }),
  z.object({ sk: z.string().startsWith('DATASET#'), owner: z.string(), id: z.string() }),
]);

function unfinishedRow(row: z.infer<typeof Row>): UnfinishedRow {
  if ('version' in row) {
    return {
      kind: 'dataset-version',
      owner: row.owner,
      datasetId: row.datasetId,
      version: row.version,
    };
  }
  return row.sk.startsWith('JOB#')
    ? { kind: 'job', owner: row.owner, jobId: row.id }
    : { kind: 'dataset', owner: row.owner, id: row.id };
}

export function dynamoUnfinishedIndex(documents: Documents, coreTable: string): UnfinishedIndex {
  return {
    async due(now) {
      const pages = await Promise.all(
        unfinishedShards.map((shard) =>
          documents.send(
            new QueryCommand({
              TableName: coreTable,
              IndexName: UNFINISHED,
              // Times stand first in the sort key: everything before this one is due.
              KeyConditionExpression: 'unfinishedShard = :shard AND unfinishedAt < :now',
              ExpressionAttributeValues: { ':shard': shard, ':now': now.toISOString() },
              ProjectionExpression: 'sk, #owner, id, datasetId, #version',
              ExpressionAttributeNames: { '#owner': 'owner', '#version': 'version' },
              Limit: ROWS_PER_SHARD,
            }),
          ),
        ),
      );
      return pages
        .flatMap((page) => page.Items ?? [])
        .flatMap((row) => readable(row, Row))
        .map(unfinishedRow);
    },
  };
}
