import { createLink } from '@tanstack/react-router';
import clsx from 'clsx';
import type { ComponentProps } from 'react';

function PlainTextLink({ className, children, ...rest }: ComponentProps<'a'>) {
  return (
    <a className={clsx('font-medium text-accent underline-offset-3 hover:underline', className)} {...rest}>
      {children}
    </a>
  );
}

/** A typed router link in running text. */
export const TextLink = createLink(PlainTextLink);

/** A text link that acts instead of leading somewhere ("Show all", "Try now"). */
export function LinkAction({ className, type = 'button', ...rest }: ComponentProps<'button'>) {
  return (
    <button
      type={type}
      className={clsx(
        'min-h-6 font-medium text-accent underline-offset-3 hover:underline disabled:opacity-50',
        className,
      )}
      {...rest}
    />
  );
}
