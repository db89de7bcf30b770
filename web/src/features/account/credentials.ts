import * as z from 'zod';

/** As the pool's policy has it (lib/data-stack.ts); Cognito has the last word. */
const PASSWORD_LENGTH = 12;
export const PASSWORD_HINT = `At least ${PASSWORD_LENGTH} characters, with upper and lower case, a digit and a symbol.`;

const Email = z.string().trim().toLowerCase().pipe(z.email('Enter an address such as name@example.com.'));
const Password = z.string().min(1, 'Enter your password.').max(256, 'At most 256 characters.');
const NewPassword = z
  .string()
  .min(PASSWORD_LENGTH, `At least ${PASSWORD_LENGTH} characters.`)
  .max(256, 'At most 256 characters.')
  .regex(/\p{Lu}/u, 'Add a capital letter.')
  .regex(/\p{Ll}/u, 'Add a lower-case letter.')
  .regex(/\d/, 'Add a digit.')
  .regex(/[^\p{L}\d\s]/u, 'Add a symbol.');
const Code = z
  .string()
  .trim()
  .regex(/^\d{6}$/, 'Enter the six digits from the e-mail.');

export const SignInForm = z.object({ email: Email, password: Password });
export const SignUpForm = z.object({ email: Email, password: NewPassword });
export const ConfirmForm = z.object({ email: Email, code: Code });
export const ForgotForm = z.object({ email: Email });
export const ResetForm = z.object({ email: Email, code: Code, password: NewPassword });
export const FirstPasswordForm = z.object({ password: NewPassword });
export const AuthenticatorForm = z.object({ code: Code });
