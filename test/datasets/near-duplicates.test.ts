import { describe, expect, test } from '@jest/globals';
import { NearDuplicates, signature } from '../../lambdas/datasets/check/repeats/near-duplicates.ts';
import type { Turn } from '../../lambdas/datasets/check/rows/row.ts';
import { type Random, seeded } from './planted/random.ts';

const asked = (content: string): Turn => ({ role: 'user', content, learnt: false });
const answered = (content: string): Turn => ({ role: 'assistant', content, learnt: true });
const chat = (question: string, answer: string): Turn[] => [asked(question), answered(answer)];

/** Line → the earlier line that it is near to. */
function nearLines(rows: readonly Turn[][], most = 10_000): Map<number, number> {
  const index = new NearDuplicates(most);
  const found = new Map<number, number>();
  for (const [at, turns] of rows.entries()) {
    const made = signature(turns);
    const near = made && index.add(made, at + 1);
    if (near !== undefined) found.set(at + 1, near);
  }
  for (const { line, near } of index.settled()) found.set(line, near);
  return found;
}

const SYLLABLES = [
  'ba',
  'den',
  'fo',
  'gri',
  'hul',
  'ka',
  'lem',
  'mo',
  'nit',
  'pra',
  'sol',
  'tu',
  'vek',
  'zi',
];
const word = (r: Random): string => Array.from({ length: 2 + r.below(2) }, () => r.pick(SYLLABLES)).join('');
const words = (r: Random, count: number): string[] => Array.from({ length: count }, () => word(r));

/** A row of 20 to 100 words, as the words of its question and of its answer. */
const written = (r: Random): [string[], string[]] => [words(r, 6 + r.below(6)), words(r, 14 + r.below(74))];
const said = ([question, answer]: [string[], string[]]): Turn[] =>
  chat(`${question.join(' ')}?`, `${answer.join(' ')}.`);

const replaced = (list: string[], at: number, by: string): string[] =>
  list.map((each, index) => (index === at ? by : each));
const changed = (
  r: Random,
  [question, answer]: [string[], string[]],
  count: number,
): [string[], string[]] => {
  let row: [string[], string[]] = [question, answer];
  const places = new Set<number>();
  while (places.size < count) places.add(r.below(question.length + answer.length));
  for (const place of places) {
    row =
      place < question.length
        ? [replaced(row[0], place, 'otherwise'), row[1]]
        : [row[0], replaced(row[1], place - question.length, 'instead')];
  }
  return row;
};

const COPIES: [string, (r: Random, row: [string[], string[]]) => Turn[]][] = [
  ['a word changed', (r, row) => said(changed(r, row, 1))],
  ['two words changed', (r, row) => said(changed(r, row, 2))],
  [
    'a sentence of a tenth added',
    (r, [question, answer]) =>
      said([question, [...answer, ...words(r, Math.floor((question.length + answer.length) / 11))]]),
  ],
  ['other case', (_, row) => said(row).map((turn) => ({ ...turn, content: turn.content.toUpperCase() }))],
  [
    'other spacing and punctuation',
    (_, [question, answer]) =>
      chat(`"${question.join('  ')}"`, `${answer.slice(0, 5).join(', ')},\n\n${answer.slice(5).join(' ')}!`),
  ],
];

describe.each(COPIES)('Copies of rows of 20 words and more: %s', (_, copyOf) => {
  test('95 in 100 are found, and nothing else is', () => {
    const r = seeded(4);
    const rows = Array.from({ length: 2000 }, () => written(r));
    const copies = rows.slice(0, 300).map((row) => copyOf(r, row));
    const found = nearLines([...rows.map(said), ...copies]);
    const right = copies.filter((_copy, at) => found.get(rows.length + at + 1) === at + 1);
    expect(right.length).toBeGreaterThanOrEqual(0.95 * copies.length);
    expect([...found.keys()].filter((line) => line <= rows.length)).toEqual([]);
  });
});

