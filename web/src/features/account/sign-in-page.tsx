import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { isOwnPath } from '../../app/searches.ts';
import { Field, Input } from '../../components/field.tsx';
import { Notice } from '../../components/notice.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { config } from '../../lib/config.ts';
import { AuthForm } from './auth-form.tsx';
import { needsCode, needsNewPassword } from './auth-words.ts';
import { AuthenticatorForm, FirstPasswordForm, PASSWORD_HINT, SignInForm } from './credentials.ts';
import { PasswordInput } from './password-input.tsx';

/** E-mail address and password; where the account asks for it, a first own password or an authenticator's code. */
export default function SignInPage() {
  const { email, next, ended } = useSearch({ from: '/door' });
  const navigate = useNavigate();
  const router = useRouter();
  const [step, setStep] = useState<'credentials' | 'first-password' | 'authenticator'>('credentials');

  const enter = async () => {
    if (next && isOwnPath(next)) router.history.push(next);
    else await navigate({ to: '/' });
  };

  if (step === 'first-password') {
    return (
      <AuthForm
        title="Choose your password"
        lead="You signed in with the one that was sent to you. It works only once."
        schema={FirstPasswordForm}
        defaults={{ password: '' }}
        focus="password"
        submit="Set the password and sign in"
        onSubmit={async ({ password }) => {
          const { answerChallenge } = await import('../../lib/cognito.ts');
          await answerChallenge(password);
          await enter();
        }}
      >
        {(form) => (
          <Field label="New password" hint={PASSWORD_HINT} error={form.formState.errors.password?.message}>
            <PasswordInput autoComplete="new-password" {...form.register('password')} />
          </Field>
        )}
      </AuthForm>
    );
  }
  if (step === 'authenticator') {
    return (
      <AuthForm
        title="Enter the code"
        lead="Your authenticator app shows six digits for BrightRun."
        schema={AuthenticatorForm}
        defaults={{ code: '' }}
        focus="code"
        submit="Sign in"
        onSubmit={async ({ code }) => {
          const { answerChallenge } = await import('../../lib/cognito.ts');
          await answerChallenge(code);
          await enter();
        }}
      >
        {(form) => (
          <Field label="Code" error={form.formState.errors.code?.message}>
            <Input inputMode="numeric" autoComplete="one-time-code" {...form.register('code')} />
          </Field>
        )}
      </AuthForm>
    );
  }
  return (
    <AuthForm
      title="Sign in"
      lead="Fine-tune language models: every problem of your data named, every cost known before it is spent."
      schema={SignInForm}
      defaults={{ email: email ?? '', password: '' }}
      focus={email ? 'password' : 'email'}
      submit="Sign in"
      notice={
        ended && (
          <Notice tone="warn" title="Your session has ended.">
            Sign in to go on where you were.
          </Notice>
        )
      }
      onSubmit={async (values) => {
        const { signIn } = await import('../../lib/cognito.ts');
        try {
          const outcome = await signIn(values.email, values.password);
          if (outcome === 'signed-in') return enter();
          if (outcome === 'confirm') {
            await navigate({ to: '/confirm', search: { email: values.email, ...(next ? { next } : {}) } });
          } else if (outcome === 'new-password') {
            await navigate({ to: '/reset', search: { email: values.email } });
          } else setStep(outcome);
        } catch (error) {
          if (needsCode(error)) {
            await navigate({ to: '/confirm', search: { email: values.email, ...(next ? { next } : {}) } });
          } else if (needsNewPassword(error)) {
            await navigate({ to: '/forgot', search: { email: values.email } });
          } else throw error;
        }
      }}
      below={
        config().signUp !== 'invite' && (
          <p>
            No account yet?{' '}
            <TextLink to="/sign-up" search={next ? { next } : {}}>
              Sign up
            </TextLink>
          </p>
        )
      }
    >
      {(form) => (
        <>
          <Field label="E-mail address" error={form.formState.errors.email?.message}>
            <Input type="email" autoComplete="username" {...form.register('email')} />
          </Field>
          <Field
            label="Password"
            error={form.formState.errors.password?.message}
            aside={
              <TextLink to="/forgot" search={{ email: form.watch('email') || undefined }}>
                Forgotten
              </TextLink>
            }
          >
            <PasswordInput autoComplete="current-password" {...form.register('password')} />
          </Field>
        </>
      )}
    </AuthForm>
  );
}
