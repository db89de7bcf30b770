import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Field, Input } from '../../components/field.tsx';
import { Notice } from '../../components/notice.tsx';
import { LinkAction, TextLink } from '../../components/text-link.tsx';
import { AuthForm } from './auth-form.tsx';
import { authWords } from './auth-words.ts';
import { ConfirmForm } from './credentials.ts';

/** The code from the e-mail; afterwards the person signs in. */
export default function ConfirmPage() {
  const { email, next } = useSearch({ from: '/door' });
  const navigate = useNavigate();
  const [sent, setSent] = useState<{ tone: 'ok' | 'bad'; words: string }>();
  return (
    <AuthForm
      title="Confirm your address"
      lead={email ? `A code of six digits is on its way to ${email}.` : 'We sent a code of six digits.'}
      schema={ConfirmForm}
      defaults={{ email: email ?? '', code: '' }}
      focus={email ? 'code' : 'email'}
      submit="Confirm"
      notice={sent && <Notice tone={sent.tone} title={sent.words} />}
      onSubmit={async (values) => {
        const { confirm } = await import('../../lib/cognito.ts');
        await confirm(values.email, values.code);
        await navigate({ to: '/sign-in', search: { email: values.email, ...(next ? { next } : {}) } });
      }}
      below={
        <p>
          <TextLink to="/sign-in" search={email ? { email } : {}}>
            Sign in
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
          <Field
            label="Code"
            error={form.formState.errors.code?.message}
            aside={
              <LinkAction
                onClick={async () => {
                  setSent(undefined);
                  try {
                    const { sendCodeAgain } = await import('../../lib/cognito.ts');
                    await sendCodeAgain(form.getValues('email'));
                    setSent({ tone: 'ok', words: 'A new code is on its way. Only the newest one works.' });
                  } catch (error) {
                    setSent({ tone: 'bad', words: authWords(error) });
                  }
                }}
              >
                Send a new one
              </LinkAction>
            }
          >
            <Input inputMode="numeric" autoComplete="one-time-code" {...form.register('code')} />
          </Field>
        </>
      )}
    </AuthForm>
  );
}
