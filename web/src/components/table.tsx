import clsx from 'clsx';
import type { ComponentProps } from 'react';

/**
 * A table of hairlines. Wider than the phone it scrolls within itself with the first column fixed, so give it a
 * `caption` (read by screen readers, not shown) that says what it lists.
 */
export function Table({
  caption,
  className,
  children,
  ...rest
}: ComponentProps<'table'> & { caption: string }) {
  return (
    <div
      className="relative -mx-4 overflow-x-auto px-4 md:mx-0 md:px-0"
      tabIndex={0}
      role="region"
      aria-label={caption}
    >
      <table
        className={clsx(
          'w-full border-collapse text-left max-md:[&_td:first-child]:sticky max-md:[&_td:first-child]:left-0 max-md:[&_td:first-child]:bg-page max-md:[&_th:first-child]:sticky max-md:[&_th:first-child]:left-0 max-md:[&_th:first-child]:bg-page [&_tbody>tr:last-child>td]:border-b-0',
          className,
        )}
        {...rest}
      >
        <caption className="sr-only">{caption}</caption>
        {children}
      </table>
    </div>
  );
}

/** A column's head; `numeric` sets it right, above figures. */
export function Th({ numeric = false, className, ...rest }: ComponentProps<'th'> & { numeric?: boolean }) {
  return (
    <th
      scope="col"
      className={clsx(
        'border-b border-line py-[7px] pr-3 text-12 font-medium whitespace-nowrap text-ink-3 last:pr-0',
        numeric && 'text-right',
        className,
      )}
      {...rest}
    />
  );
}

/** A cell; `numeric` sets it right and keeps it on one line. */
export function Td({ numeric = false, className, ...rest }: ComponentProps<'td'> & { numeric?: boolean }) {
  return (
    <td
      className={clsx(
        'border-b border-line py-2 pr-3 align-top last:pr-0',
        numeric && 'text-right whitespace-nowrap',
        className,
      )}
      {...rest}
    />
  );
}