describe('Rows that are not near', () => {
  test('rows of one template with other content are not, from the second on', () => {
    const r = seeded(5);
    const rows = Array.from({ length: 400 }, () => {
      const thing = `${word(r)} ${word(r)}`;
      return chat(
        `How do I reset my ${thing}?`,
        `Thank you for reaching out. To reset your ${thing}, hold the power button for ten seconds until the light blinks, then wait for one minute. If this does not help, write to us again and we will send you another.`,
      );
    });
    expect(nearLines(rows).size).toBe(0);
  });

  test('a copy of such a row is found all the same', () => {
    const r = seeded(6);
    const rows = Array.from({ length: 400 }, () => {
      const [one, other] = [words(r, 12).join(' '), words(r, 12).join(' ')];
      return chat(
        `What do you know about ${one}?`,
        `Here is what I know about it: ${other}. Is there anything else that I can do for you today?`,
      );
    });
    const copy = (rows[50] ?? []).map((turn) => ({
      ...turn,
      content: turn.content.replace('anything', 'something'),
    }));
    expect(nearLines([...rows, copy])).toEqual(new Map([[401, 51]]));
  });

  test('copies of the first rows are found, of which nothing told yet that most of their sentences are a template', () => {
    const r = seeded(11);
    const sentences = Array.from({ length: 16 }, () => words(r, 13).join(' '));
    const told = () => `${r.pick(sentences)} ${words(r, 4).join(' ')}.`;
    const text = (count: number) => Array.from({ length: count }, told).join(' ');
    const rightOf10 = Array.from({ length: 20 }, () => {
      const rows = Array.from({ length: 300 }, () => chat(text(2), text(5)));
      const copies = rows.slice(0, 10).map(([one, two]) => [one!, answered(`${two?.content} I hope so.`)]);
      const found = nearLines([...rows, ...copies]);
      expect([...found.keys()].filter((line) => line <= rows.length)).toEqual([]);
      return copies.filter((_copy, at) => found.get(rows.length + at + 1) === at + 1).length;
    });
    expect(rightOf10.reduce((sum, right) => sum + right, 0)).toBeGreaterThanOrEqual(198);
  });

  test('a long system message that rows share makes none of them near, few as they are', () => {
    const r = seeded(7);
    const system: Turn = { role: 'system', content: words(r, 300).join(' '), learnt: false };
    const rows = Array.from({ length: 5 }, () => [
      system,
      ...chat(words(r, 8).join(' '), words(r, 12).join(' ')),
    ]);
    expect(nearLines(rows).size).toBe(0);
  });

  test('short questions of one kind are not', () => {
    const r = seeded(8);
    const rows = Array.from({ length: 300 }, () =>
      chat(`What is the capital of ${word(r)}${word(r)}?`, `It is ${word(r)}${word(r)}.`),
    );
    expect(nearLines(rows).size).toBe(0);
  });

  test.each([20, 100])('random text in a vocabulary of %i words is not', (size) => {
    const r = seeded(size);
    const vocabulary = words(r, size);
    const text = (count: number) => Array.from({ length: count }, () => r.pick(vocabulary)).join(' ');
    const rows = Array.from({ length: 3000 }, () => chat(text(20), text(20 + r.below(100))));
    expect(nearLines(rows).size).toBe(0);
  });

  test('signs that change what is said count: 2 + 2 is not 2 - 2, and a < b is not a > b', () => {
    const rows = [chat('2 + 2', 'x'), chat('2 * 2', 'x'), chat('a < b', 'x'), chat('a > b', 'x')];
    expect(nearLines(rows).size).toBe(0);
  });
});

describe('Short rows and other scripts', () => {
  test('of a short row a copy in other case and punctuation is found', () => {
    expect(nearLines([chat('Hi there', 'Hello!'), chat('hi, there!', 'HELLO')])).toEqual(new Map([[2, 1]]));
  });

  test('text without spaces is compared sign by sign', () => {
    const r = seeded(9);
    const han = (count: number) =>
      Array.from({ length: count }, () => String.fromCharCode(0x4e00 + r.below(3000))).join('');
    const rows = Array.from({ length: 500 }, () => chat(han(12), han(40)));
    const copy = (rows[9] ?? []).map((turn) => ({
      ...turn,
      content: `${turn.content.slice(0, 5)}好${turn.content.slice(6)}`,
    }));
    expect(nearLines([...rows, copy])).toEqual(new Map([[501, 10]]));
  });

  test('a row without a word says nothing', () => {
    expect(signature(chat('…', '!'))).toBeUndefined();
  });

  test('calls of tools are part of what a row says', () => {
    const call = (city: string): Turn[] => [
      asked('And there?'),
      {
        role: 'assistant',
        content: '',
        learnt: true,
        toolCalls: [{ name: 'weather', arguments: `{"city":"${city}"}` }],
      },
    ];
    expect(nearLines([call('Oslo'), call('Bergen'), call('oslo')])).toEqual(new Map([[3, 1]]));
  });
});

test('rows beyond the capacity are looked up, not remembered, and counted', () => {
  const r = seeded(10);
  const rows = Array.from({ length: 30 }, () => said(written(r)));
  const index = new NearDuplicates(20);
  const add = (turns: Turn[] | undefined, line: number) =>
    index.add(signature(turns ?? []) ?? new Uint32Array(3), line);
  for (const [at, turns] of rows.entries()) add(turns, at + 1);
  expect(index.forgotten).toBe(10);
  expect(add(rows[4], 31)).toBe(5);
  expect(add(rows[25], 32)).toBeUndefined();
});

test.each([1, 10, 19])(
  'short and long rows fill one memory, %i of 20 of them short, and each is found',
  (short) => {
    const r = seeded(11);
    const rows = Array.from({ length: 20 }, (_, at) =>
      at % 20 < short ? chat(`${at} ${word(r)}?`, word(r)) : said(written(r)),
    );
    const copies = rows.map((turns) =>
      turns.map((turn) => ({ ...turn, content: turn.content.toUpperCase() })),
    );
    const near = nearLines([...rows, ...copies], rows.length);
    expect([...near]).toEqual(rows.map((_, at) => [at + 21, at + 1]));
  },
);
