import { useNavigate, useSearch } from '@tanstack/react-router';
import { Field, Input } from '../../components/field.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { AuthForm } from './auth-form.tsx';
import { PASSWORD_HINT, ResetForm } from './credentials.ts';
import { PasswordInput } from './password-input.tsx';

/** Code and new password; afterwards the person is signed in. */
export default function ResetPage() {
  const { email } = useSearch({ from: '/door' });
  const navigate = useNavigate();
  return (
    <AuthForm
      title="Set a new password"
      lead={email ? `Enter the code that was sent to ${email}.` : 'Enter the code from the e-mail.'}
      schema={ResetForm}
      defaults={{ email: email ?? '', code: '', password: '' }}
      focus={email ? 'code' : 'email'}
      submit="Set it and sign in"
      onSubmit={async (values) => {
        const { setNewPassword, signIn } = await import('../../lib/cognito.ts');
        await setNewPassword(values.email, values.code, values.password);
        const outcome = await signIn(values.email, values.password);
        if (outcome === 'signed-in') await navigate({ to: '/' });
        else await navigate({ to: '/sign-in', search: { email: values.email } });
      }}
      below={
        <p>
          No e-mail?{' '}
          <TextLink to="/forgot" search={email ? { email } : {}}>
            Send a new code
          </TextLink>
        </p>
      }
    >
      {(form) => (
        <>
          {!email && (
            <Field label="E-mail address" error={form.formState.errors.email?.message}>
              <Input type="email" autoComplete="username" {...form.register('email')} />
            </Field>
          )}
          <Field label="Code" error={form.formState.errors.code?.message}>
            <Input inputMode="numeric" autoComplete="one-time-code" {...form.register('code')} />
          </Field>
          <Field label="New password" hint={PASSWORD_HINT} error={form.formState.errors.password?.message}>
            <PasswordInput autoComplete="new-password" {...form.register('password')} />
          </Field>
        </>
      )}
    </AuthForm>
  );
}
