/** Lines that are broken in one known way. Written from the documentation of the codes, not from the checker. */
import type { DatasetIssueCode } from '../../../contracts/dataset-issues.ts';
import { cleanChat, cleanToolChat, prose } from './clean-rows.ts';
import type { Random } from './random.ts';

/** One way to break a line: what the check is expected to call it, and the bytes of such a line, without line feed. */
export interface Planter {
  code: DatasetIssueCode;
  /** In a few words, for the table of misses. */
  how: string;
  line: (r: Random, row: number) => string | Buffer;
}

type Messages = Record<string, unknown>[];
const chat = (r: Random, row: number) => JSON.stringify(cleanChat(r, row));
/** A clean chat of two turns, changed by hand. */
const with2 =
  (change: (messages: Messages, r: Random) => unknown) =>
  (r: Random, row: number): string => {
    const messages: Messages = [
      { role: 'user', content: `${prose(r, 'en', 1)} [${row}]` },
      { role: 'assistant', content: prose(r, 'en', 2) },
    ];
    return JSON.stringify(change(messages, r) ?? { messages });
  };
const at = (messages: Messages, place: number): Record<string, unknown> => messages[place] ?? {};
const withTools =
  (change: (messages: Messages, r: Random) => void) =>
  (r: Random, row: number): string => {
    const chatRow = cleanToolChat(r, row);
    change(chatRow.messages, r);
    return JSON.stringify(chatRow);
  };
const bytesIn =
  (bytes: readonly number[]) =>
  (r: Random, row: number): Buffer => {
    const line = Buffer.from(chat(r, row));
    const place = line.indexOf('content') + 12;
    return Buffer.concat([line.subarray(0, place), Buffer.from(bytes), line.subarray(place)]);
  };
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const call = (messages: Messages): Record<string, unknown> =>
  (at(messages, 1)['tool_calls'] as Record<string, unknown>[])[0] ?? {};

