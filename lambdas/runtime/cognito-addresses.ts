import {
  AdminGetUserCommand,
  CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';

/** Finds the e-mail address of an owner; an access token carries none. */
export type Addresses = (owner: string) => Promise<string>;

/** Asks the user pool, by the `sub`: people sign in with their address, so the pool's own user name is the `sub`. */
export function cognitoAddresses(userPoolId: string): Addresses {
  const client = new CognitoIdentityProviderClient({});
  return async (owner) => {
    const user = await client.send(new AdminGetUserCommand({ UserPoolId: userPoolId, Username: owner }));
    const email = user.UserAttributes?.find((attribute) => attribute.Name === 'email')?.Value;
    if (!email) throw new Error('The user pool knows no address of this account.');
    return email;
  };
}
