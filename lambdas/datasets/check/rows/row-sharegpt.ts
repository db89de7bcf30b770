/** ShareGPT conversations: what would keep one from being converted. */
import { cut, type Fields, isFields, kindOf, type Reading } from './row-fields.ts';

export type MessageRole = 'system' | 'user' | 'assistant' | 'tool' | 'function_call';

/** Who speaks, in the words of the sets that are around (Vicuna, Axolotl, LLaMA-Factory). */
const SPEAKERS = new Map<unknown, MessageRole>([
  ['system', 'system'],
  ['human', 'user'],
  ['user', 'user'],
  ['prompter', 'user'],
  ['gpt', 'assistant'],
  ['assistant', 'assistant'],
  ['model', 'assistant'],
  ['chatgpt', 'assistant'],
  ['bing', 'assistant'],
  ['bard', 'assistant'],
  ['function_call', 'function_call'],
  ['tool', 'tool'],
  ['observation', 'tool'],
  ['function_response', 'tool'],
]);

export const speakerOf = (from: unknown): MessageRole | undefined => SPEAKERS.get(from);

/** A field that is there and says something. */
export const own = (row: Fields, name: string): unknown =>
  Object.hasOwn(row, name) ? (row[name] ?? undefined) : undefined;

export const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The tools a row offers, as a list or as JSON text; nothing where they cannot be read. */
export function toolsOf(row: Fields): { tools?: unknown[] } | undefined {
  const said = own(row, 'tools');
  if (said === undefined || said === '') return {};
  const tools = typeof said === 'string' ? parsed(said) : said;
  if (!Array.isArray(tools) || !tools.every(isFields)) return undefined;
  if (tools.length === 0) return {};
  return {
    tools: tools.map((tool) =>
      Object.hasOwn(tool, 'function') ? tool : { type: 'function', function: tool },
    ),
  };
}

/** A field by the first of its names that the item has. */
export function firstOf(
  item: Fields,
  names: readonly string[],
): { name: string; value: unknown } | undefined {
  const name = names.find((candidate) => Object.hasOwn(item, candidate));
  return name === undefined ? undefined : { name, value: item[name] };
}

export const LIST_NAMES = ['conversations', 'conversation'] as const;
export const SPEAKER_NAMES = ['from', 'role'] as const;
export const SAID_NAMES = ['value', 'content'] as const;

/** LLaMA-Factory keeps preference pairs beside a conversation: they have no place in a chat. */
export const PAIR_NAMES = ['chosen', 'rejected'] as const;

/** Notes each item that is no turn, and what else would be lost. */
export function shareGptProblems(reading: Reading, row: Fields): void {
  const system = own(row, 'system');
  if (system !== undefined && typeof system !== 'string')
    reading.problem('wrong-type', 'system', kindOf(system));
  if (!toolsOf(row)) reading.problem('wrong-type', 'tools', 'no list of tools');
  for (const name of PAIR_NAMES) {
    if (own(row, name) !== undefined) reading.problem('wrong-type', name, 'a pair cannot be converted');
  }
  const list = firstOf(row, LIST_NAMES);
  if (!list || !Array.isArray(list.value)) {
    reading.problem('wrong-type', list?.name, kindOf(list?.value));
    return;
  }
  if (list.value.length === 0) reading.problem('no-answer', list.name, 'an empty list');
  for (const [at, item] of list.value.entries()) itemProblems(reading, item, `${list.name}.${at}`);
}

function itemProblems(reading: Reading, item: unknown, path: string): void {
  if (!isFields(item)) {
    reading.problem('wrong-type', path, kindOf(item));
    return;
  }
  const speaker = firstOf(item, SPEAKER_NAMES);
  if (!speaker) reading.problem('missing-field', `${path}.from`, 'the field is not there');
  else if (typeof speaker.value !== 'string') {
    reading.problem('wrong-type', `${path}.${speaker.name}`, kindOf(speaker.value));
  } else if (!speakerOf(speaker.value)) {
    reading.problem('unknown-role', `${path}.${speaker.name}`, cut(speaker.value));
  }
  const said = firstOf(item, SAID_NAMES);
  if (!said) reading.problem('missing-field', `${path}.value`, 'the field is not there');
  else if (typeof said.value !== 'string') {
    reading.problem('wrong-type', `${path}.${said.name}`, kindOf(said.value));
  }
}
