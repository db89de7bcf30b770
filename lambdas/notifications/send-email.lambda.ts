import * as z from 'zod';
import { Outcome } from '../../contracts/notifications.ts';
import { cognitoAddresses } from '../runtime/cognito-addresses.ts';
import { consumeTopic } from '../runtime/consume.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { log } from '../runtime/log.ts';
import { dynamoRecipients } from './dynamo-recipients.ts';
import { emailOf, isMailed } from './email.ts';
import { notificationId } from './notification.ts';
import { sesSender } from './ses-sender.ts';

export const environment = z.object({
  CORE_TABLE: z.string(),
  EPHEMERAL_TABLE: z.string(),
  USER_POOL_ID: z.string(),
  WEB_ORIGIN: z.string(),
  EMAIL_FROM: z.string(),
});

/**
 * SNS → e-mail, at least once: a mail is remembered after it was sent. A crash between the two sends it again;
 * remembering it before would lose it instead.
 */
export const handler = consumeTopic(environment, (env) => {
  const recipients = dynamoRecipients(
    documentClient(),
    { core: env.CORE_TABLE, ephemeral: env.EPHEMERAL_TABLE },
    cognitoAddresses(env.USER_POOL_ID),
  );
  const send = sesSender(env.EMAIL_FROM);
  return async ({ body, now }) => {
    const outcome = Outcome.parse(body);
    const id = notificationId(outcome);
    const recipient = await recipients.get(outcome.owner);
    if (!recipient || !isMailed(outcome.kind, recipient.emailChoices)) return;
    if (await recipients.wasSent(outcome.owner, id, now())) return;
    await send(recipient.email, emailOf(outcome, env.WEB_ORIGIN));
    await recipients.rememberSent(outcome.owner, id, now());
    log.info('An e-mail was sent', { notificationId: id, kind: outcome.kind });
  };
});
