import { useInfiniteQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useEffect, useState } from 'react';
import { previewDataset, type DatasetVersion, type PreviewRow } from '../../../../contracts/datasets.ts';
import { IconButton } from '../../components/button.tsx';
import { Segmented } from '../../components/choice.tsx';
import { ErrorState, Quiet } from '../../components/states.tsx';
import { call } from '../../lib/api.ts';
import { count, counted } from '../../lib/format/numbers.ts';
import { areShortcutsOn } from '../../lib/shortcuts.ts';

/** Rows of a version one by one, as the conversations a model learns from. */
export function RowViewer({
  version,
  hasValidation,
}: {
  version: Pick<DatasetVersion, 'datasetId' | 'version'>;
  hasValidation: boolean;
}) {
  const [file, setFile] = useState<PreviewRow['file']>('data');
  const [at, setAt] = useState(0);
  const preview = useInfiniteQuery({
    queryKey: ['datasets', previewDataset.id, version.datasetId, version.version, file],
    initialPageParam: { afterByte: 0, line: 1 },
    queryFn: async ({ pageParam, signal }) =>
      (
        await call(
          previewDataset,
          {
            path: { datasetId: version.datasetId, version: version.version },
            query: { file, limit: 20, ...pageParam },
          },
          { signal },
        )
      ).body,
    getNextPageParam: (last) => last.next,
    staleTime: Infinity,
  });
  const rows = preview.data?.pages.flatMap((page) => page.rows) ?? [];
  const row = rows[at];
  const hasNext = at + 1 < rows.length || preview.hasNextPage;

  const next = async () => {
    if (at + 1 < rows.length) setAt(at + 1);
    else if (preview.hasNextPage && !preview.isFetchingNextPage) {
      const more = await preview.fetchNextPage();
      const known = more.data?.pages.reduce((sum, page) => sum + page.rows.length, 0) ?? 0;
      if (at + 1 < known) setAt(at + 1);
    }
  };
  const before = () => setAt(Math.max(0, at - 1));

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !areShortcutsOn()) return;
      if (event.target instanceof HTMLElement && event.target.closest('input, textarea, [role="dialog"]'))
        return;
      if (event.key === '[') before();
      if (event.key === ']') void next();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  });

  return (
    <section className="mb-8">
      <div className="mb-2 flex flex-wrap items-center gap-2.5">
        <h2 className="text-14 font-semibold" aria-live="polite">
          {row ? `Row ${count(row.line)}` : 'Rows'}
        </h2>
        {row && (
          <span className="text-12 text-ink-3">
            {row.tokens !== null && `${counted(row.tokens, 'token')}, `}
            {counted(row.messages.length, 'turn')}
          </span>
        )}
        <span className="ml-auto flex gap-1.5">
          <IconButton label="Row before" framed disabled={at === 0} onClick={before}>
            <ChevronLeft aria-hidden />
          </IconButton>
          <IconButton
            label="Next row"
            framed
            disabled={!hasNext || preview.isFetchingNextPage}
            onClick={() => void next()}
          >
            <ChevronRight aria-hidden />
          </IconButton>
        </span>
      </div>
      {hasValidation && (
        <div className="mb-2">
          <Segmented
            label="Which file"
            value={file}
            onValueChange={(chosen) => {
              setFile(chosen);
              setAt(0);
            }}
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
      {preview.isSuccess && !row && <p className="text-ink-2">No row of this file can be shown.</p>}
      {row && <Conversation row={row} />}
    </section>
  );
}

/** A row's turns. What stands in a dataset is shown as text, whatever it looks like. */
export function Conversation({ row }: { row: PreviewRow }) {
  return (
    <div className="grid gap-2">
      {row.messages.map((message, index) => (
        <div
          key={index}
          className={clsx(
            'rounded-card px-3 py-2',
            message.role === 'system' && 'border border-dashed border-line-strong',
            message.role !== 'system' && !message.learnt && 'bg-sunk',
            message.role === 'user' && 'mr-6',
            message.learnt && 'rounded-l-none border-l-3 border-accent bg-accent-soft',
            message.role === 'assistant' && 'ml-6',
          )}
        >
          <p className="text-11 text-ink-3">
            {message.role}
            {message.learnt && <span className="sr-only">, learnt from</span>}
          </p>
          <p className="wrap-anywhere whitespace-pre-wrap">{message.content}</p>
        </div>
      ))}
      <p className="text-11 text-ink-3">
        <span aria-hidden className="mr-1.5 inline-block h-2.5 w-[3px] bg-accent" />
        Blue edge: the model learns to write these turns. The others are only read.
      </p>
    </div>
  );
}
