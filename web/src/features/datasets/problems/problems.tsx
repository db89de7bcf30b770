import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  DATASET_ISSUE_CODES,
  DATASET_ISSUES,
  type DatasetIssueCode,
} from '../../../../../contracts/dataset-issues.ts';
import { getDatasetReport } from '../../../../../contracts/dataset-report.ts';
import { Button } from '../../../components/button.tsx';
import { Section } from '../../../components/page.tsx';
import { Mark } from '../../../components/pill.tsx';
import { ErrorState, Quiet } from '../../../components/states.tsx';
import { LinkAction } from '../../../components/text-link.tsx';
import { query } from '../../../lib/api.ts';
import { count, counted } from '../../../lib/format/numbers.ts';
import type { CheckedVersion } from '../dataset-words.ts';
import { canBeRepaired, effectWords } from '../repair/repair-plan.ts';
import { AllLines } from './all-lines.tsx';
import { FoundLines, type OpenRow } from './found-lines.tsx';
import { passedChecks, problemGroups, rowsWith, type ProblemGroup } from './problem-groups.ts';
import { meaningOf } from './problem-meaning.ts';

/** Lines shown of each problem before the list of all of them is opened. */
const SHOWN = 2;

/** What the check found: by kind, errors first, then by rows; each with what it means, its lines and its cure. */
export function Problems({
  version,
  onOpen,
  onRepair,
}: {
  version: CheckedVersion;
  onOpen: OpenRow;
  /** Left out where the dataset takes no new version. */
  onRepair?: ((code: DatasetIssueCode) => void) | undefined;
}) {
  const [isPassedShown, setPassedShown] = useState(false);
  const groups = problemGroups(version.summary.issues);
  const passed = passedChecks(version.summary.issues);
  if (groups.length === 0) {
    return (
      <Section title="Problems" note="none">
        <p className="flex items-center gap-3 py-3">
          <Mark tone="ok" />
          None of the {count(DATASET_ISSUE_CODES.length)} checks found anything.
        </p>
      </Section>
    );
  }
  const rows = groups.reduce((sum, group) => sum + rowsWith(group), 0);
  return (
    <Section
      title="Problems"
      note={`${counted(groups.length, 'kind')}${rows > 0 ? `, ${counted(rows, 'row')}` : ''}`}
      aside={
        <>
          <Mark tone="ok" />
          <span className="text-ink-3">{counted(passed.length, 'other check')} passed</span>
          <LinkAction
            aria-expanded={isPassedShown}
            aria-controls="passed-checks"
            onClick={() => setPassedShown(!isPassedShown)}
          >
            {isPassedShown ? 'Hide' : 'Show'}
          </LinkAction>
        </>
      }
    >
      {isPassedShown && <Passed codes={passed} />}
      <ul>
        {groups.map((group) => (
          <Problem
            key={group.code}
            version={version}
            group={group}
            onOpen={onOpen}
            onRepair={onRepair && canBeRepaired(group.code) ? () => onRepair(group.code) : undefined}
          />
        ))}
      </ul>
    </Section>
  );
}

function Passed({ codes }: { codes: readonly DatasetIssueCode[] }) {
  return (
    <div id="passed-checks" className="border-b border-line py-3 text-12">
      <p className="mb-1 text-ink-3">Looked for, and not found:</p>
      <ul className="gap-x-8 text-ink-2 md:columns-2">
        {codes.map((code) => (
          <li key={code} className="break-inside-avoid py-0.5">
            {DATASET_ISSUES[code].title}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Problem({
  version,
  group,
  onOpen,
  onRepair,
}: {
  version: CheckedVersion;
  group: ProblemGroup;
  onOpen: OpenRow;
  onRepair: (() => void) | undefined;
}) {
  const [isAllShown, setAllShown] = useState(false);
  const { title, cure } = DATASET_ISSUES[group.code];
  const report = useQuery(
    query(
      getDatasetReport,
      {
        path: { datasetId: version.datasetId, version: version.version },
        query: { code: group.code, limit: SHOWN },
      },
      { freshMilliseconds: Infinity },
    ),
  );
  return (
    <li className="grid grid-cols-[18px_minmax(0,1fr)] gap-x-3 border-b border-line py-3.5 last:border-b-0 md:grid-cols-[18px_minmax(0,1fr)_auto]">
      <Mark tone={group.severity === 'error' ? 'bad' : 'warn'} />
      <div className="min-w-0">
        <h3 className="font-semibold">
          {title}
          <span className="sr-only">, {group.severity}</span>
          <span className="ml-2 font-normal text-ink-3">{amountWords(group)}</span>
        </h3>
        <p className="text-ink-2">{meaningOf(group, version.summary)}</p>
      </div>
      {onRepair && (
        <Button
          size="sm"
          className="max-md:order-last max-md:col-start-2 max-md:mt-2 max-md:justify-self-start"
          aria-label={`Repair: ${title}`}
          onClick={onRepair}
        >
          Repair…
        </Button>
      )}
      <div className="col-start-2 min-w-0 md:col-end-4">
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
          <FoundLines version={version} issues={report.data.issues} inContext onOpen={onOpen} />
        )}
        <div className="mt-2 flex flex-wrap items-baseline gap-x-4">
          <p className="flex-1 basis-72">
            <b className="mr-2 font-medium">Cure</b>
            {cure}
          </p>
          <p className="text-12 text-ink-3">
            {effectWords(group, version.summary)}{' '}
            {group.count > SHOWN && (
              <LinkAction onClick={() => setAllShown(true)}>All {counted(group.count, 'line')}</LinkAction>
            )}
          </p>
        </div>
      </div>
      {isAllShown && (
        <AllLines version={version} group={group} onOpen={onOpen} onClose={() => setAllShown(false)} />
      )}
    </li>
  );
}

/** `9 rows`, `12 places in 9 rows`; nothing where the whole file is meant. */
function amountWords(group: ProblemGroup): string {
  const { count: found, files } = group;
  const rows = rowsWith(group);
  const where = files.includes('validation')
    ? files.includes('data')
      ? ', both files'
      : ', validation file'
    : '';
  if (rows === 0) return where.slice(2);
  return found > rows
    ? `${counted(found, 'place')} in ${counted(rows, 'row')}${where}`
    : `${counted(rows, 'row')}${where}`;
}
