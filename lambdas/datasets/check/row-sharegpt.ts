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

/** Notes each item that is no turn. */
export function shareGptProblems(reading: Reading, row: Fields): void {
  const list = firstOf(row, LIST_NAMES);
  if (!list || !Array.isArray(list.value)) {
    reading.problem('wrong-type', list?.name, kindOf(list?.value));
    return;
  }
  if (list.value.length === 0) reading.problem('no-answer', list.name, 'an empty list');
  for (const [at, item] of list.value.entries()) {
    const path = `${list.name}.${at}`;
    if (!isFields(item)) {
      reading.problem('wrong-type', path, kindOf(item));
      continue;
    }
    const speaker = firstOf(item, SPEAKER_NAMES);
    if (!speaker) reading.problem('missing-field', `${path}.from`, 'the field is not there');
    else if (typeof speaker.value !== 'string')
      reading.problem('wrong-type', `${path}.${speaker.name}`, kindOf(speaker.value));
    else if (!speakerOf(speaker.value))
      reading.problem('unknown-role', `${path}.${speaker.name}`, cut(speaker.value));
    const said = firstOf(item, SAID_NAMES);
    if (!said) reading.problem('missing-field', `${path}.value`, 'the field is not there');
    else if (typeof said.value !== 'string')
      reading.problem('wrong-type', `${path}.${said.name}`, kindOf(said.value));
  }
}
