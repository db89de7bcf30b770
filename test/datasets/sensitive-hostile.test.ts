import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findSensitive, maskSensitive } from '../../lambdas/datasets/check/text/sensitive-text.ts';

const made = (...parts: string[]) => parts.join('');
const BOTH = new Set(['possible-secret', 'possible-personal-data'] as const);

const PEM = made('-----BEGIN PRIVATE', ' KEY-----');
/** What nearly is one, over and over, and what is one, over and over. */
const UNITS = [
  String.raw`a.|@a.|@|a@b.c|a@b.com |eyJ-|eyJ.|eyJa.eyJ.|://|a://b:|a://b:c@|http://u:p@h.io |sk-abc |sk-|sk-proj-|ghp_`,
  String.raw`xoxb-1|AKIA|key-|SG.|s.|MAAA.|12345678:|secret: |token=abc|aws |bearer |sig=|?se=a&sig=|AccountKey=|password=`,
  String.raw`Password=x;|pwd=a;server=|tel |phone is |-----BEGIN A |1|12 |1 |1-|1.1|1A|A1 |00|0049 |+1|+49 30 9018|DE89`,
  String.raw`DE89 3704 |+49 30 901820 |(415) 867-5309 |call 030 123|4|4111 |4532015112830366 |4532 0151 1283 0366 |AB12`,
  String.raw`AB 12 34 56 |X1234567|RSSMRA85T10A562S|536-22-8726 |1 85 05 78 006 |a|A|aB3|=|-|_|/|\n|{|"|é|中`,
]
  .flatMap((units) => units.split('|'))
  .concat(PEM, `${PEM}\n`, 'Proc-Type: x\n', 'PuTTY-User-Key-File-2: x\n');

test.each(UNITS)('a megabyte of %j is read in a moment', (unit) => {
  const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
  const before = process.cpuUsage();
  findSensitive(text);
  const { user, system } = process.cpuUsage(before);
  // 0.3 s at most alone, for a hundred patterns, and 3.5 once where the process collected its rubbish meanwhile;
  // quadratic, it would be minutes.
  expect((user + system) / 1e6).toBeLessThan(20);
});

describe('whatever the text', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ maxLength: 40 }),
    fc.constantFrom(...UNITS),
    fc.constantFrom(
      made('gh', 'p_', 'kD83kfLs0dkfJ3kd93kdkfl3kd9fkeLs02Qq'),
      'anna@firm.de',
      '+49 30 901820',
      '4532 0151 1283 0366',
      'DE89 3704 0044 0532 0130 00',
      '536-22-8726',
      made('postgres://app:', 'Xk9!vQ2z@db.io'),
      made('eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxMjM0In0.', 'kD83kfLs0dkfJ3kd93kdkfl3kd9'),
    ),
    fc.constantFrom(' ', '\n', '-', '.', ':', '=', '"', '@', '+', '_', '/', '\ud800'),
  );
  const text = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));

  test('matches lie in it, in order, and do not overlap', () => {
    fc.assert(
      fc.property(text, (written) => {
        let last = 0;
        for (const { from, to } of findSensitive(written)) {
          expect(from).toBeGreaterThanOrEqual(last);
          expect(to).toBeGreaterThan(from);
          expect(to).toBeLessThanOrEqual(written.length);
          last = to;
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('masking leaves nothing to find, and nothing to do a second time', () => {
    fc.assert(
      fc.property(text, (written) => {
        const masked = maskSensitive(written, BOTH);
        expect(findSensitive(masked)).toEqual([]);
        expect(maskSensitive(masked, BOTH)).toBe(masked);
      }),
      { numRuns: 2000 },
    );
  });

  test('what is shown is never what was found', () => {
    fc.assert(
      fc.property(text, (written) => {
        const told = findSensitive(written).filter(({ from, to, shown }) =>
          shown.includes(written.slice(from, to)),
        );
        expect(told).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});
