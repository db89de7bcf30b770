import type { ColumnMapping as Mapping } from '../../../../../contracts/dataset-cures.ts';
import { LinkAction } from '../../../components/text-link.tsx';
import { listed } from '../../../lib/format/numbers.ts';
import { DataText } from '../data-text.tsx';
import { ColumnMapping } from '../repair/column-mapping.tsx';
import { filledForm, firstForm, type TableForm } from '../repair/columns.ts';

/** Columns named in the sentence; a table of a hundred columns need not name them all. */
const NAMED = 6;

/** What columns a chosen table has; a person may say what becomes of them, else the check finds it out or asks. */
export function TableColumns({
  columns,
  mapped,
  onMap,
}: {
  columns: readonly string[];
  mapped: { form: TableForm; mapping: Mapping } | undefined;
  onMap: (mapped: { form: TableForm; mapping: Mapping } | undefined) => void;
}) {
  const names = columns.slice(0, NAMED).map((name) => (name === '' ? '(no name)' : name));
  const rest = columns.length - names.length;
  const open = () => {
    const form = firstForm(columns);
    onMap({ form, mapping: filledForm(form, columns) });
  };
  return (
    <div className="rounded-card bg-sunk px-3 py-2.5">
      <p className="text-12 text-ink-2">
        A table with the columns <DataText text={listed([...names, ...(rest > 0 ? [`${rest} more`] : [])])} />
        .{' '}
        {mapped ? (
          <LinkAction onClick={() => onMap(undefined)}>Let the check find out what they are</LinkAction>
        ) : (
          <>
            The check finds out what they are, or asks.{' '}
            <LinkAction onClick={open}>Say it yourself</LinkAction>
          </>
        )}
      </p>
      {mapped && (
        <div className="mt-3">
          <ColumnMapping
            columns={[...new Set(columns.filter((name) => name !== ''))]}
            {...mapped}
            onChange={(form, mapping) => onMap({ form, mapping })}
          />
        </div>
      )}
    </div>
  );
}
