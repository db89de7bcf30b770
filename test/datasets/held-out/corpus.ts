/**
 * A second corpus, written by somebody who had not read the checker and kept apart from `../planted`: other sentences,
 * other look-alikes, other defects. What it was measured at when it was new stands in README.md.
 */
import type { Corpus } from '../planted/corpus.ts';
import { chance, DIGITS, type Chance } from './chance.ts';
import { cleanText, NO_REFUSALS } from './clean-texts.ts';
import { Rows } from './files.ts';
import { FORMS, messages } from './forms.ts';
import { LOOK_ALIKES } from './look-alikes.ts';
import { codeOf, NEAR_COPIES } from './near-copies.ts';
import { PERSONAL, personalIn } from './personal-data.ts';
import { REFUSALS } from './refusals.ts';
import { STRUCTURE } from './row-defects.ts';
import { SECRET_PLACES, SECRETS } from './secrets.ts';
import { LANGUAGE_NAMES, richSentences, sentence, sentences } from './sentences.ts';
import { CONTROL, garbled, MOJIBAKE_ENCODINGS, TEMPLATE_TOKENS, TRUNCATED } from './text-defects.ts';

export interface HeldOutOptions {
  seed: number;
  cleanRows: number;
  /** Rows a variety; varieties that stand for a whole code have twelve times as many. */
  each: number;
}
type FormName = keyof typeof FORMS;

const SYSTEM =
  'You are a careful assistant of the municipal library. Answer in the language of the question, keep it short, never guess opening hours, name the shelf where it is known, and offer to order what is out of stock from one of the other branches.';
const times = (count: number, plant: (at: number) => void) => {
  for (let at = 0; at < count; at += 1) plant(at);
};
const ask = (c: Chance) => `${sentence(c, 'en')} (${c.chars(5, DIGITS)})`;
const clear = (c: Chance) => sentences(c, c.of(['en', 'de', 'fr', 'es', 'zh']), 2);

function* cleanRows(c: Chance, count: number): Generator<[string | undefined, string, string]> {
  for (let at = 0; at < count; at += 1) {
    const language = c.of(LANGUAGE_NAMES);
    const kind = c();
    const system = kind < 0.3 ? SYSTEM : undefined;
    const question = `${sentence(c, language)} ${c() < 0.3 ? c.of(LOOK_ALIKES)(c) : `(${at})`}`;
    yield [system, question, kind > 0.97 ? NO_REFUSALS[at % NO_REFUSALS.length]! : cleanText(c, language)];
  }
}

function plantTexts(rows: Rows, form: FormName, c: Chance, each: number): void {
  const json = (answer: string) => JSON.stringify(FORMS[form](undefined, ask(c), answer, c));
  for (const [how, secret] of Object.entries(SECRETS)) {
    times(each, () => {
      const answer = `${clear(c)}\n${c.of(SECRET_PLACES)(secret(c))}\n${clear(c)}`;
      rows.add(json(answer), { code: 'possible-secret', how });
    });
  }
  for (const { kind, how, make } of PERSONAL) {
    times(each * (kind === 'national-id' ? 2 : 12), () => {
      const answer = `${clear(c)} ${personalIn(c, kind, make(c))} ${clear(c)}`;
      rows.add(json(answer), { code: 'possible-personal-data', kind, how });
    });
  }
  for (const how of MOJIBAKE_ENCODINGS) {
    times(each * 4, () => rows.add(json(garbled(c, how)), { code: 'mojibake', how }));
  }
  for (const [how, marks] of Object.entries(TEMPLATE_TOKENS)) {
    for (const mark of marks) {
      times(each, () => rows.add(json(mark(sentences(c, 'en', 2))), { code: 'template-token', how }));
    }
  }
  for (const control of CONTROL) {
    const how = JSON.stringify(control(''));
    times(each * 2, () =>
      rows.add(json(control(sentences(c, 'en', 2))), { code: 'control-characters', how }),
    );
  }
  if (form === 'text') return;
  for (const refusal of REFUSALS) {
    times(each, () => rows.add(json(refusal), { code: 'refusal', how: refusal }));
  }
  for (const [how, cut] of Object.entries(TRUNCATED)) {
    times(each * 2, () => rows.add(json(cut(c)), { code: 'truncated-answer', how }));
  }
}

