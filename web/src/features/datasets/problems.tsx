import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { DATASET_ISSUES } from '../../../../contracts/dataset-issues.ts';
import { getDatasetReport, type CheckSummary, type DatasetVersion } from '../../../../contracts/datasets.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Mark } from '../../components/pill.tsx';
import { Section } from '../../components/page.tsx';
import { ErrorState, Quiet, QuietRows } from '../../components/states.tsx';
import { LinkAction } from '../../components/text-link.tsx';
import { query } from '../../lib/api.ts';
import { count, counted } from '../../lib/format/numbers.ts';

type Group = CheckSummary['issues'][number];
type Checked = Pick<DatasetVersion, 'datasetId' | 'version'>;

/** Lines shown of each problem before the list of all of them is opened. */
const SHOWN = 2;
/** A page of the whole list. */
const LIST = 200;

/** What the check found: grouped by kind, errors first, the most frequent first; each with its lines and its cure. */
export function Problems({ checked, summary }: { checked: Checked; summary: CheckSummary }) {
  const groups = inOrder(summary.issues);
  const lines = groups.reduce((sum, group) => sum + group.count, 0);
  if (groups.length === 0) {
    return (
      <Section title="Problems" note="none">
        <p className="flex items-center gap-3 py-3">
          <Mark tone="ok" />
          None of the {count(Object.keys(DATASET_ISSUES).length)} checks found anything.
        </p>
      </Section>
    );
  }
  return (
    <Section
      title="Problems"
      note={`${counted(new Set(groups.map(({ code }) => code)).size, 'kind')}, ${counted(lines, 'line')}`}
    >
      <ul>
        {groups.map((group) => (
          <Problem key={`${group.file}/${group.code}`} checked={checked} group={group} />
        ))}
      </ul>
    </Section>
  );
}

/** Errors before warnings, then by number of lines. */
function inOrder(groups: readonly Group[]): Group[] {
  return [...groups].sort(
    (a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning') || b.count - a.count,
  );
}

function Problem({ checked, group }: { checked: Checked; group: Group }) {
  const [all, setAll] = useState(false);
  const { title, cure } = DATASET_ISSUES[group.code];
  const report = useQuery(
    query(
      getDatasetReport,
      {
        path: { datasetId: checked.datasetId, version: checked.version },
        query: { code: group.code, limit: SHOWN },
      },
      { freshMilliseconds: Infinity },
    ),
  );
  return (
    <li className="border-b border-line py-3 last:border-b-0">
      <div className="flex items-start gap-3">
        <Mark tone={group.severity === 'error' ? 'bad' : 'warn'} />
        <div className="min-w-0 flex-1">
          <h3 className="font-semibold">
            {title}
            <span className="ml-2 font-normal text-ink-3">
              {counted(group.count, 'line')}
              {group.file === 'validation' && ', validation file'}
            </span>
          </h3>
          {report.isPending && (
            <p className="mt-2 rounded-control bg-sunk px-3 py-1.5 text-12">
              <Quiet ch={44} />
            </p>
          )}
          {report.isError && (
            <ErrorState
              error={report.error}
              title="The lines couldn’t be loaded."
              onRetry={() => void report.refetch()}
              className="py-2"
            />
          )}
          {report.data && report.data.issues.length > 0 && (
            <FoundLines issues={report.data.issues.filter((issue) => issue.file === group.file)} />
          )}
          <div className="mt-2 flex flex-wrap items-baseline gap-x-3">
            <p className="flex-1 basis-72">
              <b className="mr-2 font-medium">Cure</b>
              {cure}
            </p>
            {group.count > SHOWN && (
              <LinkAction className="text-12" onClick={() => setAll(true)}>
                All {counted(group.count, 'line')}
              </LinkAction>
            )}
          </div>
        </div>
      </div>
      {all && <AllLines checked={checked} group={group} onClose={() => setAll(false)} />}
    </li>
  );
}

/** What stands in the lines, as text only. */
function FoundLines({
  issues,
}: {
  issues: readonly { line?: number | undefined; found: string; path?: string | undefined }[];
}) {
  return (
    <div className="mt-2 grid gap-0.5 rounded-control bg-sunk px-3 py-1.5 font-mono text-12">
      {issues.map((issue, index) => (
        <div key={index} className="flex gap-3">
          <span className="min-w-10 shrink-0 text-right text-ink-3">
            {issue.line === undefined ? 'file' : count(issue.line)}
          </span>
          <span className="min-w-0 wrap-anywhere whitespace-pre-wrap">
            {issue.path && <span className="text-ink-3">{issue.path} </span>}
            {issue.found}
          </span>
        </div>
      ))}
    </div>
  );
}

function AllLines({ checked, group, onClose }: { checked: Checked; group: Group; onClose: () => void }) {
  const [offset, setOffset] = useState(0);
  const report = useQuery(
    query(
      getDatasetReport,
      {
        path: { datasetId: checked.datasetId, version: checked.version },
        query: { code: group.code, limit: LIST, offset },
      },
      { freshMilliseconds: Infinity },
    ),
  );
  const { title, cure } = DATASET_ISSUES[group.code];
  const total = report.data?.total ?? 0;
  return (
    <Dialog open onOpenChange={onClose} wide title={title} description={cure}>
      {report.isPending && <QuietRows rows={6} columns={[6, 40]} label="Loading the lines" />}
      {report.isError && <ErrorState error={report.error} onRetry={() => void report.refetch()} />}
      {report.data && <FoundLines issues={report.data.issues.filter((issue) => issue.file === group.file)} />}
      {total < group.count && report.data && (
        <p className="mt-2 text-12 text-ink-3">
          The first {counted(total, 'line')} are kept; {count(group.count)} were counted.
        </p>
      )}
      {total > LIST && (
        <div className="mt-3 flex items-center gap-2">
          <Button size="sm" disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - LIST))}>
            Before
          </Button>
          <Button size="sm" disabled={offset + LIST >= total} onClick={() => setOffset(offset + LIST)}>
            Next
          </Button>
          <span className="text-12 text-ink-3">
            {count(offset + 1)} – {count(Math.min(total, offset + LIST))} of {count(total)}
          </span>
        </div>
      )}
    </Dialog>
  );
}
