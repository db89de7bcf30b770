import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect, useState, type ReactNode } from 'react';
import {
  useForm,
  type DefaultValues,
  type FieldValues,
  type Path,
  type UseFormReturn,
} from 'react-hook-form';
import type * as z from 'zod';
import { Button } from '../../components/button.tsx';
import { Notice } from '../../components/notice.tsx';
import { useOfflineReason } from '../../lib/online.ts';
import { authWords } from './auth-words.ts';

/** A form before the door: its title, at most one notice, its fields and one button. What Cognito refuses is said above the fields. */
export function AuthForm<Values extends FieldValues>({
  title,
  lead,
  schema,
  defaults,
  focus,
  submit,
  onSubmit,
  notice,
  below,
  children,
}: {
  title: string;
  lead?: ReactNode;
  schema: z.ZodType<Values, Values>;
  defaults: DefaultValues<Values>;
  /** The field that is typed into first. */
  focus: Path<Values>;
  /** The button's verb. */
  submit: string;
  onSubmit: (values: Values) => Promise<void>;
  notice?: ReactNode;
  below?: ReactNode;
  children: (form: UseFormReturn<Values>) => ReactNode;
}) {
  const form = useForm<Values>({ resolver: zodResolver(schema), defaultValues: defaults });
  const [refusal, setRefusal] = useState<string>();
  const offline = useOfflineReason();
  const { isSubmitting } = form.formState;

  const { setFocus } = form;

  useEffect(() => setFocus(focus), [setFocus, focus]);
  useEffect(() => {
    document.title = `${title} · BrightRun`;
  }, [title]);

  return (
    <>
      <h1 className="text-22 font-semibold">{title}</h1>
      {lead && <p className="mt-1 text-ink-2">{lead}</p>}
      <form
        noValidate
        className="mt-6 grid gap-4"
        onSubmit={form.handleSubmit(async (values) => {
          setRefusal(undefined);
          try {
            await onSubmit(values);
          } catch (error) {
            setRefusal(authWords(error));
          }
        })}
      >
        {refusal ? <Notice tone="bad" title={refusal} /> : notice}
        {children(form)}
        <Button
          type="submit"
          variant="primary"
          size="lg"
          busy={isSubmitting}
          disabledReason={offline}
          className="w-full"
        >
          {submit}
        </Button>
      </form>
      {below && <div className="mt-5 grid gap-1 text-ink-2">{below}</div>}
    </>
  );
}
