/**
 * A dataset of clean rows with known defects at known lines. Nothing here imports the checker: what is planted comes
 * from the documentation of the codes, so that a blind spot of the checker is not one of the corpus as well.
 */
import type { DatasetFile, DatasetIssueCode, SensitiveKind } from '../../../contracts/dataset-issues.ts';
import { cleanChat, cleanLabel, cleanToolChat, prose } from './clean-rows.ts';
import { PAIRS, QUALITY } from './planted-quality.ts';
import { SENSITIVE, sensitiveLine } from './planted-sensitive.ts';
import { STRUCTURE } from './planted-structure.ts';
import { type Random, seeded } from './random.ts';

/** One planted defect: the check is expected to name this code at this line. */
export interface Planted {
  file: DatasetFile;
  line: number;
  code: DatasetIssueCode;
  kind?: SensitiveKind;
  how: string;
}

export interface Corpus {
  name: string;
  data: Buffer;
  validation?: Buffer;
  planted: Planted[];
  /** Lines that nothing is wrong with, by file. */
  clean: Readonly<Record<DatasetFile, ReadonlySet<number>>>;
}

/** The context that rows are planted to exceed; every clean row is far shorter in every tokenizer. */
export const CONTEXT_TOKENS = 4096;

interface Entry {
  bytes: Buffer;
  planted?: Omit<Planted, 'file' | 'line'>;
  /** Entries of one pair stay in their order. */
  after?: Entry;
}

const bytesOf = (line: string | Buffer) => (typeof line === 'string' ? Buffer.from(line) : line);
const cleanLine = (r: Random, row: number): string => {
  const kind = r.below(12);
  return JSON.stringify(
    kind === 0 ? cleanToolChat(r, row) : kind === 1 ? cleanLabel(r, row) : cleanChat(r, row),
  );
};

/** Puts entries in random order; the second of a pair never stands before its first. */
function shuffled(r: Random, entries: readonly Entry[]): Entry[] {
  const order = [...entries];
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = r.below(at + 1);
    [order[at], order[other]] = [order[other] as Entry, order[at] as Entry];
  }
  const place = new Map(order.map((entry, at) => [entry, at]));
  for (const entry of entries) {
    const first = entry.after;
    if (!first) continue;
    const [mine, its] = [place.get(entry) ?? 0, place.get(first) ?? 0];
    if (mine > its) continue;
    order[mine] = first;
    order[its] = entry;
    place.set(first, mine).set(entry, its);
  }
  return order;
}

function assembled(file: DatasetFile, entries: readonly Entry[]) {
  const planted = entries.flatMap(({ planted: one }, at) => (one ? [{ ...one, file, line: at + 1 }] : []));
  const clean = new Set(entries.flatMap((entry, at) => (entry.planted ? [] : [at + 1])));
  const newline = Buffer.from('\n');
  return { bytes: Buffer.concat(entries.flatMap(({ bytes }) => [bytes, newline])), planted, clean };
}

/** Chats with every defect that a line of chats can have, `each` times, and a validation file beside them. */
export function chatCorpus(options: { seed: number; cleanRows: number; each: number }): Corpus {
  const r = seeded(options.seed);
  let row = 0;
  const next = () => (row += 1);
  const times = Array.from({ length: options.each });
  const first: Entry = { bytes: bytesOf(JSON.stringify(cleanChat(r, next()))) };
  const entries: Entry[] = Array.from({ length: options.cleanRows }, () => ({
    bytes: bytesOf(cleanLine(r, next())),
  }));
  for (const { code, how, line } of [...STRUCTURE, ...QUALITY]) {
    entries.push(...times.map(() => ({ bytes: bytesOf(line(r, next())), planted: { code, how } })));
  }
  const overContext = { code: 'over-context', how: 'forty sentences of Chinese' } as const;
  for (const _ of times) {
    const messages = [
      { role: 'user', content: `${prose(r, 'en', 1)} [${next()}]` },
      { role: 'assistant', content: `${prose(r, 'zh', 160)}${prose(r, 'en', 40)}` },
    ];
    entries.push({ bytes: bytesOf(JSON.stringify({ messages })), planted: overContext });
  }
  for (const planter of SENSITIVE) {
    const { kind, how } = planter;
    const code = ['email', 'phone', 'card-number', 'iban', 'national-id'].includes(kind)
      ? 'possible-personal-data'
      : 'possible-secret';
    entries.push(
      ...times.map(() => ({
        bytes: bytesOf(sensitiveLine(r, next(), planter)),
        planted: { code, kind, how } as const,
      })),
    );
  }
  for (const { code, how, pair } of PAIRS) {
    for (const _ of times) {
      const [one, two] = pair(r, next());
      const before: Entry = { bytes: bytesOf(one) };
      entries.push(before, { bytes: bytesOf(two), planted: { code, how }, after: before });
    }
  }
  const shared: Entry[] = [];
  for (const _ of times) {
    const [question, answer] = [`${prose(r, 'en', 2)} [${next()}]`, prose(r, 'en', 5)];
    const line = (user: string, assistant: string) =>
      bytesOf(
        JSON.stringify({
          messages: [
            { role: 'user', content: user },
            { role: 'assistant', content: assistant },
          ],
        }),
      );
    entries.push({ bytes: line(question, answer) });
    shared.push({
      bytes: line(` ${question}`, answer),
      planted: { code: 'in-both-files', how: 'the same row' },
    });
    const [other, reply] = [`${prose(r, 'en', 2)} [${next()}]`, prose(r, 'en', 5)];
    entries.push({ bytes: line(other, reply) });
    shared.push({
      bytes: line(other, `${reply} I hope this helps.`),
      planted: { code: 'near-in-both-files', how: 'a sentence added' },
    });
  }
  const held = Array.from({ length: Math.max(20, options.cleanRows / 20) }, () => ({
    bytes: bytesOf(cleanLine(r, next())),
  }));
  const data = assembled('data', [first, ...shuffled(r, entries)]);
  const validation = assembled('validation', [
    { bytes: bytesOf(JSON.stringify(cleanChat(r, next()))) },
    ...shuffled(r, [...held, ...shared]),
  ]);
  return {
    name: 'chat',
    data: data.bytes,
    validation: validation.bytes,
    planted: [...data.planted, ...validation.planted],
    clean: { data: data.clean, validation: validation.clean },
  };
}

