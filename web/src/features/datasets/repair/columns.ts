import { ROW_FIELDS, type ColumnMapping } from '../../../../../contracts/dataset-cures.ts';
import type { DatasetIssue } from '../../../../../contracts/dataset-issues.ts';

export type RowField = (typeof ROW_FIELDS)[number];

/** The forms a table's lines can become: the fields that each needs, and those it may have. */
export const TABLE_FORMS = [
  { id: 'pairs', title: 'Prompt and completion', needs: ['prompt', 'completion'], takes: ['system'] },
  { id: 'instructions', title: 'Instructions', needs: ['instruction', 'output'], takes: ['input', 'system'] },
  { id: 'preference', title: 'Preference pairs', needs: ['prompt', 'chosen', 'rejected'], takes: ['system'] },
  { id: 'messages', title: 'Messages, as JSON', needs: ['messages'], takes: [] },
  { id: 'text', title: 'Plain text', needs: ['text'], takes: [] },
] as const satisfies readonly {
  id: string;
  title: string;
  needs: readonly RowField[];
  takes: readonly RowField[];
}[];
export type TableForm = (typeof TABLE_FORMS)[number];

/** What columns are often called; a proposal only, the person decides. */
const ALSO_CALLED: Record<RowField, readonly string[]> = {
  prompt: ['prompt', 'question', 'query', 'input', 'user', 'request'],
  completion: ['completion', 'answer', 'reply', 'response', 'output', 'assistant', 'target'],
  instruction: ['instruction', 'instructions'],
  input: ['input', 'context'],
  output: ['output', 'answer', 'response'],
  system: ['system', 'systemprompt', 'systemmessage'],
  text: ['text', 'content', 'document'],
  messages: ['messages'],
  chosen: ['chosen', 'preferred', 'accepted'],
  rejected: ['rejected', 'dispreferred'],
};
const plain = (name: string) => name.toLowerCase().replace(/[\s_-]+/g, '');

function columnFor(field: RowField, columns: readonly string[]): string | undefined {
  return ALSO_CALLED[field]
    .map((word) => columns.find((column) => plain(column) === word))
    .find((column) => column !== undefined);
}

/** A form filled as far as the columns' names tell. */
export function filledForm(form: TableForm, columns: readonly string[]): ColumnMapping {
  return Object.fromEntries(
    [...form.needs, ...form.takes].flatMap((field) => {
      const column = columnFor(field, columns);
      return column === undefined ? [] : [[field, column]];
    }),
  );
}

/** The form that the columns' names fit best, to begin with. */
export function firstForm(columns: readonly string[]): TableForm {
  const order = ['preference', 'instructions', 'pairs', 'messages', 'text'];
  const whole = TABLE_FORMS.filter((form) => form.needs.every((field) => columnFor(field, columns)));
  return whole.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id))[0] ?? TABLE_FORMS[0];
}

/** What a mapping still needs to make rows; undefined where it is whole. */
export function mappingProblem(mapping: ColumnMapping): string | undefined {
  const isWhole = TABLE_FORMS.some((form) => form.needs.every((field) => mapping[field]));
  return isWhole ? undefined : 'Choose a column for each field that is needed.';
}

/** The columns that a finding lists; older reports say them only in words: `columns: a, b; …`. */
export function columnsOf(issue: Pick<DatasetIssue, 'columns' | 'found'> | undefined): string[] {
  if (!issue) return [];
  if (issue.columns) return [...new Set(issue.columns.filter((name) => name !== ''))];
  const listed = /columns: (.*?)(?:;|…|$)/su.exec(issue.found)?.[1] ?? '';
  return [...new Set(listed.split(', ').filter((name) => name !== '' && name !== '(no name)'))];
}
