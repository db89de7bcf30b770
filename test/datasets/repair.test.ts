import { describe, expect, test } from '@jest/globals';
import { DATASET_CURE_IDS } from '../../contracts/dataset-cures.ts';
import { LIMITS } from '../../contracts/limits.ts';
import { CURE_ORDER } from '../../lambdas/datasets/repair/cure-order.ts';
import { lines, repaired, rowsOf } from './repair-in-memory.ts';

const pair = (prompt: string, completion: string) => ({ prompt, completion });
const chat = (...said: [string, string][]) => ({
  messages: said.map(([role, content]) => ({ role, content })),
});
/** In pieces, so that no scanner takes it for a real one. */
const KEY = `AKIA${'Q7XJ3LM5T2'}${'WZ4RPA'}`;
const GARBLED = 'SchÃ¶ne GrÃ¼ÃŸe';

test('the order of cures names each cure once', () => {
  expect([...CURE_ORDER].toSorted()).toEqual([...DATASET_CURE_IDS].toSorted());
});

describe('What no cure touches', () => {
  const awkward = Buffer.concat([
    Buffer.from('\ufeff{ "prompt" : "a" ,"completion":"b","n":1.0}\r\n'),
    Buffer.from('{"prompt":"\\u00e9","completion":"d"}\n\n   \n'),
    Buffer.from('not JSON\n[1,2]\n"text"\n'),
    Buffer.from([0xff, 0xfe, 0x00, 0x0a]),
    Buffer.from(`${'['.repeat(40)}${']'.repeat(40)}\n`),
    Buffer.from(`"${'x'.repeat(LIMITS.datasetLineBytes)}"\n`),
    Buffer.from('{"prompt":"e","completion":"f"}'),
  ]);

  test.each([1, 7, 65_536, 4_000_000])('stays byte for byte, in chunks of %i', async (chunkBytes) => {
    const few = chunkBytes > 7 ? awkward : Buffer.concat([awkward.subarray(0, 300), awkward.subarray(-40)]);
    const { data, rowsChanged, rowsRemoved } = await repaired(
      few,
      ['mask-secrets', 'fix-text', 'drop-duplicates'],
      {
        chunkBytes,
      },
    );
    expect(data.equals(few)).toBe(true);
    expect([rowsChanged, rowsRemoved]).toEqual([0, 0]);
  });

  test('stays so between lines that go', async () => {
    const { data, rowsRemoved, rowsKept } = await repaired(awkward, ['drop-broken-rows'], {
      chunkBytes: 65_536,
    });
    expect(data.toString()).toBe(
      '\ufeff{ "prompt" : "a" ,"completion":"b","n":1.0}\r\n{"prompt":"\\u00e9","completion":"d"}\n\n   \n{"prompt":"e","completion":"f"}',
    );
    expect([rowsRemoved, rowsKept]).toEqual([6, 3]);
  });

  test('in a row that is changed, other fields keep their order and numbers their digits', async () => {
    const row = `{"id":12345678901234567890,"rate":1.0,"prompt":"${GARBLED}","completion":"b","small":1e-7,"__proto__":{"x":1}}\r\n`;
    const { data } = await repaired(row, ['fix-text']);
    expect(data.toString()).toBe(row.replace(GARBLED, 'Schöne Grüße'));
  });
});

