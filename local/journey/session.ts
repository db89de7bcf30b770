/** Signs in as the pages do: by SRP, so that the password never travels, with tokens renewed when they age. */
import { Amplify } from 'aws-amplify';
import { ConsoleLogger } from 'aws-amplify/utils';
import { fetchAuthSession, signIn, signOut } from 'aws-amplify/auth';
import { apiClient, type Client } from '../../contracts/client.ts';
import type { Account } from '../demo-account.ts';

export interface SignInPlace {
  url: string;
  emulatorUrl: string;
  userPoolId: string;
  userPoolClientId: string;
}

/** A client that calls the API as this person. One person at a time: Amplify keeps one session a process. */
export async function signedInClient(place: SignInPlace, account: Account): Promise<Client> {
  // It warns about every endpoint that is not Amazon's own.
  ConsoleLogger.LOG_LEVEL = 'ERROR';
  Amplify.configure({
    Auth: {
      Cognito: {
        userPoolId: place.userPoolId,
        userPoolClientId: place.userPoolClientId,
        userPoolEndpoint: `${place.emulatorUrl}/`,
      },
    },
  });
  // Someone signed in before in this process would make the next sign-in fail.
  await signOut();
  const { isSignedIn, nextStep } = await signIn({
    username: account.email,
    password: account.password,
    options: { authFlowType: 'USER_SRP_AUTH' },
  });
  if (!isSignedIn) throw new Error(`Sign-in wants another step: ${nextStep.signInStep}`);
  return apiClient({ baseUrl: `${place.url}/v1`, accessToken });
}

/** Renewed by Amplify when it is about to expire. */
export async function accessToken(): Promise<string | undefined> {
  return (await fetchAuthSession()).tokens?.accessToken.toString();
}
