import * as z from 'zod';
import {
  listNotifications,
  notificationOperations,
  readAllNotifications,
  readNotification,
} from '../../contracts/notifications.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { serve } from '../runtime/serve.ts';
import { dynamoNotificationStore } from './dynamo-notification-store.ts';

export const environment = z.object({ EPHEMERAL_TABLE: z.string() });

export const handler = serve(notificationOperations, environment, (env) => {
  const store = dynamoNotificationStore(documentClient(), env.EPHEMERAL_TABLE);
  return {
    [listNotifications.id]: ({ owner, query, now }) => store.list(owner, query, now()),
    [readNotification.id]: async ({ owner, path, now }) => {
      const notification = await store.read(owner, path.notificationId, now());
      if (!notification) throw new ProblemError('not-found');
      return notification;
    },
    [readAllNotifications.id]: ({ owner, now }) => store.readAll(owner, now()).then(() => undefined),
  };
});
