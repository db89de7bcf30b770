import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, type Ref } from 'react';
import type { PreviewRow } from '../../../../../contracts/dataset-report.ts';
import { IconButton } from '../../../components/button.tsx';
import { Segmented } from '../../../components/choice.tsx';
import { ErrorState, Quiet } from '../../../components/states.tsx';
import { count, counted } from '../../../lib/format/numbers.ts';
import { areShortcutsOn } from '../../../lib/shortcuts.ts';
import type { CheckedVersion } from '../dataset-words.ts';
import { Conversation } from './conversation.tsx';
import { useRows, type RowPlace } from './use-rows.ts';

/** Rows of a version one by one, as the conversations a model learns from. Give it a `key` of its start. */
export function RowViewer({
  version,
  start,
  limit,
  onFile,
}: {
  version: CheckedVersion;
  /** Where it opens; `isAsked` where somebody has clicked a line, so that it is brought into view. */
  start: RowPlace & { isAsked?: boolean };
  limit: number | undefined;
  onFile: (file: PreviewRow['file']) => void;
}) {
  const { file, line, byte, isAsked = false } = start;
  const { preview, row, hasNext, hasBefore, next, before } = useRows(version, { file, line, byte });
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!isAsked) return;
    heading.current?.scrollIntoView({ block: 'nearest' });
    heading.current?.focus({ preventScroll: true });
  }, [isAsked]);
  useRowKeys(
    () => void before(),
    () => void next(),
  );

  return (
    <section className="mb-8" aria-label="Rows">
      <RowHead
        ref={heading}
        row={row}
        hasBefore={hasBefore}
        hasNext={hasNext}
        onBefore={() => void before()}
        onNext={() => void next()}
      />
      {version.files.validation !== undefined && (
        <div className="mb-2">
          <Segmented
            label="Which file"
            value={file}
            onValueChange={onFile}
            options={[
              { value: 'data', label: 'Training' },
              { value: 'validation', label: 'Validation' },
            ]}
          />
        </div>
      )}
      {preview.isPending && (
        <div className="grid gap-2" role="status" aria-label="Loading rows">
          {[30, 44].map((ch) => (
            <p key={ch} className="rounded-card bg-sunk px-3 py-2.5">
              <Quiet ch={ch} />
            </p>
          ))}
        </div>
      )}
      {preview.isError && (
        <ErrorState
          error={preview.error}
          title="The rows couldn’t be loaded."
          onRetry={() => void preview.refetch()}
        />
      )}
      {preview.isSuccess && !row && <p className="text-ink-2">No line of this file can be shown.</p>}
      {row && <Conversation key={row.line} row={row} limit={limit} />}
    </section>
  );
}

function RowHead({
  ref,
  row,
  hasBefore,
  hasNext,
  onBefore,
  onNext,
}: {
  ref: Ref<HTMLHeadingElement>;
  row: PreviewRow | undefined;
  hasBefore: boolean;
  hasNext: boolean;
  onBefore: () => void;
  onNext: () => void;
}) {
  return (
    <div className="mb-2 flex flex-wrap items-center gap-x-2.5 gap-y-1">
      <h2 ref={ref} tabIndex={-1} className="text-14 font-semibold outline-none" aria-live="polite">
        {row ? `Row ${count(row.line)}` : 'Rows'}
      </h2>
      {row && row.raw === undefined && (
        <span className="text-12 text-ink-3">
          {row.tokens !== null && `${counted(row.tokens, 'token')}, `}
          {counted(row.messages.length, 'turn')}
        </span>
      )}
      <span className="ml-auto flex gap-1.5">
        <IconButton label="Row before" aria-keyshortcuts="[" framed disabled={!hasBefore} onClick={onBefore}>
          <ChevronLeft aria-hidden />
        </IconButton>
        <IconButton label="Next row" aria-keyshortcuts="]" framed disabled={!hasNext} onClick={onNext}>
          <ChevronRight aria-hidden />
        </IconButton>
      </span>
    </div>
  );
}

/** `[` and `]`, where nobody types and no dialog is open. */
function useRowKeys(before: () => void, next: () => void): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !areShortcutsOn()) return;
    if (event.target instanceof HTMLElement && event.target.closest('input, textarea, [role="dialog"]'))
      return;
    if (event.key === '[') before();
    if (event.key === ']') next();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => press(event);
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}
