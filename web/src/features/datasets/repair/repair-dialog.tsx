import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import {
  DATASET_CURES,
  type ColumnMapping as Mapping,
  type DatasetCure,
} from '../../../../../contracts/dataset-cures.ts';
import { DATASET_ISSUES, type DatasetIssueCode } from '../../../../../contracts/dataset-issues.ts';
import { getDatasetReport } from '../../../../../contracts/dataset-report.ts';
import { repairDatasetVersion, type Dataset } from '../../../../../contracts/datasets.ts';
import { Button } from '../../../components/button.tsx';
import { Checkbox } from '../../../components/choice.tsx';
import { Dialog } from '../../../components/dialog.tsx';
import { Select } from '../../../components/select.tsx';
import { ErrorState, Quiet } from '../../../components/states.tsx';
import { query, useCall } from '../../../lib/api.ts';
import { count, counted, listed } from '../../../lib/format/numbers.ts';
import { useOfflineReason } from '../../../lib/online.ts';
import { lowerFirst, type CheckedVersion } from '../dataset-words.ts';
import { problemGroups, rowsWith, type ProblemGroup } from '../problems/problem-groups.ts';
import { ColumnMapping } from './column-mapping.tsx';
import { columnsOf, filledForm, firstForm, mappingProblem, type TableForm } from './columns.ts';
import { choiceWords, leftBy, LENGTH_CURES, repairChoices, type RepairChoice } from './repair-plan.ts';

/** What a repair would do, cure by cure; a click makes the next version, the old one stays. */
export function RepairDialog({
  dataset,
  version,
  only,
  limit,
  onClose,
}: {
  dataset: Dataset;
  version: CheckedVersion;
  /** The one problem to begin with; all of them where left out. */
  only?: DatasetIssueCode | undefined;
  /** The context that was chosen on the page. */
  limit: number | undefined;
  onClose: () => void;
}) {
  const navigate = useNavigate();
  const offline = useOfflineReason();
  const { choices } = repairChoices(problemGroups(version.summary.issues));
  const [taken, setTaken] = useState<ReadonlyMap<DatasetCure, DatasetCure>>(
    () =>
      new Map(
        choices
          .filter(({ groups }) => only === undefined || groups.some(({ code }) => code === only))
          .map(({ usual }) => [usual, usual]),
      ),
  );
  const [chosen, setChosen] = useState<{ form: TableForm; mapping: Mapping }>();
  const repair = useCall(repairDatasetVersion, {
    alsoStale: ['notifications'],
    onSuccess: ({ version: made }) => {
      onClose();
      void navigate({
        to: '/datasets/$datasetId',
        params: { datasetId: dataset.id },
        search: { version: made.version },
      });
    },
  });

  const take = (choice: RepairChoice, cure: DatasetCure | undefined) => {
    const next = new Map(taken);
    if (cure) next.set(choice.usual, cure);
    else next.delete(choice.usual);
    setTaken(next);
    repair.reset();
  };
  const cures = [...new Set(taken.values())];
  const tables = useTableColumns(version, choices);
  const form = chosen?.form ?? firstForm(tables.columns);
  const mapping = chosen?.mapping ?? filledForm(form, tables.columns);
  const needsColumns = cures.includes('map-columns');
  const next = dataset.latestVersion + 1;
  const left = leftBy(version.summary, ({ usual }) => taken.get(usual));
  const reason =
    offline ??
    (cures.length === 0 ? 'Choose at least one.' : needsColumns ? mappingProblem(mapping) : undefined);
  const contextLength = version.summary.tokens?.contextLength;
  const cutsLength = cures.some((cure) => LENGTH_CURES.includes(cure));

  return (
    <Dialog
      open
      onOpenChange={onClose}
      wide
      title={`Repair v${version.version}, as v${next}`}
      description={`v${version.version} stays as it is. v${next} is made from it and checked like an upload; then you see each row that changed.`}
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button
            variant="primary"
            busy={repair.isPending}
            disabledReason={reason}
            onClick={() =>
              repair.mutate({
                path: { datasetId: dataset.id, version: version.version },
                body: {
                  cures,
                  ...(needsColumns ? { columns: mapping } : {}),
                  ...(cutsLength && limit !== undefined && limit !== contextLength
                    ? { maxTokens: limit }
                    : {}),
                },
              })
            }
          >
            Make v{next}, and check it
          </Button>
        </>
      }
    >
      {repair.isError && <ErrorState error={repair.error} title="The repair was not started." />}
      <ul>
        {choices.map((choice) => (
          <Choice
            key={choice.usual}
            choice={choice}
            taken={taken.get(choice.usual)}
            limit={limit ?? contextLength}
            onTake={(cure) => take(choice, cure)}
          >
            {taken.get(choice.usual) === 'map-columns' &&
              (tables.isPending ? (
                <Quiet ch={40} />
              ) : (
                <ColumnMapping
                  columns={tables.columns}
                  form={form}
                  mapping={mapping}
                  onChange={(nextForm, nextMapping) => setChosen({ form: nextForm, mapping: nextMapping })}
                />
              ))}
          </Choice>
        ))}
      </ul>
      {left.length > 0 && <LeftAsItIs groups={left} />}
    </Dialog>
  );
}

