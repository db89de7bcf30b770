import { useNavigate, useSearch } from '@tanstack/react-router';
import { Field, Input } from '../../components/field.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { AuthForm } from './auth-form.tsx';
import { ForgotForm } from './credentials.ts';

/** Asks for a code; the answer is the same whether the address has an account or not. */
export default function ForgotPage() {
  const { email } = useSearch({ from: '/door' });
  const navigate = useNavigate();
  return (
    <AuthForm
      title="Set a new password"
      lead="If there is an account with this address, a code is sent to it."
      schema={ForgotForm}
      defaults={{ email: email ?? '' }}
      focus="email"
      submit="Send the code"
      onSubmit={async (values) => {
        const { forgotPassword } = await import('../../lib/cognito.ts');
        try {
          await forgotPassword(values.email);
        } catch (error) {
          // Nobody learns here which addresses have an account.
          if (!(error instanceof Error && error.name === 'UserNotFoundException')) throw error;
        }
        await navigate({ to: '/reset', search: { email: values.email } });
      }}
      below={
        <p>
          <TextLink to="/sign-in" search={email ? { email } : {}}>
            Back to sign in
          </TextLink>
        </p>
      }
    >
      {(form) => (
        <Field label="E-mail address" error={form.formState.errors.email?.message}>
          <Input type="email" autoComplete="username" {...form.register('email')} />
        </Field>
      )}
    </AuthForm>
  );
}
