import { GetCommand, PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { LIMITS } from '../../contracts/limits.ts';
import { type Notification, NotificationRecord } from '../../contracts/notifications.ts';
import { cursorOf, ephemeralKeys, sortKeyOf } from '../runtime/dynamo-keys.ts';
import { type Documents, isConditionFailed } from '../runtime/dynamo.ts';
import { firstIdAt, isRead, notificationView, watermarkAt } from './notification.ts';
import type { NotificationStore } from './notification-store.ts';

const NOTE_SORT_KEY = /^NOTE#ntf_[0-9A-Z]{26}$/;
const WatermarkRow = z.object({ readAllAt: z.iso.datetime(), expiresAt: z.int() });
const seconds = (now: Date) => Math.floor(now.getTime() / 1000);

export function dynamoNotificationStore(documents: Documents, ephemeralTable: string): NotificationStore {
  const readAllAt = async (owner: string, now: Date): Promise<string | undefined> => {
    const { Item } = await documents.send(
      new GetCommand({ TableName: ephemeralTable, Key: ephemeralKeys.unread(owner), ConsistentRead: true }),
    );
    const row = Item && WatermarkRow.parse(Item);
    return row && row.expiresAt > seconds(now) ? row.readAllAt : undefined;
  };

  /** All living notifications, newest first: 30 days of them, so that the count of unread ones is exact. */
  const living = async (owner: string, now: Date): Promise<NotificationRecord[]> => {
    const oldest = new Date(now.getTime() - (LIMITS.notificationDays + 1) * 86_400_000);
    const records: NotificationRecord[] = [];
    let from: Record<string, unknown> | undefined;
    do {
      const answer = await documents.send(
        new QueryCommand({
          TableName: ephemeralTable,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
          FilterExpression: 'expiresAt > :now',
          ExpressionAttributeValues: {
            ':pk': ephemeralKeys.unread(owner).pk,
            ':first': ephemeralKeys.notification(owner, firstIdAt(oldest)).sk,
            ':last': ephemeralKeys.notification(owner, 'ntf_~').sk,
            ':now': seconds(now),
          },
          ScanIndexForward: false,
          ConsistentRead: true,
          ...(from ? { ExclusiveStartKey: from } : {}),
        }),
      );
      records.push(...(answer.Items ?? []).map((row) => NotificationRecord.parse(row)));
      from = answer.LastEvaluatedKey;
    } while (from);
    return records;
  };

  return {
    async deliver(record, now) {
      try {
        await documents.send(
          new PutCommand({
            TableName: ephemeralTable,
            Item: { ...ephemeralKeys.notification(record.owner, record.id), ...record },
            ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now',
            ExpressionAttributeValues: { ':now': seconds(now) },
          }),
        );
        return true;
      } catch (error) {
        if (isConditionFailed(error)) return false;
        throw error;
      }
    },
    async list(owner, { status, limit, cursor }, now) {
      const before = cursor === undefined ? undefined : sortKeyOf(cursor, NOTE_SORT_KEY);
      const [records, readAll] = await Promise.all([living(owner, now), readAllAt(owner, now)]);
      const sortKey = (record: { id: string }) => ephemeralKeys.notification(owner, record.id).sk;
      const wanted: Notification[] = records
        .filter((record) => before === undefined || sortKey(record) < before)
        .map((record) => notificationView(record, readAll))
        .filter((shown) => status === undefined || shown.status === status);
      const items = wanted.slice(0, limit);
      const last = items.at(-1);
      return {
        items,
        ...(wanted.length > limit && last ? { nextCursor: cursorOf(sortKey(last)) } : {}),
        unread: records.filter((record) => !isRead(record, readAll)).length,
      };
    },
    async read(owner, id, now) {
      try {
        const { Attributes } = await documents.send(
          new UpdateCommand({
            TableName: ephemeralTable,
            Key: ephemeralKeys.notification(owner, id),
            UpdateExpression: 'SET readAt = if_not_exists(readAt, :at)',
            ConditionExpression: 'attribute_exists(pk) AND expiresAt > :now',
            ExpressionAttributeValues: { ':at': now.toISOString(), ':now': seconds(now) },
            ReturnValues: 'ALL_NEW',
          }),
        );
        return notificationView(NotificationRecord.parse(Attributes), undefined);
      } catch (error) {
        if (isConditionFailed(error)) return undefined;
        throw error;
      }
    },
    async readAll(owner, now) {
      const watermark = watermarkAt(owner, now);
      try {
        await documents.send(
          new PutCommand({
            TableName: ephemeralTable,
            Item: { ...ephemeralKeys.unread(owner), shape: 1, ...watermark },
            // Two at once: the later one stays.
            ConditionExpression: 'attribute_not_exists(pk) OR expiresAt <= :now OR readAllAt < :at',
            ExpressionAttributeValues: { ':now': seconds(now), ':at': watermark.readAllAt },
          }),
        );
      } catch (error) {
        if (!isConditionFailed(error)) throw error;
      }
    },
  };
}
