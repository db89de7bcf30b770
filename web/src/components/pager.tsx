import { count, NBSP } from '../lib/format/numbers.ts';
import { Button } from './button.tsx';

/** Steps through a list by its offset; nothing where one page holds all. */
export function Pager({
  what,
  offset,
  page,
  total,
  onOffset,
}: {
  /** The list's noun, for screen readers: `lines`. */
  what: string;
  offset: number;
  page: number;
  total: number;
  onOffset: (offset: number) => void;
}) {
  if (total <= page) return null;
  return (
    <nav aria-label={`Pages of ${what}`} className="mt-3 flex items-center gap-2">
      <Button size="sm" disabled={offset === 0} onClick={() => onOffset(Math.max(0, offset - page))}>
        Before
      </Button>
      <Button size="sm" disabled={offset + page >= total} onClick={() => onOffset(offset + page)}>
        Next
      </Button>
      <span className="text-12 text-ink-3" aria-live="polite">
        {count(offset + 1)}
        {NBSP}– {count(Math.min(total, offset + page))} of {count(total)}
      </span>
    </nav>
  );
}
