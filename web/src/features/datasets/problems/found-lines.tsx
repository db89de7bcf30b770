import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import type { DatasetIssue } from '../../../../../contracts/dataset-issues.ts';
import { previewDataset } from '../../../../../contracts/dataset-report.ts';
import { query } from '../../../lib/api.ts';
import { count } from '../../../lib/format/numbers.ts';
import { DataText } from '../data-text.tsx';
import type { CheckedVersion } from '../dataset-words.ts';
import { excerptOf, type Excerpt } from './excerpt.ts';

/** Opens the row of a finding in the viewer. */
export type OpenRow = (place: { file: DatasetIssue['file']; line: number; byte: number }) => void;

/** Lines with what was found in them marked; the line number opens the row. What stands there is text only. */
export function FoundLines({
  version,
  issues,
  inContext = false,
  onOpen,
}: {
  version: CheckedVersion;
  issues: readonly DatasetIssue[];
  /** Fetches each row to show what stands around the finding; for the few lines of the page, not for lists. */
  inContext?: boolean;
  onOpen: OpenRow;
}) {
  return (
    <ul className="mt-2 grid gap-1.5 rounded-control bg-sunk px-3 py-2 font-mono text-12 max-md:gap-4">
      {issues.map((issue, index) => (
        <li key={index} className="flex items-baseline gap-3">
          <LineNumber issue={issue} onOpen={onOpen} />
          {inContext && issue.byte !== undefined ? (
            <InContext version={version} issue={issue} />
          ) : (
            <Found issue={issue} />
          )}
        </li>
      ))}
    </ul>
  );
}

function LineNumber({ issue, onOpen }: { issue: DatasetIssue; onOpen: OpenRow }) {
  const { file, line, byte } = issue;
  if (line === undefined) {
    return <span className="min-w-11 shrink-0 text-right text-ink-3">file</span>;
  }
  const where = file === 'validation' ? ' of the validation file' : '';
  return (
    <span className="min-w-11 shrink-0 text-right text-ink-3">
      {byte === undefined ? (
        count(line)
      ) : (
        <button
          type="button"
          aria-label={`Show line ${count(line)}${where}`}
          title={`Show line ${count(line)}${where}`}
          className="-my-[3px] min-h-6 min-w-6 py-[3px] text-right text-accent underline-offset-3 hover:underline max-md:-my-2 max-md:py-2"
          onClick={() => onOpen({ file, line, byte })}
        >
          {count(line)}
        </button>
      )}
      {file === 'validation' && <span className="block text-[11px] leading-4">validation</span>}
    </span>
  );
}

function InContext({ version, issue }: { version: CheckedVersion; issue: DatasetIssue }) {
  const preview = useQuery({
    ...query(
      previewDataset,
      {
        path: { datasetId: version.datasetId, version: version.version },
        query: { file: issue.file, afterByte: issue.byte ?? 0, line: issue.line ?? 1, limit: 1 },
      },
      { freshMilliseconds: Infinity },
    ),
    retry: false,
  });
  const row = preview.data?.rows.find(({ line }) => line === issue.line);
  return <Found issue={issue} excerpt={row && excerptOf(row, issue)} clamped />;
}

function Found({
  issue,
  excerpt,
  clamped = false,
}: {
  issue: DatasetIssue;
  excerpt?: Excerpt | undefined;
  clamped?: boolean;
}) {
  const other = issue.otherLine;
  const saysOther =
    other !== undefined && [String(other), count(other)].some((line) => issue.found.includes(line));
  return (
    <span dir="auto" className={clsx('min-w-0 wrap-anywhere whitespace-pre-wrap', clamped && 'line-clamp-3')}>
      {issue.path && <span className="text-ink-3">{issue.path} </span>}
      {excerpt && <DataText text={excerpt.before} />}
      {issue.found !== '' && (
        <mark className="rounded-mark bg-highlight box-decoration-clone px-0.5 text-ink">
          <DataText text={issue.found} />
        </mark>
      )}
      {excerpt && <DataText text={excerpt.after} />}
      {other !== undefined && !saysOther && <span className="text-ink-3"> as line {count(other)}</span>}
    </span>
  );
}
