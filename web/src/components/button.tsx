import { createLink } from '@tanstack/react-router';
import { cva, type VariantProps } from 'class-variance-authority';
import clsx from 'clsx';
import {
  cloneElement,
  lazy,
  Suspense,
  type ComponentProps,
  type ComponentType,
  type ReactElement,
  type ReactNode,
} from 'react';

/**
 * Loaded with the first reason that has to be shown: it brings a positioning library along. The first reason is often
 * that there is no network, and then it cannot be loaded: the browser's own tooltip says it instead.
 */
const Tooltip = lazy(async (): Promise<{ default: ComponentType<ReasonProps> }> => {
  try {
    return { default: (await import('./tooltip.tsx')).Tooltip };
  } catch {
    return { default: OwnTooltip };
  }
});

interface ReasonProps {
  text: string;
  children: ReactElement<{ title?: string }>;
}

function OwnTooltip({ text, children }: ReasonProps) {
  return cloneElement(children, { title: text });
}

/** Heights: 32 px, small 26 px; on phones 40 and 36 px, so that a thumb hits them. */
const button = cva(
  'inline-flex items-center justify-center gap-1.5 rounded-control border font-medium whitespace-nowrap transition-colors select-none aria-disabled:cursor-not-allowed aria-disabled:opacity-55 [&_svg]:size-3.5 [&_svg]:shrink-0',
  {
    variants: {
      variant: {
        primary: 'border-accent bg-accent text-on-accent hover:bg-accent-hover',
        secondary: 'border-line-strong bg-surface text-ink hover:border-control',
        danger: 'border-line-strong bg-surface text-bad hover:border-bad',
        ghost: 'border-transparent bg-transparent text-ink-2 hover:bg-sunk',
      },
      size: {
        md: 'h-10 px-3 text-13 md:h-8',
        sm: 'h-9 px-2.5 text-12 md:h-[26px] md:px-[9px]',
        lg: 'h-10 px-4 text-14',
      },
    },
    defaultVariants: { variant: 'secondary', size: 'md' },
  },
);

type ButtonProps = ComponentProps<'button'> &
  VariantProps<typeof button> & {
    /** Shown instead of the label's colour change while the action runs; the button keeps its width and takes no click. */
    busy?: boolean;
    /** Why the action is not available now ("You are offline."). Disables the button and says so on hover and focus. */
    disabledReason?: string | undefined;
  };

/** A button whose label is a verb with its consequence. It stays focusable when disabled, so that its reason can be read. */
export function Button({
  variant,
  size,
  busy = false,
  disabled = false,
  disabledReason,
  className,
  onClick,
  children,
  type = 'button',
  ...rest
}: ButtonProps) {
  const blocked = busy || disabled || disabledReason !== undefined;
  const element = (
    <button
      type={type}
      className={clsx(button({ variant, size }), className)}
      aria-disabled={blocked || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (blocked) event.preventDefault();
        else onClick?.(event);
      }}
      {...rest}
    >
      {children}
    </button>
  );
  if (!disabledReason) return element;
  return (
    <Suspense fallback={element}>
      <Tooltip text={disabledReason}>{element}</Tooltip>
    </Suspense>
  );
}

function PlainLinkButton({
  variant,
  size,
  className,
  children,
  ...rest
}: ComponentProps<'a'> & VariantProps<typeof button>) {
  return (
    <a className={clsx(button({ variant, size }), className)} {...rest}>
      {children}
    </a>
  );
}

/** A typed router link that looks like a button: `<LinkButton to="/datasets" variant="primary">`. */
export const LinkButton = createLink(PlainLinkButton);

/** A square button with an icon only; `label` is its name. */
export function IconButton({
  label,
  framed = false,
  className,
  children,
  ...rest
}: Omit<ComponentProps<'button'>, 'aria-label'> & {
  label: string;
  /** With the edge of a secondary button. */
  framed?: boolean;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={clsx(
        'grid size-10 place-items-center rounded-control border text-ink-2 transition-colors disabled:opacity-50 md:size-[30px] [&_svg]:size-4',
        framed ? 'border-line-strong bg-surface hover:border-control' : 'border-transparent hover:bg-sunk',
        className,
      )}
      {...rest}
    >
      {children}
    </button>
  );
}
