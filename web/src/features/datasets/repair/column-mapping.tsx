import type { ColumnMapping as Mapping } from '../../../../../contracts/dataset-cures.ts';
import { Field } from '../../../components/field.tsx';
import { Select } from '../../../components/select.tsx';
import { filledForm, TABLE_FORMS, type RowField, type TableForm } from './columns.ts';

const WORDS: Record<RowField, string> = {
  prompt: 'Prompt',
  completion: 'Completion, what is learnt',
  instruction: 'Instruction',
  input: 'Input',
  output: 'Output, what is learnt',
  system: 'System message',
  text: 'Text, what is learnt',
  messages: 'Messages',
  chosen: 'Chosen answer',
  rejected: 'Rejected answer',
};
/** What no column is called; Radix takes no empty value. */
const NONE = '\u0000none';

/** Which form a table's lines become, and which column each of its fields is taken from. */
export function ColumnMapping({
  columns,
  form,
  mapping,
  onChange,
}: {
  columns: readonly string[];
  form: TableForm;
  mapping: Mapping;
  onChange: (form: TableForm, mapping: Mapping) => void;
}) {
  const choose = (field: RowField, column: string) => {
    const { [field]: _, ...rest } = mapping;
    onChange(form, column === NONE ? rest : { ...rest, [field]: column });
  };
  const options = columns.map((column) => ({ value: column, label: column }));
  return (
    <div className="grid gap-3 text-13 text-ink md:grid-cols-2">
      <Field label="Each line becomes" className="md:col-span-2">
        <Select
          value={form.id}
          onValueChange={(id) => {
            const next = TABLE_FORMS.find((each) => each.id === id);
            if (next) onChange(next, filledForm(next, columns));
          }}
          options={TABLE_FORMS.map(({ id, title }) => ({ value: id, label: title }))}
        />
      </Field>
      {form.needs.map((field) => (
        <Field key={field} label={WORDS[field]}>
          <Select
            value={mapping[field]}
            placeholder="Choose a column"
            onValueChange={(column) => choose(field, column)}
            options={options}
          />
        </Field>
      ))}
      {form.takes.map((field) => (
        <Field key={field} label={WORDS[field]} aside="optional">
          <Select
            value={mapping[field] ?? NONE}
            onValueChange={(column) => choose(field, column)}
            options={[{ value: NONE, label: 'No column' }, ...options]}
          />
        </Field>
      ))}
    </div>
  );
}
