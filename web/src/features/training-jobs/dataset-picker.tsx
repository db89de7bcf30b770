import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type * as z from 'zod';
import { type DatasetVersion } from '../../../../contracts/dataset-versions.ts';
import {
  getDataset,
  listDatasets,
  listDatasetVersions,
  type DatasetWithVersion,
} from '../../../../contracts/datasets.ts';
import { Field } from '../../components/field.tsx';
import { Select } from '../../components/select.tsx';
import { TextLink } from '../../components/text-link.tsx';
import { query } from '../../lib/api.ts';
import { compact, counted } from '../../lib/format/numbers.ts';
import { formatProblem, FORMAT_WORDS } from '../datasets/dataset-words.ts';

type Item = z.infer<typeof DatasetWithVersion>;
type Ready = Extract<DatasetVersion, { status: 'ready' }>;

/** The datasets to choose from: the newest hundred in use, and the one that was asked for if it is not among them. */
export function useDatasetChoices(askedFor: string | undefined) {
  const list = useQuery(query(listDatasets, { query: { limit: 100 } }, { freshMilliseconds: 15_000 }));
  const items = list.data?.items;
  const missing =
    askedFor !== undefined && items !== undefined && !items.some((item) => item.dataset.id === askedFor);
  const extra = useQuery({
    ...query(getDataset, { path: { datasetId: askedFor ?? '' } }, { enabled: missing }),
    retry: false,
  });
  // `extra` may be cached by the dataset's own page although the list has it too.
  const all: readonly Item[] | undefined = items && [
    ...items,
    ...(missing && extra.data ? [extra.data] : []),
  ];
  return { items: all, error: list.error, refetch: list.refetch };
}

/** The dataset a new form begins with: the one asked for, else the newest that can be trained on, else the newest. */
function firstChoice(items: readonly Item[], askedFor: string | undefined): Item | undefined {
  return (
    items.find((item) => item.dataset.id === askedFor) ??
    items.find(({ version }) => version.status === 'ready' && versionProblem(version) === undefined) ??
    items[0]
  );
}

/** The versions of a dataset that is chosen, newest first. */
export function useVersions(datasetId: string) {
  return useQuery(
    query(
      listDatasetVersions,
      { path: { datasetId }, query: { limit: 100 } },
      // A version on its way becomes ready while the page is open.
      { enabled: datasetId !== '', everyMilliseconds: 5_000 },
    ),
  ).data?.items;
}

/** What can be said of a version beside its name. */
function versionDetail(version: DatasetVersion): string {
  if (version.status !== 'ready') return NOT_READY[version.status];
  const { summary } = version;
  return [
    ...(summary.format && summary.format !== 'chat' ? [FORMAT_WORDS[summary.format].toLowerCase()] : []),
    counted(summary.usableRows, 'row'),
    ...(summary.tokens ? [`${compact(summary.tokens.total)} tokens`] : []),
  ].join(', ');
}

const NOT_READY: Record<Exclude<DatasetVersion['status'], 'ready'>, string> = {
  uploading: 'upload unfinished',
  repairing: 'being repaired',
  validating: 'being checked',
  rejected: 'can’t be used yet',
  'validation-failed': 'check failed',
  abandoned: 'upload given up',
};

/** Why a version cannot be trained on, as a sentence; undefined where it can. */
export function versionProblem(version: DatasetVersion | undefined): string | undefined {
  switch (version?.status) {
    case undefined:
      return undefined;
    case 'ready':
      return formatProblem(version.summary.format);
    case 'uploading':
      return 'Its upload is not finished.';
    case 'repairing':
      return 'It is still being repaired, and checked after that. You can choose everything meanwhile.';
    case 'validating':
      return 'It is still being checked. You can choose everything meanwhile.';
    case 'rejected':
      return 'It did not pass its check.';
    case 'validation-failed':
      return 'Its check could not be finished.';
    case 'abandoned':
      return 'Its upload was given up.';
  }
}

/** Dataset and version. What is not ready can be chosen, says so and links to its page. */
export function DatasetPicker({
  items,
  versions,
  datasetId,
  version,
  error,
  onChange,
}: {
  items: readonly Item[];
  versions: readonly DatasetVersion[] | undefined;
  datasetId: string;
  version: number;
  error: string | undefined;
  onChange: (datasetId: string, version: number) => void;
}) {
  const item = items.find((each) => each.dataset.id === datasetId);
  const known = versions ?? (item ? [item.version] : []);
  const chosen = known.find((each) => each.version === version) ?? item?.version;
  const problem = versionProblem(chosen);
  return (
    <Field
      label="Dataset"
      error={error}
      hint={
        problem ? (
          <span className="text-warn">
            {problem}{' '}
            <TextLink to="/datasets/$datasetId" params={{ datasetId }} search={{ version }}>
              Look at it
            </TextLink>
          </span>
        ) : chosen?.status === 'ready' ? (
          <ReadyHint datasetId={datasetId} version={chosen} />
        ) : undefined
      }
    >
      <div className="flex min-w-0 gap-2">
        <Select
          className="min-w-0 flex-1"
          value={datasetId}
          onValueChange={(next) => {
            const found = items.find((each) => each.dataset.id === next);
            if (found) onChange(next, found.version.version);
          }}
          options={items.map((each) => ({
            value: each.dataset.id,
            label: each.dataset.name,
            detail: versionDetail(each.dataset.id === datasetId && chosen ? chosen : each.version),
          }))}
        />
        {known.length > 1 && (
          <Select
            ariaLabel="Version"
            className="!w-[76px] shrink-0"
            value={String(version)}
            onValueChange={(next) => onChange(datasetId, Number(next))}
            options={known.map((each) => ({
              value: String(each.version),
              label: `v${each.version}`,
              ...(each.status === 'ready' ? {} : { detail: NOT_READY[each.status] }),
            }))}
          />
        )}
      </div>
    </Field>
  );
}

function ReadyHint({ datasetId, version }: { datasetId: string; version: Ready }) {
  const warnings = new Set(
    version.summary.issues.filter((issue) => issue.severity === 'warning').map((issue) => issue.code),
  ).size;
  return (
    <>
      {warnings === 0 ? 'Ready.' : `Ready, with ${counted(warnings, 'warning')}.`}{' '}
      <TextLink to="/datasets/$datasetId" params={{ datasetId }} search={{ version: version.version }}>
        {warnings === 0 ? 'Look at the rows' : 'Look at them'}
      </TextLink>
    </>
  );
}

/** A dataset that was asked for is taken as soon as the list is there. */
export function useFirstDataset(
  items: readonly Item[] | undefined,
  asked: { datasetId?: string; version?: number },
  datasetId: string,
  choose: (datasetId: string, version: number) => void,
): void {
  useEffect(() => {
    if (datasetId !== '' || !items) return;
    const first = firstChoice(items, asked.datasetId);
    if (!first) return;
    const version = first.dataset.id === asked.datasetId ? asked.version : undefined;
    choose(first.dataset.id, version ?? first.version.version);
  }, [items, datasetId, asked.datasetId, asked.version, choose]);
}
