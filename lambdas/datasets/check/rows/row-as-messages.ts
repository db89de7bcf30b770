/** Rows of the other conversational forms as chat messages. No text is lost: what cannot be carried over is refused. */
import { type Fields, isFields } from './row-fields.ts';
import {
  firstOf,
  LIST_NAMES,
  own,
  PAIR_NAMES,
  parsed,
  SAID_NAMES,
  speakerOf,
  SPEAKER_NAMES,
  toolsOf,
} from './row-sharegpt.ts';

export interface ChatRow {
  messages: object[];
  tools?: unknown[];
}

/** What a tool call of ShareGPT says, `{"name": …, "arguments": {…}}` or a list of them; nothing where it is other text. */
function toolCalls(said: string): object[] | undefined {
  const value = parsed(said);
  const calls: object[] = [];
  for (const call of Array.isArray(value) ? value : [value]) {
    if (!isFields(call) || Object.keys(call).some((name) => name !== 'name' && name !== 'arguments'))
      return undefined;
    const [name, given] = [own(call, 'name'), own(call, 'arguments')];
    if (
      typeof name !== 'string' ||
      !(isFields(given) || (typeof given === 'string' && isFields(parsed(given))))
    )
      return undefined;
    calls.push({
      type: 'function',
      function: { name, arguments: typeof given === 'string' ? given : JSON.stringify(given) },
    });
  }
  return calls.length > 0 ? calls : undefined;
}

function shareGptMessage(item: unknown): object | undefined {
  if (!isFields(item)) return undefined;
  const role = speakerOf(firstOf(item, SPEAKER_NAMES)?.value);
  const said = firstOf(item, SAID_NAMES)?.value;
  if (role === undefined || typeof said !== 'string') return undefined;
  const weight =
    role === 'assistant' && (item['weight'] === 0 || item['weight'] === 1) ? { weight: item['weight'] } : {};
  if (role !== 'function_call') return { role, content: said, ...weight };
  const calls = toolCalls(said);
  return calls
    ? { role: 'assistant', content: null, tool_calls: calls }
    : { role: 'assistant', content: said };
}

function fromShareGpt(row: Fields): ChatRow | undefined {
  const list = firstOf(row, LIST_NAMES)?.value;
  const tools = toolsOf(row);
  const system = own(row, 'system');
  if (PAIR_NAMES.some((name) => own(row, name) !== undefined)) return undefined;
  if (
    !Array.isArray(list) ||
    list.length === 0 ||
    !tools ||
    (system !== undefined && typeof system !== 'string')
  )
    return undefined;
  const messages: object[] = system ? [{ role: 'system', content: system }] : [];
  for (const item of list) {
    const message = shareGptMessage(item);
    if (message === undefined) return undefined;
    messages.push(message);
  }
  return { messages, ...tools };
}

/** One side of a prompt and its completion: text, or already messages. */
function side(value: unknown, role: 'user' | 'assistant'): object[] | undefined {
  if (typeof value === 'string') return [{ role, content: value }];
  return Array.isArray(value) && value.length > 0 && value.every(isFields) ? value : undefined;
}

function fromPair(row: Fields): ChatRow | undefined {
  const asked = side(own(row, 'prompt'), 'user');
  const answered = side(own(row, 'completion'), 'assistant');
  const tools = toolsOf(row);
  return asked && answered && tools ? { messages: [...asked, ...answered], ...tools } : undefined;
}

/** LLaMA-Factory's `history`: earlier questions and answers of the same conversation. */
function historyOf(row: Fields): object[] | undefined {
  const history = own(row, 'history') ?? [];
  if (!Array.isArray(history)) return undefined;
  const messages: object[] = [];
  for (const round of history) {
    if (!Array.isArray(round) || round.length !== 2) return undefined;
    const [asked, answered] = round;
    if (typeof asked !== 'string' || typeof answered !== 'string') return undefined;
    messages.push({ role: 'user', content: asked }, { role: 'assistant', content: answered });
  }
  return messages;
}

function fromInstruction(row: Fields): ChatRow | undefined {
  const [instruction, output] = [own(row, 'instruction'), own(row, 'output')];
  const [input, system, history] = [own(row, 'input') ?? '', own(row, 'system') ?? '', historyOf(row)];
  if (typeof instruction !== 'string' || typeof output !== 'string' || !history) return undefined;
  if (typeof input !== 'string' || typeof system !== 'string') return undefined;
  return {
    messages: [
      ...(system ? [{ role: 'system', content: system }] : []),
      ...history,
      { role: 'user', content: input ? `${instruction}\n\n${input}` : instruction },
      { role: 'assistant', content: output },
    ],
  };
}

/** A parsed row as chat messages; nothing where it is no conversation, or one with parts that have no place in a chat. */
export function asMessages(value: unknown): ChatRow | undefined {
  if (!isFields(value)) return undefined;
  const messages = own(value, 'messages');
  if (messages !== undefined) {
    const tools = toolsOf(value);
    return Array.isArray(messages) && messages.every(isFields) && tools ? { messages, ...tools } : undefined;
  }
  if (firstOf(value, LIST_NAMES)) return fromShareGpt(value);
  if (Object.hasOwn(value, 'chosen') && Object.hasOwn(value, 'rejected')) return undefined;
  if (Object.hasOwn(value, 'completion')) return fromPair(value);
  return Object.hasOwn(value, 'instruction') ? fromInstruction(value) : undefined;
}
