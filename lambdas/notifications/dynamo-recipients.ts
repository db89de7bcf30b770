import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { SettingsRecord } from '../../contracts/account.ts';
import { LIMITS } from '../../contracts/limits.ts';
import { DEFAULT_EMAIL_CHOICES } from '../account/settings.ts';
import type { Addresses } from '../runtime/cognito-addresses.ts';
import { coreKeys, ephemeralKeys } from '../runtime/dynamo-keys.ts';
import type { Documents } from '../runtime/dynamo.ts';
import type { Recipients } from './recipients.ts';

/** A sent mail is remembered in the ephemeral table under this name, beside other rows against repeats. */
const SENT = 'send-email';

export function dynamoRecipients(
  documents: Documents,
  tables: { core: string; ephemeral: string },
  addressOf: Addresses,
): Recipients {
  return {
    async get(owner) {
      const { Item } = await documents.send(
        new GetCommand({ TableName: tables.core, Key: coreKeys.settings(owner) }),
      );
      // Somebody who only ever used the API has no settings yet: the defaults hold.
      if (!Item) return { email: await addressOf(owner), emailChoices: DEFAULT_EMAIL_CHOICES };
      const { email, emailChoices, disabledAt } = SettingsRecord.parse(Item);
      return disabledAt ? undefined : { email, emailChoices };
    },
    async wasSent(owner, notificationId, now) {
      const { Item } = await documents.send(
        new GetCommand({
          TableName: tables.ephemeral,
          Key: ephemeralKeys.idempotency(owner, SENT, notificationId),
          ConsistentRead: true,
        }),
      );
      return Item !== undefined && Number(Item['expiresAt']) > now.getTime() / 1000;
    },
    async rememberSent(owner, notificationId, now) {
      await documents.send(
        new PutCommand({
          TableName: tables.ephemeral,
          Item: {
            ...ephemeralKeys.idempotency(owner, SENT, notificationId),
            shape: 1,
            owner,
            sentAt: now.toISOString(),
            expiresAt: Math.floor(now.getTime() / 1000) + LIMITS.notificationDays * 86_400,
          },
        }),
      );
    },
  };
}
