import { Amplify } from 'aws-amplify';
import {
  confirmResetPassword,
  confirmSignIn,
  confirmSignUp,
  fetchAuthSession,
  resendSignUpCode,
  resetPassword,
  signIn as amplifySignIn,
  signOut as amplifySignOut,
  signUp as amplifySignUp,
} from 'aws-amplify/auth';
import { ConsoleLogger } from 'aws-amplify/utils';
import { config } from './config.ts';

// It warns at every start where the pool is not the region's own; errors reach the person as sentences.
ConsoleLogger.LOG_LEVEL = 'ERROR';

const { userPoolId, userPoolClientId, userPoolEndpoint } = config();
Amplify.configure({
  Auth: {
    Cognito: { userPoolId, userPoolClientId, ...(userPoolEndpoint ? { userPoolEndpoint } : {}) },
  },
});

/** Renewed silently by amplify where it is about to end. */
export async function accessToken(): Promise<string | undefined> {
  const { tokens } = await fetchAuthSession();
  return tokens?.accessToken.toString();
}

export async function renewSession(): Promise<boolean> {
  try {
    const { tokens } = await fetchAuthSession({ forceRefresh: true });
    return tokens !== undefined;
  } catch {
    return false;
  }
}

export async function signedInEmail(): Promise<string | undefined> {
  const { tokens } = await fetchAuthSession();
  const email = tokens?.idToken?.payload['email'];
  return typeof email === 'string' ? email : undefined;
}

/** The groups that the access token names. Shown by, never trusted: the API proves the same claim itself. */
export async function groups(): Promise<readonly string[]> {
  const { tokens } = await fetchAuthSession();
  const claim = tokens?.accessToken.payload['cognito:groups'];
  return Array.isArray(claim) ? claim.filter((each) => typeof each === 'string') : [];
}

/** What has to come next after a password was right. */
export type SignInOutcome = 'signed-in' | 'confirm' | 'new-password' | 'first-password' | 'authenticator';

/** SRP: the password itself never leaves the browser. */
export async function signIn(email: string, password: string): Promise<SignInOutcome> {
  // A session that is already there would be refused; whoever signs in again means to replace it.
  await amplifySignOut({ global: false }).catch(() => undefined);
  const { isSignedIn, nextStep } = await amplifySignIn({
    username: email,
    password,
    options: { authFlowType: 'USER_SRP_AUTH' },
  });
  if (isSignedIn) return 'signed-in';
  if (nextStep.signInStep === 'CONFIRM_SIGN_UP') return 'confirm';
  if (nextStep.signInStep === 'RESET_PASSWORD') return 'new-password';
  if (nextStep.signInStep === 'CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED') return 'first-password';
  if (nextStep.signInStep === 'CONFIRM_SIGN_IN_WITH_TOTP_CODE') return 'authenticator';
  throw new Error(`No page answers ${nextStep.signInStep}.`);
}

/** Answers what signIn asked for: a first own password, or an authenticator's code. */
export async function answerChallenge(answer: string): Promise<void> {
  const { isSignedIn } = await confirmSignIn({ challengeResponse: answer });
  if (!isSignedIn) throw new Error('The sign-in asks for more than one answer.');
}

/** True when the address still has to be confirmed with a code. */
export async function signUp(email: string, password: string): Promise<boolean> {
  const { isSignUpComplete } = await amplifySignUp({
    username: email,
    password,
    options: { userAttributes: { email } },
  });
  return !isSignUpComplete;
}

export async function confirm(email: string, code: string): Promise<void> {
  await confirmSignUp({ username: email, confirmationCode: code });
}

export async function sendCodeAgain(email: string): Promise<void> {
  await resendSignUpCode({ username: email });
}

export async function forgotPassword(email: string): Promise<void> {
  await resetPassword({ username: email });
}

export async function setNewPassword(email: string, code: string, password: string): Promise<void> {
  await confirmResetPassword({ username: email, confirmationCode: code, newPassword: password });
}

export async function signOut(): Promise<void> {
  await amplifySignOut({ global: false });
}
