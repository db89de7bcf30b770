import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { DATASET_CURES, type DatasetCure, type RowChange } from '../../../../../contracts/dataset-cures.ts';
import { listDatasetChanges } from '../../../../../contracts/dataset-report.ts';
import { Section } from '../../../components/page.tsx';
import { Pager } from '../../../components/pager.tsx';
import { Select } from '../../../components/select.tsx';
import { ErrorState, QuietRows } from '../../../components/states.tsx';
import { query } from '../../../lib/api.ts';
import { count, counted, listed } from '../../../lib/format/numbers.ts';
import { DataText } from '../data-text.tsx';
import { lowerFirst, type CheckedVersion } from '../dataset-words.ts';
import { differenceOf, shortened, type Stretch } from './text-difference.ts';

const PAGE = 20;
const ALL = 'all';

/** What a repair did, row by row: before and after with the difference marked. */
export function ChangedRows({ version }: { version: CheckedVersion }) {
  const [cure, setCure] = useState<DatasetCure>();
  const [offset, setOffset] = useState(0);
  const counts = version.madeFrom?.cures ?? [];
  const changes = useQuery({
    ...query(
      listDatasetChanges,
      {
        path: { datasetId: version.datasetId, version: version.version },
        query: { limit: PAGE, offset, ...(cure ? { cure } : {}) },
      },
      { freshMilliseconds: Infinity },
    ),
    placeholderData: keepPreviousData,
  });
  return (
    <Section
      title="Changed rows"
      note={changesWords(version)}
      aside={
        counts.length > 1 && (
          <Select
            size="sm"
            ariaLabel="Which cure"
            className="w-auto max-w-80"
            value={cure ?? ALL}
            onValueChange={(next) => {
              setOffset(0);
              setCure(next === ALL ? undefined : next);
            }}
            options={[
              { value: ALL as DatasetCure | typeof ALL, label: 'All cures' },
              ...counts.map((each) => ({
                value: each.cure,
                label: DATASET_CURES[each.cure].title,
                detail: count(each.changed + each.removed),
              })),
            ]}
          />
        )
      }
    >
      {changes.isPending && <QuietRows rows={4} columns={[10, 40, 40]} label="Loading the changed rows" />}
      {changes.isError && (
        <ErrorState
          error={changes.error}
          title="The changed rows couldn’t be loaded."
          onRetry={() => void changes.refetch()}
        />
      )}
      {changes.data?.changes.length === 0 && (
        <p className="py-3 text-ink-2">No row was changed. The cures found nothing to do.</p>
      )}
      <ul>
        {changes.data?.changes.map((change) => (
          <Changed key={`${change.file}/${change.line}`} change={change} />
        ))}
      </ul>
      {changes.data && (
        <Pager
          what="changed rows"
          offset={offset}
          page={PAGE}
          total={changes.data.total}
          onOffset={setOffset}
        />
      )}
    </Section>
  );
}

/** `612 changed, 184 left out; the first 1,000 of each cure are shown`. */
export function changesWords({ madeFrom }: CheckedVersion): string | undefined {
  if (madeFrom?.rowsChanged === undefined || madeFrom.rowsRemoved === undefined) return undefined;
  return `${counted(madeFrom.rowsChanged, 'row')} changed, ${count(madeFrom.rowsRemoved)} left out`;
}

function Changed({ change }: { change: RowChange }) {
  const { line, newLine, before, after, cures, cut, file } = change;
  const difference = after === undefined ? undefined : differenceOf(before, after);
  return (
    <li className="border-b border-line py-3 last:border-b-0">
      <p className="mb-1.5 text-12 text-ink-3">
        <b className="font-medium text-ink">Line {count(line)}</b>
        {file === 'validation' && ' of the validation file'}
        {newLine === undefined ? ', left out' : newLine === line ? '' : `, now line ${count(newLine)}`}
        {': '}
        {listed(cures.map((cure) => lowerFirst(DATASET_CURES[cure].title)))}
        {cut && '. Cut to fit'}
      </p>
      <div className="grid gap-2 md:grid-cols-2">
        <Side name="before" stretches={difference?.before ?? [{ text: before, same: after !== undefined }]} />
        {difference ? (
          <Side name="after" stretches={difference.after} />
        ) : (
          <p className="self-center text-12 text-ink-3">Not in the new version.</p>
        )}
      </div>
    </li>
  );
}

/** One side; removed text is struck and added text underlined, so that neither is told by colour alone. */
function Side({ name, stretches }: { name: 'before' | 'after'; stretches: readonly Stretch[] }) {
  const Marked = name === 'before' ? 'del' : 'ins';
  return (
    <div className="min-w-0 rounded-control bg-sunk px-3 py-1.5">
      <p className="text-11 text-ink-3">{name}</p>
      <p dir="auto" className="font-mono text-12 wrap-anywhere whitespace-pre-wrap">
        {shortened(stretches).map(({ text, same }, index) =>
          same ? (
            <DataText key={index} text={text} />
          ) : (
            <Marked
              key={index}
              className={
                name === 'before'
                  ? 'rounded-mark bg-bad-soft text-bad'
                  : 'rounded-mark bg-ok-soft text-ok underline-offset-3'
              }
            >
              <DataText text={text} />
            </Marked>
          ),
        )}
      </p>
    </div>
  );
}
