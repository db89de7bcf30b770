import * as z from 'zod';
import { Outcome } from '../../contracts/notifications.ts';
import { consumeTopic } from '../runtime/consume.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { log } from '../runtime/log.ts';
import { dynamoNotificationStore } from './dynamo-notification-store.ts';
import { notificationOf } from './notification.ts';

export const environment = z.object({ EPHEMERAL_TABLE: z.string() });

/** SNS → in-app: at least once in, exactly one row out. */
export const handler = consumeTopic(environment, (env) => {
  const store = dynamoNotificationStore(documentClient(), env.EPHEMERAL_TABLE);
  return async ({ body, now }) => {
    const record = notificationOf(Outcome.parse(body), now());
    const isNew = await store.deliver(record, now());
    log.info('A notification was delivered', { notificationId: record.id, kind: record.kind, isNew });
  };
});
