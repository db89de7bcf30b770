import clsx from 'clsx';
import type { ReactNode } from 'react';
import { Mark, type Tone } from './pill.tsx';

/** A finding inside the page: the news in bold, what it means, at most one action. Read aloud when it appears. */
export function Notice({
  tone,
  title,
  action,
  className,
  children,
}: {
  tone: Exclude<Tone, 'mute'>;
  title: ReactNode;
  action?: ReactNode;
  className?: string;
  children?: ReactNode;
}) {
  return (
    <div
      role={tone === 'bad' ? 'alert' : 'status'}
      className={clsx(
        'flex items-start gap-3 rounded-card px-3 py-2.5',
        { run: 'bg-accent-soft', ok: 'bg-ok-soft', warn: 'bg-warn-soft', bad: 'bg-bad-soft' }[tone],
        className,
      )}
    >
      <Mark tone={tone} />
      <div className="min-w-0 flex-1">
        <p className="font-semibold">{title}</p>
        {children && <div className="text-ink-2">{children}</div>}
      </div>
      {action}
    </div>
  );
}
