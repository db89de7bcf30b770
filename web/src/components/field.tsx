import clsx from 'clsx';
import { createContext, use, useId, type ComponentProps, type ReactNode } from 'react';

type FieldIds = { id: string; describedBy: string | undefined; invalid: boolean };
const FieldContext = createContext<FieldIds | null>(null);

/** What a control inside <Field> takes over: its id, its hint or error, and whether it is wrong. */
export function useFieldProps() {
  const field = use(FieldContext);
  if (!field) return {};
  return {
    id: field.id,
    'aria-describedby': field.describedBy,
    'aria-invalid': field.invalid || undefined,
  };
}

/** A label above its control; below it the hint, or the error in the hint's place once there is one. */
export function Field({
  label,
  hint,
  error,
  aside,
  className,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
  /** Small text or a link at the right of the label. */
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
}) {
  const id = useId();
  const below = error ?? hint;
  return (
    <div className={clsx('grid grid-cols-1 content-start gap-1.5', className)}>
      <div className="flex items-baseline justify-between gap-3">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {aside && <span className="text-12 text-ink-3">{aside}</span>}
      </div>
      <FieldContext value={{ id, describedBy: below ? `${id}-below` : undefined, invalid: Boolean(error) }}>
        {children}
      </FieldContext>
      {below && (
        <p
          id={`${id}-below`}
          role={error ? 'alert' : undefined}
          className={clsx('text-12', error ? 'text-bad' : 'text-ink-3')}
        >
          {below}
        </p>
      )}
    </div>
  );
}

const control =
  'w-full rounded-control border border-control bg-surface px-2.5 text-ink transition-colors hover:border-ink-3 aria-invalid:border-bad disabled:opacity-55';

/** A one-line control; `before` and `after` stand inside its frame (a currency sign, a unit, what is free). */
export function Input({
  before,
  after,
  className,
  ...rest
}: ComponentProps<'input'> & { before?: ReactNode; after?: ReactNode }) {
  const field = useFieldProps();
  if (before === undefined && after === undefined) {
    return <input className={clsx(control, 'h-10 md:h-9', className)} {...field} {...rest} />;
  }
  return (
    <span
      className={clsx(
        control,
        'flex h-10 items-center gap-2 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-[var(--focus)] has-aria-invalid:border-bad md:h-9',
        className,
      )}
    >
      {before && <span className="text-ink-3">{before}</span>}
      <input className="h-full min-w-0 flex-1 bg-transparent outline-none" {...field} {...rest} />
      {after && <span className="shrink-0 text-12 text-ink-3">{after}</span>}
    </span>
  );
}
