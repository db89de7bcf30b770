/** Which columns of a table become which fields of a row. */
import type { ColumnMapping } from '../../../contracts/dataset-cures.ts';
import { ContainerProblem } from './container-problem.ts';

/** One field of the rows to come. `json` cells hold lists or objects written as text. */
export interface MappedColumn {
  field: string;
  /** Index of the column. */
  column: number;
  json: boolean;
  /** Left out of the row where the cell is empty; a field that is needed stays, to be told by the check. */
  optional: boolean;
}

/** Words that mean a field, compared without case, spaces, `_` and `-`. The field's own name comes first. */
const PROMPT = ['prompt', 'question', 'query', 'input', 'user', 'human', 'usermessage', 'request'];
const ANSWER = [
  'completion',
  'answer',
  'response',
  'output',
  'assistant',
  'reply',
  'assistantmessage',
  'target',
];
const SYSTEM = ['system', 'systemprompt', 'systemmessage'];
const CONTEXT = ['context', 'passage', 'background'];

interface Form {
  needs: Readonly<Record<string, readonly string[]>>;
  takes?: Readonly<Record<string, readonly string[]>>;
  /** Columns that would be lost although the answer may depend on them: then the person has to say. */
  mustNotLose?: readonly string[];
}

/** In the words of the formats; `text` counts only where no other form is whole (Alpaca has it as a rendering). */
const INSTRUCTION: Form = {
  needs: { instruction: ['instruction', 'instructions'], output: ['output', ...ANSWER] },
  takes: { input: ['input', ...CONTEXT], system: SYSTEM },
};
const PREFERENCE: Form = {
  needs: {
    chosen: ['chosen', 'preferred', 'accepted'],
    rejected: ['rejected', 'nonpreferred', 'dispreferred'],
  },
  takes: { prompt: [...PROMPT, 'instruction'], system: SYSTEM },
  mustNotLose: CONTEXT,
};
const FORMS: readonly Form[] = [
  { needs: { messages: ['messages'] }, takes: { tools: ['tools', 'functions'] } },
  {
    needs: { conversations: ['conversations', 'conversation'] },
    takes: { system: SYSTEM, tools: ['tools'] },
  },
  PREFERENCE,
  INSTRUCTION,
  { needs: { prompt: PROMPT, completion: ANSWER }, takes: { system: SYSTEM }, mustNotLose: CONTEXT },
];
const TEXT: Form = { needs: { text: ['text', 'content', 'document'] } };

const JSON_FIELDS: ReadonlySet<string> = new Set([
  'messages',
  'conversations',
  'chosen',
  'rejected',
  'tools',
]);
const OPTIONAL_FIELDS: ReadonlySet<string> = new Set([
  'input',
  'system',
  'tools',
  'messages',
  'conversations',
]);

const plain = (name: string) => name.toLowerCase().replace(/[\s_-]+/g, '');

const mapped = (field: string, column: number): MappedColumn => ({
  field,
  column,
  json: JSON_FIELDS.has(field),
  optional: OPTIONAL_FIELDS.has(field),
});

/** Whether a table with this header explains itself, so that nothing but a table can be meant. */
export function namesItself(columnNames: readonly string[]): boolean {
  const words = new Set(columnNames.map(plain));
  return [...FORMS, TEXT].some((form) =>
    Object.values(form.needs).every((names) => names.some((name) => words.has(name))),
  );
}

/**
 * The mapping a person gave, held against the columns there are; without one, the columns that name themselves.
 * What is not clear is not guessed: training on the wrong column costs money and is seen late.
 */
export function mappingOf(columnNames: readonly string[], given?: ColumnMapping): MappedColumn[] {
  if (given)
    return Object.entries(given).map(([field, name]) => mapped(field, columnNamed(columnNames, name)));
  const whole = FORMS.filter((form) => isWhole(form, columnNames));
  // `instruction, input, output` also has an input and an output: the fuller form is meant.
  const meant = whole.includes(INSTRUCTION) ? whole.filter((form) => form !== FORMS.at(-1)) : whole;
  const forms = meant.length > 0 ? meant : [TEXT].filter((form) => isWhole(form, columnNames));
  const [form, another] = forms;
  if (!form) throw unclear('none of them names itself as a prompt, an answer, messages or text', columnNames);
  if (another) {
    const fields = forms.map((each) => Object.keys(each.needs).join(' and ')).join(', or ');
    throw unclear(`they could be read as ${fields}`, columnNames);
  }
  const lost = form.mustNotLose?.find((name) => columnNames.some((column) => plain(column) === name));
  if (lost !== undefined) throw unclear(`it is not clear what "${lost}" is for`, columnNames);
  return Object.entries({ ...form.needs, ...form.takes }).flatMap(([field, names]) => {
    const column = oneOf(field, names, columnNames);
    return column === undefined ? [] : [mapped(field, column)];
  });
}

const isWhole = (form: Form, columnNames: readonly string[]): boolean =>
  Object.values(form.needs).every((names) => columnNames.some((column) => names.includes(plain(column))));

/** The one column that means a field; its own name wins over words for it. */
function oneOf(field: string, names: readonly string[], columnNames: readonly string[]): number | undefined {
  const found = columnNames.flatMap((column, index) => (names.includes(plain(column)) ? [index] : []));
  const own = found.filter((index) => plain(columnNames[index] as string) === field);
  const [one, another] = own.length > 0 ? own : found;
  if (another !== undefined) {
    throw unclear(
      `"${columnNames[one as number]}" and "${columnNames[another]}" could both be the ${field}`,
      columnNames,
    );
  }
  return one;
}

function columnNamed(columnNames: readonly string[], name: string): number {
  for (const same of [
    (column: string) => column === name,
    (column: string) => plain(column) === plain(name),
  ]) {
    const found = columnNames.flatMap((column, index) => (same(column) ? [index] : []));
    if (found.length > 1) throw unclear(`there are ${found.length} columns "${name}"`, columnNames);
    if (found.length === 1) return found[0] as number;
  }
  throw unclear(`there is no column "${name}"`, columnNames);
}

function unclear(what: string, columnNames: readonly string[]): ContainerProblem {
  const names = columnNames.map((name) => (name === '' ? '(no name)' : name.slice(0, 60)));
  return new ContainerProblem('columns-unknown', `columns: ${names.join(', ')}; ${what}`, columnNames);
}