/** The other forms: clean rows, and rows in which a field misses, has another type or says nothing. */
export function formCorpora(options: { seed: number; cleanRows: number; each: number }): Corpus[] {
  const r = seeded(options.seed);
  let row = 0;
  const ask = () => `${prose(r, 'en', 1)} [${(row += 1)}]`;
  const tell = () => prose(r, 'en', 2);
  const forms: Record<
    string,
    { clean: () => object; planted: [Omit<Planted, 'file' | 'line'>, () => object][] }
  > = {
    'prompt-completion': {
      clean: () => ({ prompt: ask(), completion: tell() }),
      planted: [
        [{ code: 'missing-field', how: 'no completion' }, () => ({ prompt: ask() })],
        [{ code: 'missing-field', how: 'no prompt' }, () => ({ completion: tell() })],
        [
          { code: 'wrong-type', how: 'completion is a number' },
          () => ({ prompt: ask(), completion: r.below(99) }),
        ],
        [{ code: 'no-answer', how: 'completion is blank' }, () => ({ prompt: ask(), completion: ' ' })],
        [{ code: 'mixed-formats', how: 'a chat among pairs' }, () => cleanChat(r, (row += 1))],
      ],
    },
    instruction: {
      clean: () => ({ instruction: ask(), input: r.below(2) ? tell() : '', output: tell() }),
      planted: [
        [{ code: 'missing-field', how: 'no output' }, () => ({ instruction: ask(), input: tell() })],
        [{ code: 'wrong-type', how: 'output is a list' }, () => ({ instruction: ask(), output: [tell()] })],
        [{ code: 'no-answer', how: 'output is empty' }, () => ({ instruction: ask(), output: '' })],
        [
          { code: 'empty-message', how: 'instruction is blank' },
          () => ({ instruction: ' ', output: tell() }),
        ],
      ],
    },
    text: {
      clean: () => ({ text: `${ask()} ${tell()}` }),
      planted: [
        [{ code: 'wrong-type', how: 'text is null' }, () => ({ text: null })],
        [{ code: 'no-answer', how: 'text is blank' }, () => ({ text: '\n' })],
      ],
    },
    preference: {
      clean: () => ({ prompt: ask(), chosen: tell(), rejected: tell() }),
      planted: [
        [
          { code: 'equal-pair', how: 'both the same' },
          () => {
            const answer = tell();
            return { prompt: ask(), chosen: answer, rejected: ` ${answer}` };
          },
        ],
        [{ code: 'missing-field', how: 'no rejected' }, () => ({ prompt: ask(), chosen: tell() })],
        [
          { code: 'wrong-type', how: 'chosen is a number' },
          () => ({ prompt: ask(), chosen: 1, rejected: tell() }),
        ],
      ],
    },
  };
  return Object.entries(forms).map(([name, { clean, planted }]) => {
    const entries: Entry[] = Array.from({ length: options.cleanRows }, () => ({
      bytes: bytesOf(JSON.stringify(clean())),
    }));
    for (const [expected, make] of planted) {
      for (let time = 0; time < options.each; time += 1) {
        entries.push({ bytes: bytesOf(JSON.stringify(make())), planted: expected });
      }
    }
    const data = assembled('data', [{ bytes: bytesOf(JSON.stringify(clean())) }, ...shuffled(r, entries)]);
    return {
      name,
      data: data.bytes,
      planted: data.planted,
      clean: { data: data.clean, validation: new Set() },
    };
  });
}
