/** Preference pairs: TRL's (prompt, chosen, rejected; text or messages) and OpenAI's (input, preferred_output, …). */
import type { Turn } from './row-turn.ts';
import { type Fields, isBlank, isFields, kindOf, type Reading } from './row-fields.ts';
import { readMessages } from './row-messages.ts';

type Branch = NonNullable<Turn['branch']>;

const PAIR_FIELDS: ReadonlySet<string> = new Set(['prompt', 'chosen', 'rejected', 'tools']);
const OPENAI_FIELDS: ReadonlySet<string> = new Set(['input', 'preferred_output', 'non_preferred_output']);
const INPUT_FIELDS: ReadonlySet<string> = new Set(['messages', 'tools', 'parallel_tool_calls']);

/** The two answers by the names they have in the row. */
type Names = Record<Branch, string>;

const sameTurn = (a: Turn | undefined, b: Turn | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  a.role === b.role &&
  a.content === b.content &&
  JSON.stringify(a.toolCalls) === JSON.stringify(b.toolCalls);

const isAsked = (turn: Turn): Turn => ({ ...turn, learnt: false });

const isEmpty = (turn: Turn) => turn.toolCalls === undefined && isBlank(turn.content);

/** The answer as turns of its branch, up to its last answer; only what is chosen is learnt. */
function branchOf(reading: Reading, turns: readonly Turn[], branch: Branch, path: string): Turn[] {
  const last = turns.findLastIndex(({ role }) => role === 'assistant');
  const answer = turns.slice(0, last + 1);
  if (!answer.some((turn) => turn.role === 'assistant' && !isEmpty(turn))) {
    reading.problem('no-answer', path, last < 0 ? 'no message of the assistant' : 'no text');
  } else if (answer.length < turns.length) {
    reading.problem('ends-without-answer', path, turns.at(-1)?.role ?? '');
  }
  return answer.map((turn) => ({ ...turn, branch, learnt: branch === 'chosen' && turn.learnt }));
}

function pairOf(
  reading: Reading,
  asked: Turn[],
  chosen: readonly Turn[],
  rejected: readonly Turn[],
  names: Names,
): Turn[] {
  const pair = {
    chosen: branchOf(reading, chosen, 'chosen', names.chosen),
    rejected: branchOf(reading, rejected, 'rejected', names.rejected),
  };
  const alike = (a: Turn, b: Turn | undefined) =>
    b !== undefined && sameTurn({ ...a, content: a.content.trim() }, { ...b, content: b.content.trim() });
  const { length } = pair.chosen;
  if (
    length > 0 &&
    length === pair.rejected.length &&
    pair.chosen.every((turn, at) => alike(turn, pair.rejected[at]))
  ) {
    reading.problem('equal-pair', names.rejected, pair.rejected.at(-1)?.content.trim() ?? '');
  }
  return [...asked, ...pair.chosen, ...pair.rejected];
}

/** The lists of a pair go on from what was asked, so that they may begin with an answer. */
const ASKED = 'user';

const speakerBefore = (list: unknown): typeof ASKED | undefined =>
  Array.isArray(list) && isFields(list[0]) && list[0]['role'] === 'assistant' ? ASKED : undefined;

/** How many turns both lists begin with; their last turns are answers and never part of it. */
function sharedTurns(chosen: readonly Turn[], rejected: readonly Turn[]): number {
  const most = Math.min(chosen.length, rejected.length) - 1;
  let shared = 0;
  while (shared < most && sameTurn(chosen[shared], rejected[shared])) shared += 1;
  return shared;
}

/** What was asked, where the row says it apart from its two answers; nothing where it cannot be read. */
function readPrompt(reading: Reading, row: Fields): Turn[] | undefined {
  const prompt = Object.hasOwn(row, 'prompt') ? (row['prompt'] ?? undefined) : undefined;
  if (prompt === undefined) return [];
  if (typeof prompt === 'string') {
    if (isBlank(prompt)) reading.problem('empty-message', 'prompt', 'no text');
    return [{ role: 'user', content: prompt, learnt: false }];
  }
  const { turns, whole } = readMessages(reading, prompt, 'prompt');
  return whole ? turns.map(isAsked) : undefined;
}

function readTexts(reading: Reading, row: Fields, asked: Turn[] | undefined): Turn[] {
  const chosen = reading.text(row, 'chosen');
  const rejected = reading.text(row, 'rejected');
  if (asked?.length === 0) reading.problem('missing-field', 'prompt', 'the field is not there');
  if (!asked || chosen === undefined || rejected === undefined) return [];
  const answer = (content: string): Turn[] => [{ role: 'assistant', content, learnt: true }];
  return pairOf(reading, asked, answer(chosen), answer(rejected), { chosen: 'chosen', rejected: 'rejected' });
}

function readLists(reading: Reading, row: Fields, asked: Turn[] | undefined): Turn[] {
  const chosen = readMessages(reading, row['chosen'], 'chosen', speakerBefore(row['chosen']));
  const rejected = readMessages(reading, row['rejected'], 'rejected', speakerBefore(row['rejected']));
  if (!asked || !chosen.whole || !rejected.whole) return [];
  const shared = sharedTurns(chosen.turns, rejected.turns);
  const prefix = chosen.turns.slice(0, shared).map(isAsked);
  // Some sets say the prompt twice: in its own field, and as the beginning of both lists.
  const context = asked.every((turn) => prefix.some((held) => sameTurn(turn, held)))
    ? prefix
    : [...asked, ...prefix];
  if (context.length === 0) {
    reading.problem('missing-field', 'prompt', 'neither a prompt nor a beginning that both lists share');
  }
  const names = { chosen: 'chosen', rejected: 'rejected' };
  return pairOf(reading, context, chosen.turns.slice(shared), rejected.turns.slice(shared), names);
}

function readOpenAi(reading: Reading, row: Fields): Turn[] {
  reading.unknownFields(row, OPENAI_FIELDS);
  const own = (name: string) => (Object.hasOwn(row, name) ? row[name] : undefined);
  const list = (name: string) => {
    if (own(name) !== undefined) return readMessages(reading, own(name), name, ASKED);
    reading.problem('missing-field', name, 'the field is not there');
    return undefined;
  };
  const input = own('input');
  let asked: Turn[] | undefined;
  if (isFields(input)) {
    reading.unknownFields(input, INPUT_FIELDS, 'input.');
    reading.tools(input, 'tools', 'input.tools');
    if (!Object.hasOwn(input, 'messages'))
      reading.problem('missing-field', 'input.messages', 'the field is not there');
    else {
      const read = readMessages(reading, input['messages'], 'input.messages');
      if (read.whole) asked = read.turns.map(isAsked);
    }
  } else if (input === undefined) reading.problem('missing-field', 'input', 'the field is not there');
  else reading.problem('wrong-type', 'input', kindOf(input));
  const chosen = list('preferred_output');
  const rejected = list('non_preferred_output');
  if (!asked || !chosen?.whole || !rejected?.whole) return [];
  const names = { chosen: 'preferred_output', rejected: 'non_preferred_output' };
  return pairOf(reading, asked, chosen.turns, rejected.turns, names);
}

/** What was asked, then the chosen answer, then the rejected one. */
export function readPreference(reading: Reading, row: Fields): Turn[] {
  if (Object.hasOwn(row, 'preferred_output') || Object.hasOwn(row, 'non_preferred_output'))
    return readOpenAi(reading, row);
  reading.unknownFields(row, PAIR_FIELDS);
  reading.tools(row, 'tools');
  const asked = readPrompt(reading, row);
  const isList = (name: string) => Object.hasOwn(row, name) && Array.isArray(row[name]);
  return isList('chosen') && isList('rejected')
    ? readLists(reading, row, asked)
    : readTexts(reading, row, asked);
}
