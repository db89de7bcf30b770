import clsx from 'clsx';
import { useNavigate } from '@tanstack/react-router';
import type { DatasetVersion } from '../../../../../contracts/dataset-versions.ts';
import { LinkButton } from '../../../components/button.tsx';
import { Section } from '../../../components/page.tsx';
import { Select } from '../../../components/select.tsx';
import { Table, Td, Th } from '../../../components/table.tsx';
import { checkedVersion, stateOf, verdictOf, type CheckedVersion } from '../dataset-words.ts';
import { ChangedRows } from './changed-rows.tsx';
import { comparedFigures, comparedProblems, type ComparedFigure } from './version-figures.ts';

/** Two versions side by side: figures, problems, and for a repair each row that changed. */
export function CompareVersions({
  versions,
  before,
  after,
}: {
  versions: readonly DatasetVersion[];
  before: DatasetVersion;
  after: DatasetVersion;
}) {
  const navigate = useNavigate({ from: '/datasets/$datasetId' });
  const choose = (part: { version?: number; compare?: number }) =>
    void navigate({ search: { version: after.version, compare: before.version, ...part }, replace: true });
  const options = versions.map((version) => ({
    value: String(version.version),
    label: `v${version.version}`,
    detail: stateOf(version).word,
  }));
  const [a, b] = [checkedVersion(before), checkedVersion(after)];
  return (
    <>
      <div className="mb-6 flex flex-wrap items-center gap-2 border-y border-line py-3">
        <span className="text-14 font-semibold">Compare</span>
        <Select
          size="sm"
          ariaLabel="The version before"
          className="w-auto"
          value={String(before.version)}
          onValueChange={(next) => choose({ compare: Number(next) })}
          options={options}
        />
        <span className="text-ink-3">with</span>
        <Select
          size="sm"
          ariaLabel="The version after"
          className="w-auto"
          value={String(after.version)}
          onValueChange={(next) => choose({ version: Number(next) })}
          options={options}
        />
        <LinkButton
          to="/datasets/$datasetId"
          params={{ datasetId: after.datasetId }}
          search={{ version: after.version }}
          className="ml-auto"
        >
          Back to v{after.version}
        </LinkButton>
      </div>
      {a && b ? (
        <Compared before={a} after={b} />
      ) : (
        <p className="text-ink-2">
          v{(a ? after : before).version} has no figures to compare:{' '}
          {verdictOf(a ? after : before).title.toLowerCase()}.
        </p>
      )}
    </>
  );
}

function Compared({ before, after }: { before: CheckedVersion; after: CheckedVersion }) {
  const problems = comparedProblems(before, after);
  const isRepair = after.madeFrom?.version === before.version;
  return (
    <>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-12 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <Section title="Figures" line={false}>
          <Compare before={before} after={after} lines={comparedFigures(before, after)} what="Figures" />
        </Section>
        <Section title="Problems" note="rows" line={false}>
          {problems.length === 0 ? (
            <p className="border-t border-line py-3 text-ink-2">Neither has any.</p>
          ) : (
            <Compare before={before} after={after} lines={problems} what="Problems" />
          )}
        </Section>
      </div>
      {isRepair && <ChangedRows version={after} />}
      {!isRepair && before.madeFrom?.version !== after.version && (
        <p className="text-12 text-ink-3">
          v{after.version} was not made from v{before.version}, so their rows are not set against each other.
        </p>
      )}
    </>
  );
}

function Compare({
  before,
  after,
  lines,
  what,
}: {
  before: CheckedVersion;
  after: CheckedVersion;
  lines: readonly ComparedFigure[];
  what: string;
}) {
  return (
    <Table caption={`${what} of v${before.version} and v${after.version}`}>
      <thead>
        <tr>
          <Th>
            <span className="sr-only">{what}</span>
          </Th>
          <Th numeric>v{before.version}</Th>
          <Th numeric>v{after.version}</Th>
          <Th numeric>Difference</Th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ name, before: from, after: to, difference, tone }) => (
          <tr key={name}>
            <Td className="max-md:min-w-28">{name}</Td>
            <Td numeric className="text-ink-2 max-md:whitespace-normal">
              {from}
            </Td>
            <Td numeric className="font-semibold max-md:whitespace-normal">
              {to}
            </Td>
            <Td
              numeric
              className={clsx('text-ink-2', tone === 'better' && 'text-ok', tone === 'worse' && 'text-bad')}
            >
              {difference || <span className="text-ink-3">=</span>}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
