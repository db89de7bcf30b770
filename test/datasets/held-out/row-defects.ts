/** What is wrong with a row of chat messages, by code: from two clean texts to the line. */
import type { DatasetIssueCode } from '../../../contracts/dataset-issues.ts';

type Message = Record<string, unknown>;
const row = (...messages: unknown[]) => JSON.stringify({ messages });
const u = (content: unknown): Message => ({ role: 'user', content });
const a = (content: unknown, more: Message = {}): Message => ({ role: 'assistant', content, ...more });
const call = (id: string, fn: unknown) => a(null, { tool_calls: [{ id, type: 'function', function: fn }] });
const fn = { name: 'weather', arguments: '{"place":"Lima"}' };

export const STRUCTURE: readonly { code: DatasetIssueCode; lines: ((q: string, t: string) => string)[] }[] = [
  {
    code: 'not-json',
    lines: [
      (q, t) => `${row(u(q), a(t))},`,
      (q, t) => row(u(q), a(t)).slice(0, -1),
      (q, t) => row(u(q), a(t)).slice(0, -9),
      () => "{'messages': [{'role': 'user', 'content': 'Hi'}, {'role': 'assistant', 'content': 'Hello.'}]}",
      (q, t) => `${row(u(q), a(t))}${row(u(t), a(q))}`,
      (q) => `{"messages":[{"role":"user","content":${JSON.stringify(q)}},]}`,
      () => '{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"score":NaN}',
      () => '{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": None}]}',
      () => '// the second part',
      () => '---',
      (q, t) => `data: ${row(u(q), a(t))}`,
      () => '{messages:[{role:"user",content:"a"}]}',
      () => '{"messages":[{"role":"user","content":"tab\there"},{"role":"assistant","content":"b"}]}',
    ],
  },
  {
    code: 'not-an-object',
    lines: [
      (q, t) => JSON.stringify([u(q), a(t)]),
      (q) => JSON.stringify(q),
      () => '42',
      () => 'null',
      () => '[]',
      () => 'true',
    ],
  },
  {
    code: 'too-deep',
    lines: [
      (q, t) =>
        `{"messages":[${JSON.stringify(u(q))},${JSON.stringify(a(t))}],"meta":${'['.repeat(60)}${']'.repeat(60)}}`,
    ],
  },
  {
    code: 'unknown-format',
    lines: [
      (q, t) => JSON.stringify({ question: q, answer: t }),
      (q, t) => JSON.stringify({ Human: q, Bot: t }),
      () => '{}',
      (q, t) => JSON.stringify({ data: [q, t] }),
    ],
  },
  {
    code: 'mixed-formats',
    lines: [
      (q, t) => JSON.stringify({ prompt: q, completion: t }),
      (q, t) => JSON.stringify({ instruction: q, output: t }),
      (q, t) => JSON.stringify({ text: q + t }),
      (q, t) => JSON.stringify({ prompt: q, chosen: t, rejected: 'No.' }),
    ],
  },
  {
    code: 'missing-field',
    lines: [
      (_q, t) => row({ role: 'user' }, a(t)),
      (q, t) => row({ content: q }, a(t)),
      (q, t) => row(u(q), { role: 'assistant' }, u(t), a(t)),
    ],
  },
  {
    code: 'wrong-type',
    lines: [
      (q) => row(u(q), a(42)),
      (q, t) => JSON.stringify({ messages: `${q} ${t}` }),
      (q, t) => row(u({ text: q }), a(t)),
      (q, t) => row(q, a(t)),
      (q, t) => row({ role: 7, content: q }, a(t)),
      (q) => row(u(q), a(true)),
    ],
  },
  {
    code: 'unknown-role',
    lines: ['bot', 'human', 'Assistant', 'model', 'gpt', 'USER', 'ai'].map(
      (role) => (q, t) => row(u(q), { role, content: t }, u('And now?'), a(t)),
    ),
  },
  {
    code: 'bad-weight',
    lines: [0.5, 2, -1, '1', true].map(
      (weight) => (q, t) => row(u(q), a(t, { weight }), u('And now?'), a(t)),
    ),
  },
  {
    code: 'bad-tool-call',
    lines: [
      (q) => row(u(q), call('c1', { name: 'weather', arguments: '{place: Lima}' })),
      (q) => row(u(q), call('c1', { arguments: '{}' })),
      (q) => row(u(q), a(null, { tool_calls: 'weather' })),
      (q) => row(u(q), a(null, { tool_calls: [{ id: 'c1', type: 'function' }] })),
      (q) => row(u(q), call('c1', { name: 'weather', arguments: '[1]' })),
      (q) => row(u(q), call('c1', { name: 9, arguments: '{}' })),
    ],
  },
  {
    code: 'lone-surrogate',
    lines: [
      (q, t) => row(u(q), a(t)).replace('"}]', '\\ud83d"}]'),
      (q, t) => row(u(`X${q}`), a(t)).replace('"X', '"\\ude00 '),
      (q, t) => row(u(`X${q}`), a(t)).replace('"X', '"\\uD83D and \\uDE00 '),
    ],
  },
  {
    code: 'no-answer',
    lines: [
      (q) => row(u(q)),
      (q) => row(u(q), a('')),
      (q) => row(u(q), a('  \n ')),
      (q, t) => row(u(q), a(t, { weight: 0 })),
      (q, t) => row({ role: 'system', content: q }, u(t)),
      () => '{"messages":[]}',
    ],
  },
  {
    code: 'role-order',
    lines: [
      (q, t) => row(u(q), u(t), a(t)),
      (q, t) => row(a(q), u(t), a(t)),
      (q, t) => row(u(q), a(t), { role: 'system', content: 'Be brief.' }, u(q), a(t)),
      (q, t) => row(u(q), a(t), a(`${t} Also, more.`)),
    ],
  },
  {
    code: 'ends-without-answer',
    lines: [
      (q, t) => row(u(q), a(t), u('Thanks, and what then?')),
      (q, t) => row(u(q), a(t), u(t), call('c1', fn), { role: 'tool', tool_call_id: 'c1', content: '{}' }),
    ],
  },
  {
    code: 'unmatched-tool-call',
    lines: [
      (q, t) => row(u(q), call('c1', fn), { role: 'tool', tool_call_id: 'c2', content: '{}' }, a(t)),
      (q, t) => row(u(q), { role: 'tool', tool_call_id: 'c1', content: '{}' }, a(t)),
      (q, t) => row(u(q), call('c1', fn), a(t)),
      (q, t) => row(u(q), call('c1', fn), u('Well?'), a(t)),
    ],
  },
  {
    code: 'empty-message',
    lines: [
      (_q, t) => row(u(''), a(t)),
      (q, t) => row({ role: 'system', content: '' }, u(q), a(t)),
      (q, t) => row(u(q), a(''), u('Hm?'), a(t)),
      (_q, t) => row(u('  '), a(t)),
    ],
  },
  { code: 'blank-line', lines: [() => '', () => '   ', () => '\t'] },
  {
    code: 'unknown-field',
    lines: [
      (q, t) => JSON.stringify({ messages: [u(q), a(t)], source: 'web' }),
      (q, t) => JSON.stringify({ id: 7, messages: [u(q), a(t)] }),
      (q, t) => row({ ...u(q), timestamp: '2024-01-01' }, a(t)),
      (q, t) => JSON.stringify({ messages: [u(q), a(t)], metadata: { a: 1 } }),
    ],
  },
];
