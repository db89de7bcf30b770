import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readRow } from '../../lambdas/datasets/check/rows/row.ts';
import { asMessages } from '../../lambdas/datasets/check/rows/row-as-messages.ts';

describe('a row becomes messages', () => {
  test('from ShareGPT, tools, calls and weights included', () => {
    const definition = { name: 'weather', parameters: {} };
    const converted = asMessages({
      system: 'Be brief.',
      tools: JSON.stringify([definition]),
      conversations: [
        { from: 'human', value: 'Weather in Lima?' },
        { from: 'function_call', value: '{"name":"weather","arguments":{"place":"Lima"}}' },
        { from: 'observation', value: '21' },
        { from: 'gpt', value: '21 degrees.', weight: 0 },
      ],
    });
    expect(converted).toEqual({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Weather in Lima?' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ type: 'function', function: { name: 'weather', arguments: '{"place":"Lima"}' } }],
        },
        { role: 'tool', content: '21' },
        { role: 'assistant', content: '21 degrees.', weight: 0 },
      ],
      tools: [{ type: 'function', function: definition }],
    });
  });

  test('from a call that is no JSON, as its text', () => {
    const converted = asMessages({ conversations: [{ from: 'function_call', value: 'weather(Lima)' }] });
    expect(converted?.messages).toEqual([{ role: 'assistant', content: 'weather(Lima)' }]);
  });

  test.each<[object, string[]]>([
    [{ prompt: 'a', completion: 'b' }, ['user a', 'assistant b']],
    [
      { prompt: [{ role: 'user', content: 'a' }], completion: [{ role: 'assistant', content: 'b' }] },
      ['user a', 'assistant b'],
    ],
    [{ instruction: 'a', input: 'x', output: 'b', system: 's' }, ['system s', 'user a\n\nx', 'assistant b']],
    [
      { instruction: 'c', output: 'd', history: [['a', 'b']] },
      ['user a', 'assistant b', 'user c', 'assistant d'],
    ],
    [{ messages: [{ role: 'assistant', content: 'a' }] }, ['assistant a']],
  ])('%j', (row, said) => {
    const messages = asMessages(row)?.messages as { role: string; content: string }[];
    expect(messages.map(({ role, content }) => `${role} ${content}`)).toEqual(said);
  });

  test.each<[string, unknown]>([
    ['plain text', { text: 'a' }],
    ['a pair', { prompt: 'p', chosen: 'c', rejected: 'r' }],
    [
      'a pair beside a conversation',
      { conversations: [{ from: 'human', value: 'a' }], chosen: { from: 'gpt', value: 'b' }, rejected: {} },
    ],
    ['an unknown speaker', { conversations: [{ from: 'ghost', value: 'a' }] }],
    ['a turn without text', { conversations: [{ from: 'human' }] }],
    ['tools that cannot be read', { conversations: [{ from: 'human', value: 'a' }], tools: 'weather' }],
    ['an output that is a list', { instruction: 'a', output: ['b'] }],
    ['a history that is text', { instruction: 'a', output: 'b', history: 'earlier' }],
    ['a list', [1]],
    ['a field of the prototype', JSON.parse('{"__proto__":{"prompt":"a","completion":"b"}}')],
  ])('but not from %s', (_, value) => {
    expect(asMessages(value)).toBeUndefined();
  });
});

const from = fc.constantFrom(
  'system',
  'human',
  'user',
  'gpt',
  'assistant',
  'chatgpt',
  'tool',
  'observation',
  'function_call',
);
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
const optional = fc.option(text, { nil: undefined });
const item = fc.record({ from, value: text });
const rows = fc.oneof(
  fc.record({ conversations: fc.array(item, { minLength: 1 }), system: optional }),
  fc.record({ prompt: text, completion: text }),
  fc.record({
    instruction: text,
    output: text,
    input: optional,
    system: optional,
    history: fc.array(fc.tuple(text, text)),
  }),
);

function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(texts) : [];
}

test('No text is lost on the way, and what comes out is a chat', () => {
  fc.assert(
    fc.property(rows, (row) => {
      const converted = asMessages(row);
      const kept = texts(converted?.messages).join('\u0000');
      const speakers = 'conversations' in row ? row.conversations.map((said) => said.from) : [];
      const lost = texts(row).filter((said) => !speakers.includes(said as never) && !kept.includes(said));
      expect(lost).toEqual([]);
      expect(readRow(converted).format).toBe('chat');
      expect(readRow(converted).problems.map(({ code }) => code)).not.toContain('unknown-role');
    }),
    { numRuns: 1000 },
  );
});