describe('Cures of texts', () => {
  const row = {
    messages: [
      { role: 'user', content: `Use ${KEY}` },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id: 'a',
            type: 'function',
            function: { name: 'f', arguments: `{"note":"by jane.doe@acme.io \\"now\\"","n":1}` },
          },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: '<|im_start|>assistant\ndone' },
      { role: 'assistant', content: 'Done.' },
    ],
  };

  test('reach tool calls, whose arguments stay JSON', async () => {
    const { data, cures } = await repaired(lines(row), [
      'mask-personal-data',
      'mask-secrets',
      'remove-template-tokens',
    ]);
    expect(rowsOf(data)).toEqual([
      {
        messages: [
          { role: 'user', content: 'Use [redacted]' },
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              {
                id: 'a',
                type: 'function',
                function: { name: 'f', arguments: `{"note":"by [email] \\"now\\"","n":1}` },
              },
            ],
          },
          { role: 'tool', tool_call_id: 'a', content: 'done' },
          { role: 'assistant', content: 'Done.' },
        ],
      },
    ]);
    expect(cures).toEqual([
      { cure: 'remove-template-tokens', changed: 1, removed: 0 },
      { cure: 'mask-secrets', changed: 1, removed: 0 },
      { cure: 'mask-personal-data', changed: 1, removed: 0 },
    ]);
  });

  test('reach both answers of a pair, and a text', async () => {
    const { data } = await repaired(
      lines({ prompt: 'a', chosen: `b ${KEY}`, rejected: `c ${KEY}` }, { text: `d ${KEY}` }),
      ['mask-secrets'],
    );
    expect(rowsOf(data)).toEqual([
      { prompt: 'a', chosen: 'b [redacted]', rejected: 'c [redacted]' },
      { text: 'd [redacted]' },
    ]);
  });
});

describe('Conversion', () => {
  test('every form that is a conversation becomes messages; what is none stays', async () => {
    const sharegpt = {
      conversations: [
        { from: 'human', value: 'a' },
        { from: 'gpt', value: 'b' },
      ],
    };
    const pairRow = { prompt: 'a', chosen: 'b', rejected: 'c' };
    const { data, cures } = await repaired(
      lines(
        sharegpt,
        pair('a', 'b'),
        { instruction: 'a', output: 'b' },
        pairRow,
        chat(['user', 'a'], ['assistant', 'b']),
      ),
      ['convert-to-messages'],
    );
    const messages = chat(['user', 'a'], ['assistant', 'b']);
    expect(rowsOf(data)).toEqual([messages, messages, messages, pairRow, messages]);
    expect(cures).toEqual([{ cure: 'convert-to-messages', changed: 3, removed: 0 }]);
  });

  test('comes before what looks at forms, whatever the order asked in', async () => {
    const mixed = lines(chat(['user', 'a'], ['assistant', 'b']), pair('c', 'd'));
    for (const cures of [
      ['drop-broken-rows', 'convert-to-messages'],
      ['convert-to-messages', 'drop-broken-rows'],
    ] as const) {
      expect((await repaired(mixed, cures)).rowsRemoved).toBe(0);
    }
    expect((await repaired(mixed, ['drop-broken-rows'])).rowsRemoved).toBe(1);
  });
});

describe('Tidying', () => {
  test('blank lines, empty messages, turns after the last answer and unused fields are left out', async () => {
    const row = {
      id: 7,
      messages: [
        { role: 'user', content: 'a', at: 'noon' },
        { role: 'assistant', content: ' ' },
        { role: 'assistant', content: 'b' },
        { role: 'user', content: '' },
        { role: 'user', content: 'c' },
      ],
    };
    const { data, cures, rowsRemoved } = await repaired(lines(row, '', '\t'), ['tidy-rows']);
    expect(rowsOf(data)).toEqual([chat(['user', 'a'], ['assistant', 'b'])]);
    expect(cures).toEqual([{ cure: 'tidy-rows', changed: 1, removed: 2 }]);
    // A blank line is no row.
    expect(rowsRemoved).toBe(0);
  });

  test('a row that cannot be trained on is left alone', async () => {
    const row = lines({
      id: 7,
      messages: [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: '' },
      ],
    });
    expect((await repaired(row, ['tidy-rows'])).data.toString()).toBe(row);
  });
});

