import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';

/** A line that opens: its name, a summary of what is inside, and at the right what differs from the default. */
export function Disclosure({
  title,
  summary,
  aside,
  defaultOpen = false,
  children,
}: {
  title: ReactNode;
  summary?: ReactNode;
  aside?: ReactNode;
  defaultOpen?: boolean;
  children: ReactNode;
}) {
  return (
    <details open={defaultOpen} className="group border-y border-line">
      <summary className="flex min-h-11 list-none items-center gap-2 py-2 [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="size-4 shrink-0 text-ink-2 transition-transform group-open:rotate-90"
        />
        <span className="font-semibold">{title}</span>
        {summary && <span className="min-w-0 flex-1 truncate text-12 text-ink-2">{summary}</span>}
        {aside && <span className="ml-auto shrink-0 text-12 text-ink-3">{aside}</span>}
      </summary>
      <div className="pt-1 pb-4">{children}</div>
    </details>
  );
}
