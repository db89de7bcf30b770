import { describe, expect, test } from '@jest/globals';
import { languageOf } from '../../lambdas/datasets/check/text/language.ts';
import { BLOCKS } from './planted/clean-blocks.ts';
import { SENTENCES } from './planted/clean-sentences.ts';
import { seeded } from './planted/random.ts';

describe('a text of two sentences', () => {
  test.each(Object.entries(SENTENCES))('is told to be %s', (language, list) => {
    const texts = list.map((text, at) => `${text} ${list[(at + 1) % list.length]}`);
    const told = texts.map((text) => languageOf(text.replaceAll('#', '12').replaceAll('@', 'Ulm')));
    const right = told.filter((code) => code === language).length;
    // One odd Swedish sentence stands in two of its four pairs; all together are held to more below.
    expect(right / told.length).toBeGreaterThanOrEqual(0.5);
  });

  test('in all of them is right in 19 of 20', () => {
    const told = Object.entries(SENTENCES).flatMap(([language, list]) =>
      list.map((text, at) => languageOf(`${text} ${list[(at + 1) % list.length]}`) === language),
    );
    expect(told.length).toBeGreaterThan(90);
    expect(Object.keys(SENTENCES).length).toBeGreaterThanOrEqual(16);
    expect(told.filter(Boolean).length / told.length).toBeGreaterThan(0.95);
  });
});

describe('program text', () => {
  const r = seeded(5);
  test.each(['python', 'typescript', 'sql', 'json'])('in %s is code, with its fence or without', (kind) => {
    const block = BLOCKS[kind]?.(r) ?? '';
    expect(languageOf(block)).toBe('code');
    expect(languageOf(block.replaceAll(/```\w*\n?/g, ''))).toBe('code');
  });

  test('after a longer explanation leaves the language of the explanation', () => {
    const text = (SENTENCES['fr'] ?? []).join(' ');
    expect(languageOf(`${text}\n\n\`\`\`js\nconst a = 1;\n\`\`\``)).toBe('fr');
  });

  test.each([
    'Natalia sold 48/2 = 24 clips in May, and 48 + 24 = 72 clips in both months together.',
    'He said (twice) that it works. Use it if you like; I would not.',
  ])('is not %j', (text) => expect(languageOf(text)).toBe('en'));
});

test.each(['', '  ', '42', 'yes', 'Ulm', '12 %', '| 1 | 2 |', '...', 'a1b2c3d4e5f6', '\ud83d'])(
  'Too little to tell: %j',
  (text) => expect(languageOf(text)).toBe('unknown'),
);

test.each(['In South America.', 'Water boils at 100 degrees.', 'Nitrogen and oxygen', 'Two hundred miles'])(
  'A short text that fits several languages is none of them: %j',
  (text) => expect(['en', 'unknown']).toContain(languageOf(text)),
);

test('One sign of a script of its own is enough', () => {
  expect(languageOf('是')).toBe('zh');
  expect(languageOf('はい')).toBe('ja');
  expect(languageOf('네, 맞습니다')).toBe('ko');
});

test('A megabyte takes no longer than its beginning', () => {
  const started = process.cpuUsage();
  for (const part of ['a', ' ', '{', '```\n', 'Größe ', '是'])
    languageOf(part.repeat(1_000_000 / part.length));
  expect(process.cpuUsage(started).user / 1000).toBeLessThan(1000);
});