describe('Long rows', () => {
  const long = 'x'.repeat(120);
  const tools = [{ type: 'function', function: { name: 'f' } }];
  const call = {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }],
  };
  const result = { role: 'tool', tool_call_id: '1', content: long };
  const said = (role: string, content: string) => ({ role, content });

  test('lose their oldest exchanges, calls with their results, and nothing else', async () => {
    const messages = [
      said('system', 'Be kind.'),
      said('user', 'a'),
      call,
      result,
      said('assistant', 'b'),
      said('user', long),
      said('assistant', 'c'),
      said('user', 'd'),
      said('assistant', 'e'),
    ];
    const shortened = async (maxTokens: number) =>
      rowsOf(
        (await repaired(lines({ tools, messages }), ['shorten-long-rows'], { order: { maxTokens } })).data,
      );
    expect(await shortened(1000)).toEqual([{ tools, messages }]);
    expect(await shortened(64)).toEqual([{ tools, messages: [messages[0], ...messages.slice(5)] }]);
    expect(await shortened(30)).toEqual([{ tools, messages: [messages[0], ...messages.slice(7)] }]);
    expect(await shortened(4)).toEqual([]);
  });

  test('go where they have nothing to drop, and where nothing would be left to learn', async () => {
    const last = {
      messages: [
        said('user', long),
        said('assistant', 'b'),
        said('user', 'c'),
        { ...said('assistant', 'd'), weight: 0 },
      ],
    };
    for (const row of [pair('a', long), { text: long }, last]) {
      const { rowsRemoved } = await repaired(lines(row), ['shorten-long-rows'], { order: { maxTokens: 30 } });
      expect(rowsRemoved).toBe(1);
    }
  });

  test('go whole where that was asked; without a figure the limit is the context length', async () => {
    const { data, cures } = await repaired(lines(pair('a', 'x'.repeat(420)), pair('a', 'b')), [
      'drop-long-rows',
    ]);
    expect(rowsOf(data)).toEqual([pair('a', 'b')]);
    expect(cures).toEqual([{ cure: 'drop-long-rows', changed: 0, removed: 1 }]);
  });
});

describe('Rows that go because of others', () => {
  const longer =
    'The harbour of the old town was built by monks who traded salt and cloth with the islands in the north for three centuries.';
  const nearly = longer.replace('cloth', 'wool');

  test('the first of equal rows stays, also where they become equal by another cure', async () => {
    const { data } = await repaired(
      lines(pair('a', GARBLED), pair('a', 'Schöne Grüße'), pair('a', 'Schöne  Grüße')),
      ['drop-duplicates', 'fix-text'],
    );
    expect(rowsOf(data)).toEqual([pair('a', 'Schöne Grüße')]);
  });

  test('the first of nearly equal rows stays', async () => {
    const { data, cures } = await repaired(lines(pair('a', longer), pair('b', 'c'), pair('a', nearly)), [
      'drop-near-duplicates',
    ]);
    expect(rowsOf(data)).toEqual([pair('a', longer), pair('b', 'c')]);
    expect(cures).toEqual([{ cure: 'drop-near-duplicates', changed: 0, removed: 1 }]);
  });

  test('of different answers the first stays, with its exact copies', async () => {
    const { data } = await repaired(
      lines(pair('a', 'b'), pair('a', 'c'), pair('a', 'b'), pair('a', 'c'), pair('d', 'c')),
      ['keep-first-answer'],
    );
    expect(rowsOf(data)).toEqual([pair('a', 'b'), pair('a', 'b'), pair('d', 'c')]);
  });

  test('training rows that the validation file has, or nearly has, go; the validation file stays', async () => {
    const validation = lines(pair('a', longer), pair('x', 'y'));
    const { data, ...did } = await repaired(
      lines(pair('x', 'y'), pair('a', nearly), pair('z', 'y'), pair('x', 'y')),
      ['drop-shared-rows'],
      { validation },
    );
    expect(rowsOf(data)).toEqual([pair('z', 'y')]);
    expect(did.validation?.toString()).toBe(validation);
    expect(did.cures).toEqual([{ cure: 'drop-shared-rows', changed: 0, removed: 3 }]);
  });

  test('a row that stands in both files is no repetition of itself', async () => {
    const { data } = await repaired(lines(pair('x', 'y'), pair('x', 'y')), ['drop-duplicates'], {
      validation: lines(pair('x', 'y')),
    });
    expect(rowsOf(data)).toEqual([pair('x', 'y')]);
  });

  test('a broken row is not the first of anything', async () => {
    const { data } = await repaired(
      lines({ prompt: 'a', completion: 'b', output: 1 }, pair('', ''), pair('', '')),
      ['drop-duplicates'],
    );
    expect(rowsOf(data)).toHaveLength(3);
  });

  test('validation rows must have the form of the training rows', async () => {
    const { validation } = await repaired(
      lines(chat(['user', 'a'], ['assistant', 'b'])),
      ['drop-broken-rows'],
      {
        validation: lines(pair('a', 'b'), chat(['user', 'c'], ['assistant', 'd'])),
      },
    );
    expect(rowsOf(validation ?? Buffer.of())).toEqual([chat(['user', 'c'], ['assistant', 'd'])]);
  });
});

