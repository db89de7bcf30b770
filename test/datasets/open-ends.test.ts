import { describe, expect, test } from '@jest/globals';
import { lastSentence } from '../../lambdas/datasets/check/open-ends/last-sentence.ts';
import { WordEnds } from '../../lambdas/datasets/check/open-ends/word-ends.ts';
import { lastWord } from '../../lambdas/datasets/check/open-ends/words.ts';
import { check, file } from './checked-file.ts';
import { lines, repaired } from './repair-in-memory.ts';
import { type Random, seeded } from './planted/random.ts';

/** A language that no list knows: some of its words end sentences, most never do. */
const WITHIN = 'dor mel kash tiv orun bakil senda priv lomat egur hasti narel vokun'.split(' ');
const AT_END = 'gorim talun perost hadik mirau selkan'.split(' ');
const sentence = (r: Random): string => {
  const words = Array.from({ length: 6 + r.below(6) }, () => r.pick(WITHIN));
  const [first = '', ...rest] = [...words, r.pick(AT_END)];
  return [`${first.charAt(0).toUpperCase()}${first.slice(1)}`, ...rest].join(' ');
};
const answer = (r: Random): string => `${[sentence(r), sentence(r), sentence(r)].join('. ')}.`;
const withoutStop = (text: string) => text.slice(0, -1);
/** Behind a word that no sentence ends with. */
const cut = (text: string) => text.split(' ').slice(0, -3).join(' ');

const pairs = (answers: readonly string[]) =>
  file(...answers.map((completion, at) => JSON.stringify({ prompt: `Question ${at}?`, completion })));
const cutLines = async (answers: readonly string[], more = {}) =>
  (await check(pairs(answers), more)).issues.filter(({ code }) => code === 'truncated-answer');
const many = (count: number, r = seeded(1)) => Array.from({ length: count }, () => answer(r));

describe('an answer that was cut, in a language nobody knows', () => {
  test('is told where it stops behind words that sentences of its file go on behind', async () => {
    const answers = many(300).map((text, at) => (at % 20 === 7 ? cut(text) : text));
    const told = await cutLines(answers);
    expect(told.map(({ line }) => line)).toEqual(answers.flatMap((_, at) => (at % 20 === 7 ? [at + 1] : [])));
    expect(told[0]).toMatchObject({ path: 'completion', severity: 'warning' });
    expect(told[0]?.found).toContain(answers[7]?.slice(-30));
  });

  test('is told alone, where many others are left without a full stop by a habit', async () => {
    const made = (text: string, at: number) =>
      at % 30 === 7 ? cut(text) : at % 3 === 0 ? withoutStop(text) : text;
    const told = await cutLines(many(600).map(made));
    expect(told.map(({ line = 0 }) => line % 30)).toEqual(Array.from({ length: 20 }, () => 8));
  });

  test('is told whatever its last word where nearly nobody leaves a full stop away', async () => {
    const answers = many(1200).map((text, at) => (at === 600 ? withoutStop(text) : text));
    expect((await cutLines(answers)).map(({ line }) => line)).toEqual([601]);
  });

  test('is told in a turn that is not the last one, and in a validation file', async () => {
    const r = seeded(2);
    const chat = (first: string) =>
      JSON.stringify({
        messages: [
          { role: 'user', content: `${r.below(1e9)}?` },
          { role: 'assistant', content: first },
          { role: 'user', content: 'And?' },
          { role: 'assistant', content: answer(r) },
        ],
      });
    const rows = Array.from({ length: 200 }, (_, at) => chat(at % 10 === 3 ? cut(answer(r)) : answer(r)));
    const { issues } = await check(file(...rows.slice(100)), { validation: file(...rows.slice(0, 100)) });
    const told = issues.filter(({ code }) => code === 'truncated-answer');
    expect(told).toHaveLength(20);
    expect(new Set(told.map(({ path }) => path))).toEqual(new Set(['messages.1.content']));
    expect(told.filter(({ file: of }) => of === 'validation')[0]?.line).toBe(4);
  });

  test('is found the same by any number of threads', async () => {
    const answers = many(900).map((text, at) => (at % 30 === 7 ? cut(text) : text));
    const alone = await check(pairs(answers), { threads: 1 });
    expect(alone.summary.issues.find(({ code }) => code === 'truncated-answer')?.rows).toBe(30);
    expect(await check(pairs(answers), { threads: 3 })).toEqual(alone);
  }, 60_000);
});