function Choice({
  choice,
  taken,
  limit,
  onTake,
  children,
}: {
  choice: RepairChoice;
  taken: DatasetCure | undefined;
  limit: number | undefined;
  onTake: (cure: DatasetCure | undefined) => void;
  children: ReactNode;
}) {
  const cure = taken ?? choice.usual;
  const { title, effect } = DATASET_CURES[cure];
  const atLimit =
    LENGTH_CURES.includes(cure) && limit !== undefined ? ` The limit is ${count(limit)} tokens.` : '';
  return (
    <li className="border-b border-line py-2.5 last:border-b-0">
      <div className="flex flex-wrap items-start gap-x-4">
        <Checkbox
          className="min-w-0 flex-1 basis-80"
          checked={taken !== undefined}
          onCheckedChange={(on) => onTake(on ? cure : undefined)}
          label={<span className="font-semibold">{title}</span>}
          hint={`${effect}${atLimit}`}
        />
        <p className="text-12 text-ink-2 max-md:pl-6 md:pt-1">{choiceWords(choice, cure)}</p>
      </div>
      <div className="grid gap-2 pl-6 text-12 text-ink-3">
        <p>For: {groupWords(choice.groups)}</p>
        {choice.cures.length > 1 && taken !== undefined && (
          <Select
            size="sm"
            ariaLabel="How"
            className="w-full md:w-auto md:max-w-96 md:justify-self-start"
            value={cure}
            onValueChange={onTake}
            options={choice.cures.map((each) => ({ value: each, label: DATASET_CURES[each].title }))}
          />
        )}
        {children}
      </div>
    </li>
  );
}

function LeftAsItIs({ groups }: { groups: readonly ProblemGroup[] }) {
  return (
    <p className="mt-3 border-t border-line pt-3 text-12 text-ink-3">
      <b className="font-medium text-ink-2">Stays as it is:</b> {groupWords(groups)}
      {groups.some(({ severity }) => severity === 'error') && (
        <span className="text-warn">. Errors among it keep the new version from being used</span>
      )}
      .
    </p>
  );
}

const groupWords = (groups: readonly ProblemGroup[]) =>
  listed(
    groups.map((group) => {
      const rows = rowsWith(group);
      return `${lowerFirst(DATASET_ISSUES[group.code].title)}${rows > 0 ? ` (${counted(rows, 'row')})` : ''}`;
    }),
  );

/** The columns of the table, as the finding lists them; asked for only where they have to be chosen from. */
function useTableColumns(version: CheckedVersion, choices: readonly RepairChoice[]) {
  const asked = choices.some(({ cures }) => cures.includes('map-columns'));
  const report = useQuery(
    query(
      getDatasetReport,
      {
        path: { datasetId: version.datasetId, version: version.version },
        query: { code: 'columns-unknown', limit: 1 },
      },
      { enabled: asked, freshMilliseconds: Infinity },
    ),
  );
  return {
    isPending: asked && report.isPending,
    columns: columnsOf(report.data?.issues[0]),
  };
}
