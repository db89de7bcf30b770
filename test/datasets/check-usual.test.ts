import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { REFUSALS } from './held-out/refusals.ts';
import { BlockLines } from '../../lambdas/datasets/check/blocks/block-lines.ts';
import { Kernel } from '../../lambdas/datasets/check/kernel/kernel.ts';
import { MAY_BE_SENSITIVE } from '../../lambdas/datasets/check/kernel/layout.ts';
import { Fingerprints } from '../../lambdas/datasets/check/repeats/fingerprint.ts';
import { MixCount } from '../../lambdas/datasets/check/row-mix.ts';
import { isRefusal } from '../../lambdas/datasets/check/text/text-refusals.ts';
import { findSensitive } from '../../lambdas/datasets/check/text/sensitive-text.ts';
import type { Turn } from '../../lambdas/datasets/check/rows/row.ts';
import { qualityProblems, WORTH_READING } from '../../lambdas/datasets/check/text/text-quality.ts';
import type { RowLook } from '../../lambdas/datasets/check/row-look.ts';
import { rowOfLine } from '../../lambdas/datasets/check/rows/line-row.ts';

const kernel = new Kernel();
const lines = new BlockLines(kernel);
const prints = new Fingerprints();

/** All that is told of a row, whoever read it. */
const told = ({ low, high, promptLow, promptHigh, characters }: RowLook) => ({
  low,
  high,
  promptLow,
  promptHigh,
  characters,
});

/** As a line of a file is read; what the kernel tells of its texts is held to what the texts themselves tell. */
function read(text: string) {
  const [row] = Array.from(lines.of(Buffer.from(`${text}\n`), false), ({ usual }) => {
    if (!usual) return undefined;
    const turns = usual.turns.map(({ role, content, learnt }) => ({ role, content, learnt }));
    expect(told(usual)).toEqual(told(prints.take(turns)));
    const mix = new MixCount();
    mix.addRoles(usual, usual.rolesKey);
    mix.addRoles(usual);
    expect(mix.roles.counts.size).toBe(1);
    const { format, problems, hasTools, hasWeights, tools } = usual;
    return { format, turns, problems, hasTools, hasWeights, tools };
  });
  return row;
}

const chat = (messages: unknown, more = {}) => JSON.stringify({ messages, ...more });
const pair = (prompt: string, completion: string) => JSON.stringify({ prompt, completion });
const user = { role: 'user', content: 'Where is "it"?' };
const assistant = { role: 'assistant', content: 'Here:\n\tthe \\ “street” 🎉' };
const system = { role: 'system', content: 'Be brief.' };

