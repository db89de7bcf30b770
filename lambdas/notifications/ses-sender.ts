import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { Email } from './email.ts';

const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });

/** Sends one mail to one address. */
export function sesSender(from: string): (to: string, email: Email) => Promise<void> {
  const client = new SESv2Client({});
  return async (to, email) => {
    await client.send(
      new SendEmailCommand({
        FromEmailAddress: from,
        Destination: { ToAddresses: [to] },
        Content: {
          Simple: {
            Subject: utf8(email.subject),
            Body: { Text: utf8(email.text), Html: utf8(email.html) },
          },
        },
      }),
    );
  };
}
