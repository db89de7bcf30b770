import * as z from 'zod';
import { NoContent, operation } from './operation.ts';
import { NotificationId, Owner, PageQuery, pageOf, Timestamp } from './values.ts';

/** What can be told to a person: one kind for each transition that matters to them, and one for a curve that goes wrong. */
export const NotificationKind = z.enum([
  'dataset-ready',
  'dataset-rejected',
  'dataset-validation-failed',
  'job-queued',
  'job-started',
  'job-resumed',
  'job-warned',
  'job-succeeded',
  'job-landed-on-budget',
  'job-failed',
  'job-cancelled',
]);
export type NotificationKind = z.infer<typeof NotificationKind>;

/** Where a notification leads. */
export const NotificationTarget = z.object({
  noun: z.enum(['datasets', 'training-jobs', 'models']),
  id: z.string(),
});

/**
 * What a dispatcher publishes once a transition is stored; in-app and e-mail are made from it.
 * `key` is made of record and transition, so that a repeat is the same notification (I8).
 */
export const Outcome = z.object({
  shape: z.literal(1),
  key: z.string().min(1).max(200),
  owner: Owner,
  kind: NotificationKind,
  title: z.string().min(1).max(200),
  body: z.string().max(2000),
  target: NotificationTarget,
  at: Timestamp,
});
export type Outcome = z.infer<typeof Outcome>;

export const Notification = z.object({
  id: NotificationId,
  kind: NotificationKind,
  title: z.string(),
  body: z.string(),
  target: NotificationTarget,
  createdAt: Timestamp,
  status: z.enum(['unread', 'read']),
});
export type Notification = z.infer<typeof Notification>;

/** The stored shape. `expiresAt` is in epoch seconds (DynamoDB TTL); an expired row counts as absent. */
export const NotificationRecord = z.object({
  shape: z.literal(1),
  owner: Owner,
  ...Notification.omit({ status: true }).shape,
  /** When it arrived here: "read all" covers what had arrived by then, not what had happened. */
  deliveredAt: Timestamp,
  readAt: Timestamp.optional(),
  expiresAt: z.int(),
});
export type NotificationRecord = z.infer<typeof NotificationRecord>;

export const listNotifications = operation({
  id: 'listNotifications',
  noun: 'notifications',
  method: 'GET',
  path: '/notifications',
  summary: 'Your notifications, newest first, with the number of unread ones.',
  query: PageQuery.extend({ status: z.enum(['unread', 'read']).optional() }),
  success: { status: 200, body: pageOf(Notification).extend({ unread: z.int().nonnegative() }) },
});

export const readNotification = operation({
  id: 'readNotification',
  noun: 'notifications',
  method: 'POST',
  path: '/notifications/{notificationId}/read',
  summary: 'Mark one notification as read; marking it again changes nothing.',
  pathParameters: z.strictObject({ notificationId: NotificationId }),
  success: { status: 200, body: Notification },
});

export const readAllNotifications = operation({
  id: 'readAllNotifications',
  noun: 'notifications',
  method: 'POST',
  path: '/notifications/read-all',
  summary: 'Mark everything up to now as read.',
  success: { status: 204, body: NoContent },
});

export const notificationOperations = [listNotifications, readNotification, readAllNotifications];
