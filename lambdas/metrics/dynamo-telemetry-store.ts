import { BatchGetCommand, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { LiveRecord } from '../../contracts/live-record.ts';
import { JobEventRecord, MetricChunkRecord, WatchRecord } from '../../contracts/metrics.ts';
import { cursorOf, sortKeyOf, telemetryKeys } from '../runtime/dynamo-keys.ts';
import type { Documents } from '../runtime/dynamo.ts';
import { eventPuts, numberedEvents } from './job-events.ts';
import type { TelemetryStore } from './telemetry-store.ts';

/** As `EVENT#<sequence>` of `telemetryKeys.event`. */
const EVENT_SORT_KEY = /^EVENT#\d{8,16}$/;
/** A watch row is of use for seconds; an hour is beyond every clock's fault. */
const WATCH_SECONDS = 3600;

const seconds = (time: Date) => Math.floor(time.getTime() / 1000);
const unexpired = <Row extends { expiresAt: number }>(rows: Row[], now: Date): Row[] =>
  rows.filter((row) => row.expiresAt > seconds(now));

export function dynamoTelemetryStore(documents: Documents, table: string): TelemetryStore {
  const partition = (owner: string, jobId: string) => telemetryKeys.live(owner, jobId).pk;

  /** Rows whose sort key begins so, newest first. */
  async function newestRows(pk: string, prefix: string, limit: number): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const page = await documents.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
          ScanIndexForward: false,
          ...(Number.isFinite(limit) ? { Limit: limit - rows.length } : {}),
          ...(from ? { ExclusiveStartKey: from } : {}),
        }),
      );
      rows.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from && rows.length < limit);
    return rows;
  }

  return {
    async liveAndWatch(owner, jobId, now) {
      const answer = await documents.send(
        new BatchGetCommand({
          RequestItems: {
            [table]: {
              Keys: [telemetryKeys.live(owner, jobId), telemetryKeys.watch(owner, jobId)],
              // A report that decides on an old LIVE is refused and decided again: consistent reads save that.
              ConsistentRead: true,
            },
          },
        }),
      );
      const rows = answer.Responses?.[table] ?? [];
      const live = rows.filter((row) => row['sk'] === 'LIVE').map((row) => LiveRecord.parse(row));
      const watch = rows.filter((row) => row['sk'] === 'WATCH').map((row) => WatchRecord.parse(row));
      const [watched] = unexpired(watch, now);
      return {
        live: unexpired(live, now)[0],
        watchedUntil: watched ? Date.parse(watched.watchedUntil) : 0,
      };
    },
    async markWatched(owner, jobId, until) {
      const record: WatchRecord = {
        shape: 1,
        owner,
        jobId,
        watchedUntil: until.toISOString(),
        expiresAt: seconds(until) + WATCH_SECONDS,
      };
      await documents.send(
        new PutCommand({ TableName: table, Item: { ...telemetryKeys.watch(owner, jobId), ...record } }),
      );
    },
    async newestChunks(owner, jobId, now, limit = Infinity) {
      const rows = await newestRows(partition(owner, jobId), 'METRIC#', limit);
      return unexpired(
        rows.map((row) => MetricChunkRecord.parse(row)),
        now,
      );
    },
    async events(owner, jobId, { limit, cursor }, now) {
      const before = cursor === undefined ? undefined : sortKeyOf(cursor, EVENT_SORT_KEY);
      const { Items: rows = [] } = await documents.send(
        new QueryCommand({
          TableName: table,
          // `EVENT$` follows every `EVENT#…`, and BETWEEN takes its ends along: one row more is read and left out.
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
          ExpressionAttributeValues: {
            ':pk': partition(owner, jobId),
            ':first': 'EVENT#',
            ':last': before ?? 'EVENT$',
          },
          ScanIndexForward: false,
          Limit: limit + 2,
        }),
      );
      const older = rows.filter((row) => row['sk'] !== before);
      const page = older.slice(0, limit);
      const last = page.at(-1);
      return {
        items: unexpired(
          page.map((row) => JobEventRecord.parse(row)),
          now,
        ),
        ...(older.length > limit && last ? { nextCursor: cursorOf(String(last['sk'])) } : {}),
      };
    },
    async tell(owner, jobId, event, at) {
      for (const { Put } of eventPuts(table, numberedEvents({ owner, jobId }, [event], 'job', at))) {
        if (Put) await documents.send(new PutCommand(Put));
      }
    },
  };
}