function plantRepeats(rows: Rows, form: FormName, c: Chance, count: number): void {
  const make = form === 'messages' ? messages : FORMS[form];
  times(count, () => {
    const line = JSON.stringify(make(undefined, ask(c), sentences(c, 'en', 2), c));
    rows.pair(line, line, { code: 'duplicate-row', how: 'the same bytes' });
  });
  times(count, (at) => {
    const copy = NEAR_COPIES[at % NEAR_COPIES.length]!;
    const [question, answer] = [ask(c), richSentences(c, 4)];
    // Fields that a form makes by itself are the same in both: each from chance of its own.
    const line = (text: string) => JSON.stringify(make(undefined, question, text, chance(at)));
    rows.pair(line(answer), line(copy.of(answer, c)), { code: codeOf(copy), how: copy.how });
  });
  if (form === 'messages' || form === 'prompt-completion') {
    times(count, (at) => {
      const question = at % 2 ? ask(c) : `${sentence(c, 'de')}${c.below(9999)}`;
      const line = () => JSON.stringify(make(undefined, question, sentences(c, 'en', 2), c));
      rows.pair(line(), line(), { code: 'conflicting-answers', how: 'another answer' });
    });
  }
  if (form === 'preference') {
    times(count, () => {
      const chosen = clear(c);
      const line = JSON.stringify({ prompt: ask(c), chosen, rejected: chosen });
      rows.add(line, { code: 'equal-pair', how: 'the same' });
    });
  }
}

/** Of each encoding bytes that are no UTF-8. */
const BROKEN_BYTES = {
  'latin-1': [0xe9, 0x20, 0xfc],
  'windows-1251': [0xcf, 0xf0, 0xe8],
  'a character cut': [0xe2, 0x82],
};

function plantStructure(rows: Rows, c: Chance, each: number): void {
  for (const { code, lines } of STRUCTURE) {
    lines.forEach((line, at) => {
      const count = Math.max(each, Math.ceil((each * 12) / lines.length));
      times(count, () => rows.add(line(ask(c), sentences(c, 'en', 2)), { code, how: String(at) }));
    });
  }
  const json = (answer: string) => JSON.stringify(FORMS.messages(undefined, ask(c), answer, c));
  times(2, () => rows.add(json(sentences(c, 'en', 12_000)), { code: 'line-too-long', how: 'over 1 MB' }));
  for (const [how, bytes] of Object.entries(BROKEN_BYTES)) {
    times(each * 4, () => {
      const [head = '', tail = ''] = json('| and so on').split('|');
      const line = Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from(tail)]);
      rows.add(line, { code: 'not-utf8', how });
    });
  }
  times(each, () => rows.add(json(sentences(c, 'en', 900)), { code: 'extreme-length', how: 'forty pages' }));
}

/** One file of one form: clean rows, and among them what is planted. */
function ofForm(form: FormName, options: HeldOutOptions): Corpus {
  const c = chance(options.seed);
  const rows = new Rows();
  for (const [system, question, answer] of cleanRows(c, options.cleanRows)) {
    rows.add(JSON.stringify(FORMS[form](system, question, answer, c)));
  }
  plantTexts(rows, form, c, options.each);
  plantRepeats(rows, form, c, options.each * 12);
  if (form === 'messages') plantStructure(rows, c, options.each);
  const { bytes, planted, clean } = rows.shuffled(c).file('data');
  return { name: `held out: ${form}`, data: bytes, planted, clean: { data: clean, validation: new Set() } };
}

/** A training and a validation file that share rows. */
function ofTwoFiles(options: HeldOutOptions): Corpus {
  const c = chance(options.seed);
  const [training, held] = [new Rows(), new Rows()];
  const json = (question: string, answer: string) => JSON.stringify(messages(undefined, question, answer, c));
  for (const [, question, answer] of cleanRows(c, options.cleanRows / 2))
    training.add(json(question, answer));
  for (const [, question, answer] of cleanRows(c, options.cleanRows / 20)) {
    held.add(json(`${question} v`, answer));
  }
  times(options.each * 20, (at) => {
    const [question, answer] = [ask(c), richSentences(c, 4)];
    training.add(json(question, answer));
    held.add(json(question, answer), { code: 'in-both-files', how: 'the same' });
    const copy = NEAR_COPIES[at % NEAR_COPIES.length]!;
    const [other, text] = [ask(c), richSentences(c, 4)];
    training.add(json(other, text));
    held.add(json(other, copy.of(text, c)), { code: codeOf(copy, true), how: copy.how });
  });
  const [data, validation] = [training.shuffled(c).file('data'), held.shuffled(c).file('validation')];
  return {
    name: 'held out: two files',
    data: data.bytes,
    validation: validation.bytes,
    planted: [...data.planted, ...validation.planted],
    clean: { data: data.clean, validation: validation.clean },
  };
}

/** A file of each form, and two that share rows. */
export function heldOutCorpora(options: HeldOutOptions): Corpus[] {
  const forms = Object.keys(FORMS) as FormName[];
  return [
    ...forms.map((form, at) => ofForm(form, { ...options, seed: options.seed * 100 + at })),
    ofTwoFiles({ ...options, seed: options.seed * 100 + 50 }),
  ];
}