describe('nothing is said', () => {
  test.each<[string, (text: string, at: number) => string]>([
    ['of a writer who leaves full stops away', (text, at) => (at % 3 === 0 ? withoutStop(text) : text)],
    ['of a writer who has none', (text) => text.replaceAll('.', '')],
    ['of labels', (_, at) => AT_END[at % 6] ?? ''],
    [
      'of addresses below an answer',
      (text, at) => (at % 9 ? text : `${text}\n\nUlm 10115, Gate 4, Room B, Floor 7, Dor`),
    ],
    [
      'of lists without full stops',
      (text, at) => (at % 9 ? text : `${text}\n- ${WITHIN.join(' ')}\n- ${AT_END.join(' ')}`),
    ],
  ])('%s', async (_, made) => {
    expect(await cutLines(many(300).map(made))).toEqual([]);
  });

  test('where there is too little to learn from', async () => {
    expect(await cutLines(many(20).map((text, at) => (at === 7 ? cut(text) : text)))).toEqual([]);
  });
});

describe('whether a last sentence has an end', () => {
  test.each<[string, string | undefined]>([
    ['One is here. Another one goes', 'open'],
    ['One is here. Another one goes on.', 'ended'],
    ['One is here. “Another one.”', 'ended'],
    ['一つ目です。二つ目は', 'open'],
    ['The first line of it ends here.\n\nThe second one has eight words and goes', 'open'],
    ['- the first one of all ends.\n- the second one of all', undefined],
    ['- the first one of all ends.\n- the second one of all ends.\n- the third one of all', 'open'],
    ['- the first one of all\n- the second one of all ends.\n- the third one of all', undefined],
    ['Yes', undefined],
    ['Thanks for all of this.\n\nKind regards from Ulm', undefined],
    ['See below. https://a.org/one', undefined],
    ['We sell them. Amber, Birch, Cedar, Delta, Ember, Flint, Ginger, Hazel', undefined],
  ])('%j: %s', (text, is) => expect(lastSentence(text)?.is).toBe(is));

  test('a megabyte of anything is read in a moment', () => {
    const began = performance.now();
    for (const part of ['a', '. A', ' ', '\n', '- a b c d e.\n', '。', ').', '»'])
      lastSentence(`One is. ${part.repeat(1_000_000 / part.length)} a`);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe('words of a file', () => {
  const learnt = (text: string) => {
    const words = new WordEnds();
    for (let time = 0; time < 50; time += 1) words.add(text);
    return (word: string) => words.oddsOf(lastWord(word));
  };

  test('that end sentences speak against a cut, those that never do for one', () => {
    const oddsOf = learnt('The river runs below the gate. It is old.\nAnd there is a mill');
    expect(oddsOf('gate').between).toBeLessThan(0.2);
    expect(oddsOf('The').between).toBeGreaterThan(5);
    // Where a line breaks off, nobody can tell.
    expect(oddsOf('mill').between).toBeCloseTo(oddsOf('never').between);
  });

  test('that begin as a known one does are likely parts of it', () => {
    const oddsOf = learnt('The transformation is done. It was long.');
    expect(oddsOf('transfor').inside).toBeGreaterThan(5 * oddsOf('quietly').inside);
  });

  test('of a number only that it is one counts', () => {
    const oddsOf = learnt('In 1999 it rained. Then it was dry.');
    expect(oddsOf('2026')).toEqual(oddsOf('1999'));
  });
});

test('a repair leaves out what the check told, and nothing else', async () => {
  const answers = many(300).map((text, at) => (at % 20 === 7 ? cut(text) : text));
  const rows = answers.map((completion, at) => ({ prompt: `Question ${at}?`, completion }));
  const { data, rowsRemoved } = await repaired(lines(...rows), ['drop-cut-answers'], { chunkBytes: 4000 });
  expect(rowsRemoved).toBe(15);
  expect(data.toString()).toBe(lines(...rows.filter((_, at) => at % 20 !== 7)));
});
