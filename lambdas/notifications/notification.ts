/** A notification and what "read" means; time is passed in. */
import { createHash } from 'node:crypto';
import { LIMITS } from '../../contracts/limits.ts';
import type { Notification, NotificationRecord, Outcome } from '../../contracts/notifications.ts';

/** Crockford's base 32, as ULIDs are written: sorts as the numbers do. */
const BASE_32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const DAY_SECONDS = 86_400;

function base32(value: bigint, length: number): string {
  let text = '';
  for (let left = value, at = 0; at < length; at += 1, left /= 32n) text = BASE_32[Number(left % 32n)] + text;
  return text;
}

/** The first ten characters of a ULID: milliseconds since 1970. */
const timePart = (at: Date) => base32(BigInt(at.getTime()), 10);

/**
 * The id of an outcome's notification: its time, so that ids sort by it, and 80 bits of a hash over owner and key where
 * a ULID is random. The same outcome always has the same id, so a repeat meets the row of the first (I8).
 */
export function notificationId(outcome: Pick<Outcome, 'owner' | 'key' | 'at'>): string {
  const hash = createHash('sha256').update(`${outcome.owner}\n${outcome.key}`).digest('hex').slice(0, 20);
  return `ntf_${timePart(new Date(outcome.at))}${base32(BigInt(`0x${hash}`), 16)}`;
}

/** The smallest id that a notification of this time could have. */
export const firstIdAt = (at: Date): string => `ntf_${timePart(at)}${'0'.repeat(16)}`;

/** When a row counts as gone, in epoch seconds: 30 days after what it tells. */
const expiryOf = (at: Date): number =>
  Math.floor(at.getTime() / 1000) + LIMITS.notificationDays * DAY_SECONDS;

/** The row of an outcome that arrives now. */
export function notificationOf(outcome: Outcome, now: Date): NotificationRecord {
  return {
    shape: 1,
    owner: outcome.owner,
    id: notificationId(outcome),
    kind: outcome.kind,
    title: outcome.title,
    body: outcome.body,
    target: outcome.target,
    createdAt: outcome.at,
    deliveredAt: now.toISOString(),
    expiresAt: expiryOf(new Date(outcome.at)),
  };
}

/** "Read everything up to here": one row an owner. It may expire when everything it covers has. */
export interface Watermark {
  owner: string;
  readAllAt: string;
  expiresAt: number;
}

/** A watermark at this moment; everything delivered until then is read, nothing that arrives later is. */
export const watermarkAt = (owner: string, now: Date): Watermark => ({
  owner,
  readAllAt: now.toISOString(),
  expiresAt: expiryOf(now) + DAY_SECONDS,
});

/**
 * Read by itself or covered by the watermark. Compared is when it was delivered, not when it happened: what arrives
 * late, after "read all", has not been seen by anybody.
 */
export const isRead = (record: NotificationRecord, readAllAt: string | undefined): boolean =>
  record.readAt !== undefined || (readAllAt !== undefined && record.deliveredAt <= readAllAt);

/** What the API shows. */
export function notificationView(record: NotificationRecord, readAllAt: string | undefined): Notification {
  const { id, kind, title, body, target, createdAt } = record;
  return { id, kind, title, body, target, createdAt, status: isRead(record, readAllAt) ? 'read' : 'unread' };
}
