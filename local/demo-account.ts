/** An account to try the product with, made as an admin would make one: no mail, a password that stays. */
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  UsernameExistsException,
} from '@aws-sdk/client-cognito-identity-provider';
import { CREDENTIALS, REGION } from './emulator.ts';

export interface Account {
  email: string;
  password: string;
}

export const DEMO_EMAIL = 'demo@brightrun.local.test';

/** Makes the account or, where it exists, sets its password again; it joins the groups of the pool that are named. */
export async function ensureAccount(
  emulatorUrl: string,
  userPoolId: string,
  account: Account,
  groups: readonly string[] = [],
): Promise<void> {
  const people = new CognitoIdentityProviderClient({
    endpoint: emulatorUrl,
    region: REGION,
    credentials: CREDENTIALS,
  });
  const who = { UserPoolId: userPoolId, Username: account.email };
  try {
    await people.send(
      new AdminCreateUserCommand({
        ...who,
        MessageAction: 'SUPPRESS',
        UserAttributes: [
          { Name: 'email', Value: account.email },
          { Name: 'email_verified', Value: 'true' },
        ],
      }),
    );
  } catch (error) {
    if (!(error instanceof UsernameExistsException)) throw error;
  }
  await people.send(new AdminSetUserPasswordCommand({ ...who, Password: account.password, Permanent: true }));
  for (const GroupName of groups) {
    await people.send(new AdminAddUserToGroupCommand({ ...who, GroupName }));
  }
  people.destroy();
}
