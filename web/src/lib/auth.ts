import { config } from './config.ts';

/**
 * The session as the frame sees it. Cognito's own code (SRP, tokens, refresh) is in cognito.ts and loaded with the
 * first call that needs a token, so that the first page does not wait for it.
 */
const loadCognito = () => import('./cognito.ts');

/** Whether this browser holds a session, without loading Cognito's code: it keeps the last user under this key. */
export function probablySignedIn(): boolean {
  try {
    return (
      localStorage.getItem(`CognitoIdentityServiceProvider.${config().userPoolClientId}.LastAuthUser`) !==
      null
    );
  } catch {
    return false;
  }
}

/** The access token for the API, renewed where it is about to end; undefined when nobody is signed in. */
export async function accessToken(): Promise<string | undefined> {
  return (await loadCognito()).accessToken();
}

/** Asks Cognito for new tokens although the old ones look valid. False when the session has ended. */
export async function renewSession(): Promise<boolean> {
  return (await loadCognito()).renewSession();
}

/** The signed-in person's e-mail address, from the id token. */
export async function signedInEmail(): Promise<string | undefined> {
  return (await loadCognito()).signedInEmail();
}

/** The person's Cognito groups, from the access token. */
export async function signedInGroups(): Promise<readonly string[]> {
  return (await loadCognito()).groups();
}

/** Forgets the tokens of this browser and revokes them. */
export async function signOut(): Promise<void> {
  await (await loadCognito()).signOut();
}

const listeners = new Set<() => void>();

/** Called when the API no longer takes the session; the router then leads to the sign-in page. */
export function onSessionEnd(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells everyone that the session has ended. */
export function sessionEnded(): void {
  for (const listener of listeners) listener();
}
