import { useNavigate, useSearch } from '@tanstack/react-router';
import { Field, Input } from '../../components/field.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { AuthForm } from './auth-form.tsx';
import { PASSWORD_HINT, SignUpForm } from './credentials.ts';
import { PasswordInput } from './password-input.tsx';

/** A new account. Who may have one is the installation's choice; Cognito refuses the others with a reason. */
export default function SignUpPage() {
  const { email, next } = useSearch({ from: '/door' });
  const navigate = useNavigate();
  const search = next ? { next } : {};
  return (
    <AuthForm
      title="Sign up"
      lead="An account of your own: your datasets, jobs and models are visible to you alone."
      schema={SignUpForm}
      defaults={{ email: email ?? '', password: '' }}
      focus="email"
      submit="Sign up, and send the code"
      onSubmit={async (values) => {
        const { signUp } = await import('../../lib/cognito.ts');
        const unconfirmed = await signUp(values.email, values.password);
        await navigate({
          to: unconfirmed ? '/confirm' : '/sign-in',
          search: { email: values.email, ...search },
        });
      }}
      below={
        <p>
          Signed up before?{' '}
          <TextLink to="/sign-in" search={search}>
            Sign in
          </TextLink>
        </p>
      }
    >
      {(form) => (
        <>
          <Field label="E-mail address" error={form.formState.errors.email?.message}>
            <Input type="email" autoComplete="username" {...form.register('email')} />
          </Field>
          <Field label="Password" hint={PASSWORD_HINT} error={form.formState.errors.password?.message}>
            <PasswordInput autoComplete="new-password" {...form.register('password')} />
          </Field>
        </>
      )}
    </AuthForm>
  );
}