describe('a row of the usual form', () => {
  test.each([
    ['as JavaScript writes it', chat([system, user, assistant])],
    [
      'as Python writes it',
      `{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}`,
    ],
    ['with a return at the end', `${chat([user, assistant])}\r`],
    ['with many turns', chat([user, assistant, user, assistant])],
    ['with escapes of every kind', chat([user, assistant]).replace('Here', '\\u0048\\/\\b\\"\\\\')],
    ['a prompt and its completion', pair('Where?', 'Here:\n\tthe \\ “street” 🎉')],
    ['a pair as Python writes it', '{"prompt": "a", "completion": "b"}'],
    ['an instruction', '{"instruction":"a","output":"b"}'],
    ['an instruction without an input', '{"instruction": "a", "input": "", "output": "b"}'],
    ['a text', '{"text":"Here it is."}'],
    ['a text with a return at the end', '{"text": "Here it is."}\r'],
  ])('is read at once, %s, as JSON.parse reads it', (_name, text) => {
    expect(read(text)).toEqual(rowOfLine(text));
    expect(read(text)?.turns.at(-1)?.learnt).toBe(true);
  });

  test.each([
    ['no JSON: a tab within a text', chat([user, assistant]).replace('Where', 'Where\t')],
    ['no JSON: an escape that is none', chat([user, assistant]).replace('Here', '\\x')],
    ['no JSON: a text without its end', chat([user, assistant]).slice(0, -4)],
    ['no JSON: a quote that is escaped', `{"messages":[{"role":"user","content":"a\\"}]}`],
    ['more behind it', `${chat([user, assistant])} x`],
    ['another field', chat([user, assistant], { tools: [] })],
    ['a message with another field', chat([user, { ...assistant, weight: 0 }])],
    ['a tool', chat([user, { role: 'tool', content: 'x' }, assistant])],
    ['an empty text', chat([user, { ...assistant, content: ' ' }])],
    ['no answer', chat([system, user])],
    ['no message', chat([])],
    ['two of one side', chat([user, user, assistant])],
    ['the answer first', chat([assistant, user, assistant])],
    ['the system in between', chat([user, system, assistant])],
    ['an input', '{"instruction":"a","input":"b","output":"c"}'],
    ['a blank text', '{"text":" "}'],
    ['an empty completion', pair('a', '')],
    ['another field in a pair', '{"prompt":"a","completion":"b","id":1}'],
    ['a text that is a number', '{"text":1}'],
    ['a pair the other way round', '{"completion":"b","prompt":"a"}'],
    ['a text twice', '{"text":"a","text":"b"}'],
    ['only a prompt', '{"prompt":"a"}'],
  ])('is not what has %s', (_name, text) => {
    expect(read(text)).toBeUndefined();
  });

  test('is read as JSON.parse reads it, or not at all', () => {
    const content = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('a', ' ', '\\', '"'),
    );
    const anyone = fc.constantFrom('user', 'assistant', 'system', 'tool', 'developer');
    const roles = fc.oneof(
      fc.constantFrom(['user', 'assistant'], ['system', 'user', 'assistant', 'user', 'assistant']),
      fc.array(anyone, { maxLength: 5 }),
    );
    const messages = roles.chain((order) =>
      fc.tuple(...order.map((role) => fc.record({ role: fc.constant(role), content }))),
    );
    const put = fc.constantFrom('', '\\', '"', ',', '\t', '\r', ' ', '}', '\\u12', '\\"', '\u0001', 'é');
    const row = fc.oneof(
      messages.map((list) => chat(list)),
      fc.tuple(content, content).map(([prompt, completion]) => pair(prompt, completion)),
      fc
        .tuple(content, fc.constantFrom({}, { input: '' }, { input: 'x' }), content)
        .map(([instruction, input, output]) => JSON.stringify({ instruction, ...input, output })),
      content.map((text) => JSON.stringify({ text })),
    );
    const quick = new Map<string, number>();
    fc.assert(
      fc.property(row, fc.boolean(), fc.nat(), put, (json, isSpaced, at, sign) => {
        const spaced = isSpaced ? json.replaceAll('":', '": ').replaceAll(/([}"]),([{"])/g, '$1, $2') : json;
        const place = at % (spaced.length + 1);
        const text = (spaced.slice(0, place) + sign + spaced.slice(place)).toWellFormed();
        const quickly = read(text);
        if (quickly) quick.set(quickly.format, (quick.get(quickly.format) ?? 0) + 1);
        expect(quickly ?? rowOfLine(text)).toEqual(rowOfLine(text));
      }),
      { numRuns: 6000 },
    );
    for (const format of ['chat', 'prompt-completion', 'instruction', 'text'])
      expect(quick.get(format)).toBeGreaterThan(50);
  });
});

