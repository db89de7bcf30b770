import { cva } from 'class-variance-authority';
import { Check, TriangleAlert, X } from 'lucide-react';
import type { ReactNode } from 'react';

/** What a state means to a person; always shown with its word, never by colour alone. */
export type Tone = 'run' | 'ok' | 'warn' | 'bad' | 'mute';

const pill = cva(
  'inline-flex items-center gap-1.5 rounded-pill px-2 text-12 leading-5 font-medium whitespace-nowrap',
  {
    variants: {
      tone: {
        run: 'bg-accent-soft text-accent',
        ok: 'bg-ok-soft text-ok',
        warn: 'bg-warn-soft text-warn',
        bad: 'bg-bad-soft text-bad',
        mute: 'bg-sunk text-ink-2',
      } satisfies Record<Tone, string>,
    },
  },
);

/** A state's word on its colour; a running one carries a dot. */
export function Pill({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={pill({ tone })}>
      {tone === 'run' && (
        <span
          aria-hidden
          className="size-1.5 rounded-full bg-current motion-safe:animate-[quiet_2.4s_ease-in-out_infinite]"
        />
      )}
      {children}
    </span>
  );
}

const mark = cva('inline-grid shrink-0 place-items-center rounded-full', {
  variants: {
    tone: {
      ok: 'bg-ok-soft text-ok',
      warn: 'bg-warn-soft text-warn',
      bad: 'bg-bad-soft text-bad',
      run: 'bg-accent-soft text-accent',
      mute: 'border border-dashed border-line-strong text-ink-3',
    } satisfies Record<Tone, string>,
    size: { sm: 'size-[18px] [&_svg]:size-[11px]', lg: 'size-10 [&_svg]:size-5' },
  },
  defaultVariants: { size: 'sm' },
});

/** A round mark before a finding (18 px) or a verdict (40 px): tick, triangle or cross. Decoration: the words say it too. */
export function Mark({ tone, size }: { tone: Tone; size?: 'sm' | 'lg' }) {
  const stroke = size === 'lg' ? 2 : 2.8;
  return (
    <span aria-hidden className={mark({ tone, size })}>
      {tone === 'ok' && <Check strokeWidth={stroke} />}
      {tone === 'warn' && <TriangleAlert strokeWidth={size === 'lg' ? 2 : 2.4} />}
      {tone === 'bad' && <X strokeWidth={stroke} />}
      {tone === 'run' && (
        <span className="size-2 rounded-full bg-current motion-safe:animate-[quiet_2.4s_ease-in-out_infinite]" />
      )}
    </span>
  );
}

/** A figure on the accent, for unread counts. Screen readers hear `label` instead of the bare number. */
export function CountBadge({
  count,
  label,
  className,
}: {
  count: number;
  label: string;
  className?: string;
}) {
  return (
    <span
      className={`min-w-[18px] rounded-card bg-accent px-[5px] text-center text-11 font-semibold text-on-accent ${className ?? ''}`}
    >
      <span aria-hidden>{count > 99 ? '99+' : count}</span>
      <span className="sr-only">{label}</span>
    </span>
  );
}
