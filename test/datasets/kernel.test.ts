import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Kernel } from '../../lambdas/datasets/check/kernel/kernel.ts';
import {
  HAS_DASHES,
  HAS_DIGITS,
  HAS_RUN,
  IS_WIDE,
  ROW_HASH,
} from '../../lambdas/datasets/check/kernel/layout.ts';
import { compiledKernel, KERNEL_FILE } from '../../lib/constructs/compiled-kernel.ts';

test('the machine code is what its source compiles to: npm run generate', () => {
  expect(readFileSync(KERNEL_FILE, 'utf8')).toBe(compiledKernel());
}, 120_000);

const kernel = new Kernel();
function hashOf(text: string): string {
  kernel.beginRow();
  kernel.takeText(text, 0);
  const [low = 0, high = 0] = kernel.found.subarray(ROW_HASH);
  return [high, low].map((half) => half.toString(16).padStart(8, '0')).join('');
}

describe('the hash of a text', () => {
  // Of the specification's own program, xxhsum, and of python-xxhash.
  test.each([
    ['', 'ef46db3751d8e999'],
    ['a', 'd24ec4f1a98c6e5b'],
    ['abc', '44bc2cf5ad770999'],
    ['Nobody inspects the spammish repetition', 'fbcea83c8a378bf1'],
  ])('of %j is XXH64', (text, hash) => expect(hashOf(text)).toBe(hash));

  test('is the same in whatever white space, wherever it falls among the sixteen bytes of a vector', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'é', '好', '🎉', '-'), minLength: 1, maxLength: 40 });
    const white = fc.string({
      unit: fc.constantFrom(' ', '\n', '\t', '\r', '\f', '\v'),
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(word, white), { maxLength: 6 }), (pieces) => {
        const words = pieces.map(([each]) => each).join(' ');
        expect(hashOf(pieces.flat().join(''))).toBe(hashOf(words));
      }),
    );
  });
});

describe('a mark', () => {
  const marksOf = (text: string) => kernel.takeText(text, 0);

  /** Each text is tried at every place of a vector. */
  const everywhere = (text: string) => Array.from({ length: 33 }, (_, at) => `${'x '.repeat(at)}${text} y`);

  test.each([
    ['twenty characters without a space', 'abcdefghij.klmnopqrs', HAS_RUN],
    ['six digits', '12 34 56', HAS_DIGITS],
    ['six digits with wide dashes between them', '12\u2014\u2014\u201434\u00a056', HAS_DIGITS],
    ['four dashes', '----', HAS_DASHES],
    ['a sign beyond ASCII', 'é', IS_WIDE],
  ])('of %s is set wherever they stand', (_name, text, mark) => {
    for (const each of everywhere(text)) expect(marksOf(each) & mark).toBe(mark);
  });

  test.each([
    ['nineteen characters', 'abcdefghij.klmnopqr', HAS_RUN],
    ['five digits', '12 34 5', HAS_DIGITS],
    ['six digits apart', '123 and 456', HAS_DIGITS],
    ['three dashes', '---', HAS_DASHES],
  ])('of more is not set for %s', (_name, text, mark) => {
    for (const each of everywhere(text)) expect(marksOf(each) & mark).toBe(0);
  });
});

test('a block that is larger than the room makes room, and what is found is read from it', () => {
  const small = new Kernel(100);
  const line = Buffer.from(
    '{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}\n',
  );
  const block = Buffer.concat(Array.from({ length: 5000 }, () => line));
  small.takeBlock(block);
  expect(small.readLine(block.length - line.length)).toBe(2);
  expect((small.found[0] ?? 0) - small.blockAt).toBe(block.length - 1);
});