describe('a text is looked at closely or has nothing in it', () => {
  const parts = (...pieces: string[]) => pieces.join('');
  const held = fc.constantFrom(
    parts('gh', 'p_', 'kD83kfLs0dkfJ3kd93kdkfl3kd9fkeLs02Qq'),
    parts('AKIA', 'QWERTZUIOPLKJHGF'),
    parts('postgres://app:', 'Xk9!vQ2z@db.io'),
    parts('-----BEGIN PRIVATE', ' KEY-----\nMIIEvgIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----'),
    'anna@firma-nord.de',
    'call +49 30 901820',
    'DE89 3704 0044 0532 0130 00',
    '4532 0151 1283 0366',
    'SSN 536-22-8726',
    '<|im_start|>',
    '[INST]',
    '[/TOOL_CALLS]',
    '### Response:',
    '<s>',
    '\b',
    '\f',
    '\u007f',
    '\u0000',
    '\u0085',
    '\u0090',
    '\ud800',
    '\ufffd',
    'Ã¼',
    'â€™',
    'вЂ™',
    '√ºr',
    '“',
    '—',
  );
  const plain = fc.constantFrom(
    ' ',
    '\n',
    '"',
    '\\',
    '/',
    'word ',
    'a longer-word.than/usual ',
    'Ünter ',
    '12 ',
    '你好',
  );
  const text = fc
    .array(fc.oneof(plain, plain, held), { maxLength: 8 })
    .map((pieces) => `x${pieces.join('')}`);
  /** Every way in which the same text is written in JSON. */
  const written = fc.constantFrom<(json: string) => string>(
    (json) => json,
    (json) => json.replaceAll('/', '\\/'),
    (json) =>
      json.replaceAll(
        /[@<[\d\u0080-\uffff]/g,
        (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
      ),
  );

  const form = fc.constantFrom<(asked: string, answered: string) => string>(
    (asked, answered) =>
      chat([
        { role: 'user', content: asked },
        { role: 'assistant', content: answered },
      ]),
    pair,
    (instruction, output) => JSON.stringify({ instruction, output }),
    (_, text) => JSON.stringify({ text }),
  );

  /** The look at the row of the last line, by the kernel alone and, of the same turns, by their texts. */
  function looksAt(others: readonly string[], row: string) {
    const bytes = Buffer.from([...others.map((each) => JSON.stringify(each)), row, ''].join('\n'));
    const looks = Array.from(lines.of(bytes, false), ({ usual, text }) => {
      const turns = usual?.turns ?? rowOfLine(text ?? '')?.turns ?? [];
      const marks = turns.map((_, at) => usual?.marksOf(at));
      const all = usual?.marks;
      return { turns, looks: [...(usual ? [{ marks, all }] : []), ofTexts(turns)] };
    });
    return looks.at(-1) ?? { turns: [], looks: [] };
  }
  const ofTexts = (turns: readonly Turn[]) => {
    const { marks } = prints.take(turns);
    return { marks: turns.map(() => marks), all: marks };
  };

  test('whatever is in it, however it is written, and whatever stands around it', () => {
    const before = fc.array(text, { maxLength: 2 });
    let passed = 0;
    fc.assert(
      fc.property(before, text, text, written, form, (others, asked, answered, write, row) => {
        const line = row(asked.toWellFormed() === asked ? asked : 'x', answered);
        const { turns, looks } = looksAt(others, write(line).toWellFormed());
        const everyProblem = qualityProblems(turns);
        for (const { marks, all = 0 } of looks) {
          turns.forEach(({ content }, at) => {
            expect(findSensitive(content, marks[at])).toEqual(findSensitive(content));
          });
          const marksOf = (turn: number) => marks[turn] ?? 0;
          expect(qualityProblems(turns, { marksOf })).toEqual(everyProblem);
          expect(everyProblem.length > 0 && (all & WORTH_READING) === 0).toBe(false);
          if ((all & MAY_BE_SENSITIVE) === 0) passed += 1;
        }
      }),
      { numRuns: 4000 },
    );
    expect(passed).toBeGreaterThan(100);
  });

  test('and most texts have nothing', () => {
    const { looks } = looksAt([], chat([user, { ...assistant, content: 'It is the 3rd “street”.' }]));
    expect(looks).toHaveLength(2);
    for (const { all = 0 } of looks.slice(0, 1)) expect(all & (MAY_BE_SENSITIVE | WORTH_READING)).toBe(0);
  });

  test('an answer is read that may be a refusal, in whichever language and case', () => {
    const asAnyCase = (answer: string) => fc.constantFrom(answer, answer.toLowerCase(), answer.toUpperCase());
    const refusal = fc.constantFrom(...REFUSALS).chain(asAnyCase);
    fc.assert(
      fc.property(refusal, (answer) => {
        const { turns, looks } = looksAt([], chat([user, { ...assistant, content: answer }]));
        expect(isRefusal(answer)).toBe(true);
        for (const { marks } of looks) {
          expect(qualityProblems(turns, { marksOf: (turn) => marks[turn] ?? 0 })).toEqual(
            qualityProblems(turns),
          );
        }
      }),
    );
  });
});
