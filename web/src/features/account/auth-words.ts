/** What Cognito refused, in words for a person. The names are those of its API; unknown ones get the last sentence. */
const SENTENCES: Record<string, string> = {
  NotAuthorizedException: 'The e-mail address or the password is wrong.',
  UserNotFoundException: 'The e-mail address or the password is wrong.',
  UserNotConfirmedException: 'This address is not confirmed yet. Enter the code from the e-mail we sent.',
  PasswordResetRequiredException: 'This account needs a new password. Ask for a code to set one.',
  UsernameExistsException: 'There is an account with this address already. Sign in, or set a new password.',
  AliasExistsException: 'There is an account with this address already. Sign in, or set a new password.',
  CodeMismatchException: 'This is not the code we sent last. Codes have six digits.',
  ExpiredCodeException: 'This code has expired. Send a new one.',
  InvalidPasswordException:
    'The password is too simple for this installation. Make it longer or more varied.',
  PasswordHistoryPolicyViolationException: 'This password was used before. Choose another.',
  LimitExceededException: 'Too many attempts. Wait 15 minutes, then try again.',
  TooManyRequestsException: 'Too many attempts in a short time. Wait a minute, then try again.',
  TooManyFailedAttemptsException: 'Too many wrong codes. Wait 15 minutes, then send a new one.',
  CodeDeliveryFailureException: 'The e-mail could not be sent to this address. Check it for typing errors.',
  UserLambdaValidationException: 'This address may not sign up here. Ask whoever runs this installation.',
  UserDisabledException: 'This account is switched off. Ask whoever runs this installation.',
  NetworkError: 'The sign-in service does not answer. Check the connection and try again.',
  EmptySignInUsername: 'Enter your e-mail address.',
};

/** Cognito says several things under one name; its own message tells them apart. */
export function authWords(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  const message = error instanceof Error ? error.message : '';
  if (name === 'NotAuthorizedException') {
    if (/attempts exceeded/i.test(message)) return SENTENCES.LimitExceededException ?? '';
    if (/disabled/i.test(message)) return SENTENCES.UserDisabledException ?? '';
    if (/status is CONFIRMED/i.test(message)) return 'This address is confirmed already. Sign in.';
    if (/SignUp is not permitted/i.test(message)) return SENTENCES.UserLambdaValidationException ?? '';
  }
  // Cognito's own sentence names the rule that was broken ("Password must have uppercase characters").
  if (name === 'InvalidPasswordException') {
    const rule = /:\s*(.+)$/.exec(message)?.[1] ?? message;
    if (rule.startsWith('Password ')) return `${rule.replace(/\.?$/, '')}.`;
  }
  return SENTENCES[name] ?? 'The sign-in service could not do this. Wait a moment, then try again.';
}

/** Whether the way on is the page that takes the code. */
export function needsCode(error: unknown): boolean {
  return error instanceof Error && error.name === 'UserNotConfirmedException';
}

/** Whether the way on is a new password by code. */
export function needsNewPassword(error: unknown): boolean {
  return error instanceof Error && error.name === 'PasswordResetRequiredException';
}
