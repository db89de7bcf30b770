import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { NotificationRecord, type Outcome } from '../../contracts/notifications.ts';
import { NotificationId } from '../../contracts/values.ts';
import {
  firstIdAt,
  isRead,
  notificationId,
  notificationOf,
  notificationView,
  watermarkAt,
} from '../../lambdas/notifications/notification.ts';

const outcome: Outcome = {
  shape: 1,
  key: 'job_01KAR4Q4T4QJ4V3Z8T9W8X7Y6Z:succeeded',
  owner: 'ana',
  kind: 'job-succeeded',
  title: '“Capitals” has finished',
  body: 'The model can be downloaded.',
  target: { noun: 'models', id: 'mdl_01KAR4Q4T4QJ4V3Z8T9W8X7Y6Z' },
  at: '2026-11-23T15:00:00.000Z',
};
const at = (time: string) => new Date(time);

describe('a notification', () => {
  test('of the same outcome has the same id, whenever and however often it arrives', () => {
    const [one, two] = [at('2026-11-23T15:00:01Z'), at('2026-11-25T00:00:00Z')].map((now) =>
      notificationOf(outcome, now),
    );
    expect(NotificationId.safeParse(one?.id).success).toBe(true);
    expect(two?.id).toBe(one?.id);
    expect(NotificationRecord.parse(one)).toEqual(one);
  });

  test('of another transition or another person has another id', () => {
    const ids = [
      outcome,
      { ...outcome, key: `${outcome.key}!` },
      { ...outcome, owner: 'ben' },
      { ...outcome, at: '2026-11-23T15:00:00.001Z' },
    ].map(notificationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('ids sort by time', () => {
    const time = fc.date({ min: at('2020-01-01'), max: at('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(time, time, fc.string(), (a, b, key) => {
        fc.pre(a.getTime() < b.getTime());
        const id = (date: Date) => notificationId({ ...outcome, key, at: date.toISOString() });
        expect(id(a) < id(b)).toBe(true);
        expect(firstIdAt(b) <= id(b)).toBe(true);
        expect(id(a) < firstIdAt(b)).toBe(true);
      }),
    );
  });

  test('“read all” covers what had arrived by then, and nothing that arrives later, however old', () => {
    const { readAllAt } = watermarkAt('ana', at('2026-11-23T15:10:00Z'));
    const before = notificationOf(outcome, at('2026-11-23T15:09:59Z'));
    const late = notificationOf(outcome, at('2026-11-23T15:10:01Z'));
    expect(isRead(before, readAllAt)).toBe(true);
    expect(isRead(late, readAllAt)).toBe(false);
    expect(notificationView(late, readAllAt).status).toBe('unread');
    expect(notificationView({ ...late, readAt: '2026-11-23T15:11:00.000Z' }, readAllAt).status).toBe('read');
    expect(isRead(before, undefined)).toBe(false);
  });

  test('the watermark outlives everything it covers', () => {
    const now = at('2026-11-23T15:10:00Z');
    expect(watermarkAt('ana', now).expiresAt).toBeGreaterThan(
      notificationOf({ ...outcome, at: now.toISOString() }, now).expiresAt,
    );
  });
});
