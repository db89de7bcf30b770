import clsx from 'clsx';
import { useEffect, useState, type ReactNode } from 'react';
import { describeError } from '../lib/describe-error.ts';
import { useOnline } from '../lib/online.ts';
import { Button } from './button.tsx';
import { Mark } from './pill.tsx';

/** Nothing here yet: what the thing is, the way to the first one, and below (optional) what a valid one looks like. */
export function EmptyState({
  title,
  actions,
  below,
  children,
}: {
  title: string;
  actions?: ReactNode;
  below?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className="py-8">
      <p className="text-18 font-semibold">{title}</p>
      {children && <div className="mt-1 max-w-[72ch] text-ink-2">{children}</div>}
      {actions && <div className="mt-4 flex flex-wrap gap-2">{actions}</div>}
      {below && <div className="mt-6">{below}</div>}
    </div>
  );
}

/**
 * What happened, what it means, one way on; the request id last and small. With `stale` the figures it speaks of are
 * still on the page below it.
 */
export function ErrorState({
  error,
  title,
  children,
  onRetry,
  className,
}: {
  error: unknown;
  /** What could not be done ("The jobs couldn't be loaded."); without it the error's own title stands first. */
  title?: string;
  /** What it means for the person; without it the error's own sentence. */
  children?: ReactNode;
  onRetry?: () => void;
  className?: string;
}) {
  const { title: errorTitle, sentence, requestId, retryable } = describeError(error);
  return (
    <div role="alert" className={clsx('flex items-start gap-3 py-4', className)}>
      <Mark tone="bad" />
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{title ?? errorTitle}</p>
        <div className="max-w-[72ch] text-ink-2">{children ?? sentence}</div>
        {(onRetry && retryable) || requestId ? (
          <div className="mt-2 flex flex-wrap items-center gap-3">
            {onRetry && retryable && (
              <Button size="sm" onClick={onRetry}>
                Try now
              </Button>
            )}
            {requestId && (
              <span className="text-11 text-ink-3">
                request <code className="break-all select-all">{requestId}</code>
              </span>
            )}
          </div>
        ) : null}
      </div>
    </div>
  );
}

/** A value that isn't there yet: a quiet bar of about its final width (`ch` characters). */
export function Quiet({ ch = 8, className }: { ch?: number; className?: string }) {
  return (
    <span
      aria-hidden
      data-quiet
      className={clsx(
        'inline-block h-[0.7em] max-w-full rounded-mark bg-line align-baseline motion-safe:animate-[quiet_1.8s_ease-in-out_infinite]',
        className,
      )}
      style={{ width: `${ch}ch` }}
    />
  );
}

/**
 * A list's lines before its values: `rows` hairlines with a quiet bar for each width in `columns` (characters).
 * After 10 s it says so in a sentence.
 */
export function QuietRows({
  rows = 3,
  columns,
  label,
}: {
  rows?: number;
  columns: readonly number[];
  label: string;
}) {
  return (
    <div role="status" aria-label={label} aria-busy>
      {Array.from({ length: rows }, (_, row) => (
        <div
          key={row}
          className="flex items-center gap-6 overflow-hidden border-b border-line py-3 last:border-b-0"
        >
          {columns.map((ch, column) => (
            <span key={column} className="min-w-0 flex-1 overflow-hidden">
              <Quiet ch={ch} />
            </span>
          ))}
        </div>
      ))}
      <SlowSentence />
    </div>
  );
}

/** Says after 10 s of loading that it takes longer than it should. */
export function SlowSentence() {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 10_000);
    return () => clearTimeout(timer);
  }, []);
  if (!slow) return null;
  return <p className="py-2 text-12 text-ink-3">This takes longer than usual. It goes on by itself.</p>;
}

/** A thin bar while the browser has no network; the page keeps what it showed last. */
export function OfflineBar() {
  const { online, since } = useOnline();
  if (online) return null;
  const time = since?.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  return (
    <p role="status" className="bg-warn-soft px-4 py-1 text-12 text-warn md:px-8">
      {time ? `Offline. Showing ${time}.` : 'Offline.'}
    </p>
  );
}