describe('The record of changes', () => {
  test('says where a row was and is, and which cures made it another', async () => {
    const { changes } = await repaired(
      lines('broken', '', pair('a', 'b'), pair(GARBLED, KEY), pair('c', 'd')),
      ['mask-secrets', 'fix-text', 'tidy-rows', 'drop-broken-rows'],
    );
    expect(changes).toEqual([
      { cures: ['drop-broken-rows'], file: 'data', line: 1, before: 'broken', cut: false },
      { cures: ['tidy-rows'], file: 'data', line: 2, before: '', cut: false },
      {
        cures: ['fix-text', 'mask-secrets'],
        file: 'data',
        line: 4,
        newLine: 2,
        before: expect.stringContaining(GARBLED),
        after: JSON.stringify(pair('Schöne Grüße', '[redacted]')),
        cut: false,
      },
    ]);
  });

  test.each([['mask-secrets'], ['drop-broken-rows'], ['fix-text']] as const)(
    'never shows a secret or an address whole (%s)',
    async (cure) => {
      const mail = 'jane.doe@acme.io';
      const { changes } = await repaired(lines(pair(GARBLED, `${KEY} ${mail}`), `broken ${KEY} ${mail}`), [
        cure,
      ]);
      expect(changes).toHaveLength(1);
      expect(JSON.stringify(changes)).not.toContain(KEY);
      expect(JSON.stringify(changes)).not.toContain(mail);
    },
  );

  test('of a long row what changed is shown', async () => {
    const { changes } = await repaired(lines(pair('x'.repeat(5000), `${GARBLED}${'y'.repeat(5000)}`)), [
      'fix-text',
    ]);
    const [{ before = '', after = '', cut } = {}] = changes;
    expect([before.length, after.length, cut]).toEqual([2000, 2000, true]);
    expect(before).toContain(GARBLED);
    expect(after).toContain('Schöne Grüße');
  });

  test('keeps the first 1,000 rows of each cure and counts all', async () => {
    const rows = Array.from({ length: 1200 }, (_, at) => pair(`${GARBLED} ${at}`, 'b'));
    const { changes, cures, rowsChanged, rowsRemoved } = await repaired(
      lines(...rows, ...rows.slice(0, 50)),
      ['fix-text', 'drop-duplicates'],
      { chunkBytes: 65_536 },
    );
    expect(changes.filter((change) => change.cures.includes('fix-text'))).toHaveLength(1000);
    expect(changes).toHaveLength(1050);
    expect(cures).toEqual([
      { cure: 'fix-text', changed: 1200, removed: 0 },
      { cure: 'drop-duplicates', changed: 0, removed: 50 },
    ]);
    expect([rowsChanged, rowsRemoved]).toEqual([1200, 50]);
  });
});
