/** One parsed line as a conversation, and everything that is wrong with its form. */
import type { DatasetFormat } from '../../../../contracts/dataset-format.ts';
import { asMessages } from './row-as-messages.ts';
import { type Fields, isBlank, isFields, kindOf, Reading } from './row-fields.ts';
import { readMessages } from './row-messages.ts';
import { readPreference } from './row-preference.ts';
import { shareGptProblems } from './row-sharegpt.ts';
import type { Row, Turn } from './row-turn.ts';

export type { Row, RowProblem, Turn } from './row-turn.ts';

/** The form a row has by its fields; the order is the trainer's (trainer/brightrun_trainer/dataset.py). */
function formatOf(row: Fields): DatasetFormat | null {
  const has = (name: string) => Object.hasOwn(row, name);
  if (has('messages')) return 'chat';
  if (has('conversations') || has('conversation')) return 'sharegpt';
  if (has('chosen') && has('rejected')) return 'preference';
  if (has('prompt') && has('completion')) return 'prompt-completion';
  if (has('instruction') && has('output')) return 'instruction';
  if (has('text')) return 'text';
  // Half a form: better told as a missing field than as no form at all.
  if (has('preferred_output') || has('non_preferred_output')) return 'preference';
  if (has('chosen') || has('rejected')) return 'preference';
  if (has('prompt') || has('completion')) return 'prompt-completion';
  if (has('instruction') || has('output')) return 'instruction';
  return null;
}

const CHAT_FIELDS: ReadonlySet<string> = new Set(['messages', 'tools', 'parallel_tool_calls']);
const PROMPT_FIELDS: ReadonlySet<string> = new Set(['prompt', 'completion']);
const INSTRUCTION_FIELDS: ReadonlySet<string> = new Set(['instruction', 'input', 'output', 'system']);
const TEXT_FIELDS: ReadonlySet<string> = new Set(['text']);

/** Nothing after the last learnt answer is learnt from: the trainer cuts it, so it is not shown or counted either. */
function upToLastAnswer(turns: Turn[]): Turn[] {
  let end = turns.length;
  while (end > 0 && !turns[end - 1]?.learnt) end -= 1;
  if (end < turns.length) turns.length = end;
  return turns;
}

const teaches = (turn: Turn) => turn.learnt && (turn.toolCalls !== undefined || !isBlank(turn.content));

function readChat(reading: Reading, row: Fields): Turn[] {
  reading.tools(row, 'tools');
  const { turns, whole } = readMessages(reading, row['messages'], 'messages');
  if (!whole) return turns;
  if (!turns.some(teaches)) {
    reading.problem('no-answer', 'messages', whyNothingIsLearnt(turns));
  } else if (turns.at(-1)?.role !== 'assistant') {
    reading.problem('ends-without-answer', `messages.${turns.length - 1}.role`, turns.at(-1)?.role ?? '');
  }
  return upToLastAnswer(turns);
}

const whyNothingIsLearnt = (turns: readonly Turn[]): string =>
  turns.some(({ role, learnt }) => role === 'assistant' && !learnt)
    ? 'each answer has the weight 0 or is empty'
    : `none of ${turns.length} is of the assistant and has text`;

function readPair(reading: Reading, row: Fields, askedName: string, answerName: string): Turn[] {
  const asked = reading.text(row, askedName);
  const answer = reading.text(row, answerName);
  if (asked !== undefined && isBlank(asked)) reading.problem('empty-message', askedName, 'no text');
  if (answer !== undefined && isBlank(answer)) reading.problem('no-answer', answerName, 'no text');
  if (asked === undefined || answer === undefined) return [];
  return [
    { role: 'user', content: asked, learnt: false },
    { role: 'assistant', content: answer, learnt: true },
  ];
}

function readInstruction(reading: Reading, row: Fields): Turn[] {
  const given = reading.text(row, 'input', true);
  const system = reading.text(row, 'system', true);
  const turns = readPair(reading, row, 'instruction', 'output');
  const [asked] = turns;
  if (given && asked) asked.content = `${asked.content}\n\n${given}`;
  if (system && asked) turns.unshift({ role: 'system', content: system, learnt: false });
  return turns;
}

function readText(reading: Reading, row: Fields): Turn[] {
  const content = reading.text(row, 'text');
  if (content === undefined) return [];
  if (isBlank(content)) reading.problem('no-answer', 'text', 'no text');
  return [{ role: 'text', content, learnt: true }];
}

/** Recognised to be converted. The turns are those it would have, so that the pages can show them. */
function readShareGpt(reading: Reading, row: Fields): Turn[] {
  reading.problem(
    'sharegpt-rows',
    Object.hasOwn(row, 'conversations') ? 'conversations' : 'conversation',
    'a ShareGPT row',
  );
  const before = reading.problems.length;
  shareGptProblems(reading, row);
  const converted = reading.problems.length === before ? asMessages(row) : undefined;
  return converted ? upToLastAnswer(readMessages(new Reading(), converted.messages, 'messages').turns) : [];
}

function readTurns(reading: Reading, row: Fields, format: DatasetFormat): Turn[] {
  switch (format) {
    case 'chat':
      reading.unknownFields(row, CHAT_FIELDS);
      return readChat(reading, row);
    case 'prompt-completion':
      reading.unknownFields(row, PROMPT_FIELDS);
      return readPair(reading, row, 'prompt', 'completion');
    case 'instruction':
      reading.unknownFields(row, INSTRUCTION_FIELDS);
      return readInstruction(reading, row);
    case 'preference':
      return readPreference(reading, row);
    case 'sharegpt':
      return readShareGpt(reading, row);
    case 'text':
      reading.unknownFields(row, TEXT_FIELDS);
      return readText(reading, row);
  }
}

/** Reads a parsed line. Every problem of its form is named, not only the first; of each code so many with their place. */
export function readRow(value: unknown, mostPlaces?: number): Row {
  const reading = new Reading(mostPlaces);
  let format: DatasetFormat | null = null;
  let turns: Turn[] = [];
  if (!isFields(value)) {
    const hint = Array.isArray(value) ? 'a list: is the whole file one JSON array?' : kindOf(value);
    reading.problem('not-an-object', undefined, hint);
  } else {
    format = formatOf(value);
    if (format !== null) turns = readTurns(reading, value, format);
    else {
      const names = Object.keys(value).slice(0, 8).join(', ').slice(0, 150);
      const found = names ? `fields: ${names}` : 'an object without fields';
      reading.problem('unknown-format', undefined, found);
    }
  }
  const { problems, hasTools, hasWeights } = reading;
  return { format, turns, problems, hasTools, hasWeights };
}

/** Where in the row the text of a turn stands, for problems of its text. Of a pair in lists, the list. */
export function turnPath(format: DatasetFormat | null, turns: readonly Turn[], at: number): string {
  const turn = turns[at];
  if (turn?.role === 'text') return 'text';
  const isAnswer = turn?.role === 'assistant';
  if (format === 'prompt-completion') return isAnswer ? 'completion' : 'prompt';
  if (format === 'instruction')
    return isAnswer ? 'output' : turn?.role === 'system' ? 'system' : 'instruction';
  if (turn?.branch !== undefined) return turn.branch;
  if (format === 'preference') return 'prompt';
  return format === 'sharegpt' ? `conversations.${at}.value` : `messages.${at}.content`;
}