export const STRUCTURE: readonly Planter[] = [
  { code: 'not-utf8', how: 'a continuation byte alone', line: bytesIn([0x80]) },
  { code: 'not-utf8', how: 'a Latin-1 umlaut', line: bytesIn([0xfc]) },
  { code: 'not-utf8', how: 'an overlong slash', line: bytesIn([0xc0, 0xaf]) },
  { code: 'not-utf8', how: 'a surrogate in UTF-8', line: bytesIn([0xed, 0xa0, 0x80]) },
  { code: 'not-utf8', how: 'a character beyond U+10FFFF', line: bytesIn([0xf4, 0x90, 0x80, 0x80]) },
  {
    code: 'line-too-long',
    how: 'content of 1.1 MB',
    line: with2((messages) => void (at(messages, 1)['content'] = 'all work and no play '.repeat(56_000))),
  },
  { code: 'not-json', how: 'no closing brace', line: (r, row) => chat(r, row).slice(0, -1) },
  { code: 'not-json', how: 'cut in the middle', line: (r, row) => chat(r, row).slice(0, 60 + r.below(40)) },
  { code: 'not-json', how: 'a trailing comma', line: (r, row) => `${chat(r, row).slice(0, -1)},}` },
  {
    code: 'not-json',
    how: 'single quotes',
    line: (_, row) => `{'messages': [{'role': 'user', 'content': 'hello ${row}'}]}`,
  },
  {
    code: 'not-json',
    how: 'an unquoted name',
    line: (r, row) => chat(r, row).replace('"messages"', 'messages'),
  },
  { code: 'not-json', how: 'NaN', line: (r, row) => `${chat(r, row).slice(0, -1)},"score":NaN}` },
  { code: 'not-json', how: 'two objects', line: (r, row) => chat(r, row) + chat(r, row) },
  { code: 'not-json', how: 'a raw tab in a text', line: (r, row) => chat(r, row).replace(' ', '\t') },
  { code: 'not-json', how: 'a raw NUL in a text', line: (r, row) => chat(r, row).replace(' ', '\0') },
  { code: 'not-json', how: 'a bad escape', line: (r, row) => chat(r, row).replace(' ', '\\x41') },
  { code: 'not-json', how: 'plain words', line: (r) => prose(r, 'en', 1) },
  { code: 'not-json', how: 'a comment', line: (r, row) => `${chat(r, row)} // checked` },
  { code: 'not-an-object', how: 'a list', line: (r, row) => `[${chat(r, row)}]` },
  { code: 'not-an-object', how: 'a text', line: (r) => JSON.stringify(prose(r, 'en', 1)) },
  { code: 'not-an-object', how: 'a number', line: (r) => String(r.below(9999)) },
  { code: 'not-an-object', how: 'null', line: () => 'null' },
  { code: 'not-an-object', how: 'true', line: () => 'true' },
  {
    code: 'too-deep',
    how: '40 lists',
    line: (r, row) => `${chat(r, row).slice(0, -1)},"extra":${nested(40)}}`,
  },
  {
    code: 'too-deep',
    how: '5,000 lists',
    line: (r, row) => `${chat(r, row).slice(0, -1)},"extra":${nested(5000)}}`,
  },
  {
    code: 'unknown-format',
    how: 'other fields',
    line: (r, row) => JSON.stringify({ question_text: prose(r, 'en', 1), id: row }),
  },
  { code: 'unknown-format', how: 'no field', line: () => '{}' },
  {
    code: 'mixed-formats',
    how: 'a pair among chats',
    line: (r, row) =>
      JSON.stringify({ prompt: `${prose(r, 'en', 1)} ${row}`, completion: prose(r, 'en', 1) }),
  },
  {
    code: 'mixed-formats',
    how: 'plain text among chats',
    line: (r, row) => JSON.stringify({ text: `${prose(r, 'en', 2)} ${row}` }),
  },
  { code: 'missing-field', how: 'no role', line: with2((m) => void delete at(m, 0)['role']) },
  { code: 'missing-field', how: 'no content', line: with2((m) => void delete at(m, 0)['content']) },
  {
    code: 'missing-field',
    how: 'an answer without content',
    line: with2((m) => void delete at(m, 1)['content']),
  },
  {
    code: 'wrong-type',
    how: 'content is a number',
    line: with2((m, r) => void (at(m, 1)['content'] = r.below(99))),
  },
  { code: 'wrong-type', how: 'content is null', line: with2((m) => void (at(m, 0)['content'] = null)) },
  {
    code: 'wrong-type',
    how: 'messages is a text',
    line: (r, row) => JSON.stringify({ messages: `${prose(r, 'en', 1)} ${row}` }),
  },
  { code: 'wrong-type', how: 'a message is a text', line: with2((m) => ({ messages: ['hello', ...m] })) },
  { code: 'wrong-type', how: 'role is a list', line: with2((m) => void (at(m, 0)['role'] = ['user'])) },
  { code: 'unknown-role', how: 'bot', line: with2((m) => void (at(m, 1)['role'] = 'bot')) },
  { code: 'unknown-role', how: 'a capital', line: with2((m) => void (at(m, 0)['role'] = 'User')) },
  { code: 'unknown-role', how: 'an empty role', line: with2((m) => void (at(m, 0)['role'] = '')) },
  { code: 'bad-weight', how: '2', line: with2((m) => void (at(m, 1)['weight'] = 2)) },
  { code: 'bad-weight', how: '−1', line: with2((m) => void (at(m, 1)['weight'] = -1)) },
  { code: 'bad-weight', how: 'a text', line: with2((m) => void (at(m, 1)['weight'] = 'high')) },
  { code: 'bad-weight', how: 'on a question', line: with2((m) => void (at(m, 0)['weight'] = 1)) },
  { code: 'bad-tool-call', how: 'no function', line: withTools((m) => void delete call(m)['function']) },
  {
    code: 'bad-tool-call',
    how: 'arguments are no JSON',
    line: withTools((m) => void (call(m)['function'] = { name: 'get_weather', arguments: '{"place": ' })),
  },
  {
    code: 'bad-tool-call',
    how: 'no name',
    line: withTools((m) => void (call(m)['function'] = { arguments: '{}' })),
  },
  {
    code: 'bad-tool-call',
    how: 'tool_calls is an object',
    line: withTools((m) => void (at(m, 1)['tool_calls'] = { name: 'get_weather' })),
  },
  {
    code: 'unmatched-tool-call',
    how: 'a result of another call',
    line: withTools((m, r) => void (at(m, 2)['tool_call_id'] = `call_${r.digits(8)}`)),
  },
  {
    code: 'unmatched-tool-call',
    how: 'a result without a call',
    line: withTools((m) => void m.splice(1, 1)),
  },
  { code: 'lone-surrogate', how: 'a high half', line: (r, row) => chat(r, row).replace(' ', ' \\ud83d ') },
  { code: 'lone-surrogate', how: 'a low half', line: (r, row) => chat(r, row).replace(' ', ' \\udc00 ') },
  { code: 'no-answer', how: 'questions only', line: with2((m) => ({ messages: m.slice(0, 1) })) },
  { code: 'no-answer', how: 'no message', line: () => '{"messages": []}' },
  {
    code: 'no-answer',
    how: 'the only answer is blank',
    line: with2((m) => void (at(m, 1)['content'] = '  \n ')),
  },
  {
    code: 'no-answer',
    how: 'the only answer has weight 0',
    line: with2((m) => void (at(m, 1)['weight'] = 0)),
  },
  { code: 'empty-message', how: 'an empty question', line: with2((m) => void (at(m, 0)['content'] = '')) },
  {
    code: 'empty-message',
    how: 'a blank system message',
    line: with2((m) => ({ messages: [{ role: 'system', content: ' ' }, ...m] })),
  },
  { code: 'blank-line', how: 'nothing', line: () => '' },
  { code: 'blank-line', how: 'spaces', line: () => '   ' },
  {
    code: 'unknown-field',
    how: 'on the row',
    line: with2((m, r) => ({ messages: m, source_page: r.below(99) })),
  },
  { code: 'unknown-field', how: 'on a message', line: with2((m) => void (at(m, 1)['mood'] = 'calm')) },
  {
    code: 'unknown-field',
    how: '__proto__',
    line: (r, row) => chat(r, row).replace('{"messages"', '{"__proto__":{"polluted":1},"messages"'),
  },
  {
    code: 'role-order',
    how: 'begins with an answer',
    line: with2((m) => ({ messages: [{ role: 'assistant', content: 'Good morning to you.' }, ...m] })),
  },
  {
    code: 'role-order',
    how: 'two questions in a row',
    line: with2((m, r) => ({ messages: [{ role: 'user', content: prose(r, 'en', 1) }, ...m] })),
  },
  {
    code: 'role-order',
    how: 'system in the middle',
    line: with2((m) => ({ messages: [m[0], { role: 'system', content: 'Answer in one line.' }, m[1]] })),
  },
  {
    code: 'ends-without-answer',
    how: 'a last question',
    line: with2((m, r) => ({ messages: [...m, { role: 'user', content: prose(r, 'en', 1) }] })),
  },
];
