import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BlockLines } from '../../lambdas/datasets/check/blocks/block-lines.ts';
import { Kernel } from '../../lambdas/datasets/check/kernel/kernel.ts';
import { Fingerprints } from '../../lambdas/datasets/check/repeats/fingerprint.ts';
import { excerptAround, whereJsonBreaks } from '../../lambdas/datasets/check/rows/json-break.ts';
import { nestsDeeperThan } from '../../lambdas/datasets/check/rows/nesting.ts';
import type { Turn } from '../../lambdas/datasets/check/rows/row.ts';
import { RowLengths } from '../../lambdas/datasets/check/row-lengths.ts';
import { orderOf } from '../../lambdas/datasets/check/row-mix.ts';
import { SeenRows } from '../../lambdas/datasets/check/repeats/seen-rows.ts';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('where JSON breaks', () => {
  test.each([
    ['{"a":1', 6],
    ['{"a" 1}', 5],
    ['{a:1}', 1],
    ["{'a':1}", 1],
    ['{"a":1,}', 7],
    ['[1,]', 3],
    ['{"a":tru}', 5],
    ['{"a":01}', 6],
    ['{"a":"b\tc"}', 7],
    ['{"a":"\\x"}', 6],
    ['{"a":"\\u12g4"}', 6],
    ['{"a":1} x', 8],
    ['{"a":NaN}', 5],
    ['{"a":"b', 7],
    ['', 0],
  ])('%j: at %i', (text, at) => {
    expect(isJson(text)).toBe(false);
    expect(whereJsonBreaks(text)).toBe(at);
  });

  test('it breaks where and only where JSON.parse refuses it', () => {
    const broken = fc.tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', ',', '"', '}', ']', '\\', '\n', '0', 'x'),
    );
    fc.assert(
      fc.property(broken, ([json, at, put]) => {
        const place = at % (json.length + 1);
        const text = json.slice(0, place) + put + json.slice(place + 1);
        const breaks = whereJsonBreaks(text);
        expect(breaks).toBeLessThanOrEqual(text.length);
        // The text before the place can go on to be JSON, so no break lies before it.
        expect(whereJsonBreaks(text.slice(0, breaks))).toBe(breaks);
        expect(breaks === text.length || !isJson(text)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('the place is shown with what stands around it', () => {
    expect(excerptAround('short', 3)).toBe('short');
    expect(excerptAround('a'.repeat(1000), 500)).toMatch(/^…a{160}…$/);
  });
});

describe('nesting', () => {
  test('is counted outside of texts, escaped quotes and all', () => {
    expect(nestsDeeperThan('['.repeat(3), 3)).toBe(false);
    expect(nestsDeeperThan('['.repeat(4), 3)).toBe(true);
    expect(nestsDeeperThan('[[[]]][[[]]]', 3)).toBe(false);
    expect(nestsDeeperThan('{"[[[[[":"\\"[[[[[\\\\"}', 3)).toBe(false);
    expect(nestsDeeperThan('["\\\\",[[[1]]]]', 3)).toBe(true);
  });
});

describe('lines', () => {
  const lines = new BlockLines(new Kernel());
  const linesIn = (bytes: Buffer, isFirst = false) =>
    Array.from(lines.of(bytes, isFirst), ({ text, number, byte }) => [text, number, byte]);

  test('are the same whatever stands beside them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 20 }),
        fc.boolean(),
        (pieces, large) => {
          const filling = large ? Buffer.alloc(70_000, 'x') : Buffer.alloc(0);
          const bytes = Buffer.concat([filling, ...pieces.flatMap((piece) => [piece, Buffer.from('\n')])]);
          const expected: unknown[] = [];
          let byte = 0;
          for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, byte)) {
            const line = bytes.subarray(byte, end);
            const text = line.toString('utf8');
            expected.push([Buffer.from(text).equals(line) ? text : undefined, expected.length, byte]);
            byte = end + 1;
          }
          if (byte < bytes.length)
            expected.push([bytes.subarray(byte).toString('utf8'), expected.length, byte]);
          expect(linesIn(bytes)).toEqual(expected);
        },
      ),
    );
  });

  test('the mark of UTF-8 is no part of the first one', () => {
    const [first, ...others] = linesIn(Buffer.from('\uFEFFa\nb'), true);
    // A page that is read from this byte shows the line, one from behind the mark would pass over it.
    expect(first).toEqual(['a', 0, 0]);
    expect(others).toEqual([['b', 1, 5]]);
  });
});

describe('fingerprints', () => {
  const prints = new Fingerprints();
  const turn = (content: string, role: Turn['role'] = 'user'): Turn => ({ role, content, learnt: false });
  const of = (...turns: Turn[]) => {
    prints.take(turns);
    const { low, high, promptLow, promptHigh } = prints;
    return { row: `${low} ${high}`, prompt: `${promptLow} ${promptHigh}` };
  };

  test('spacing makes no difference; letters, roles and the cut between turns do', () => {
    const word = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !/[\s]/.test(text));
    const white = fc.string({ unit: fc.constantFrom(' ', '\n', '\t', '\r'), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 10 }), white, white, (words, gap, end) => {
        const plain = words.join(' ');
        expect(of(turn(end + words.join(gap) + end))).toEqual(of(turn(plain)));
        expect(of(turn(`${plain}x`)).row).not.toBe(of(turn(plain)).row);
        expect(of(turn(plain, 'assistant')).row).not.toBe(of(turn(plain)).row);
        expect(of(turn(plain), turn('')).row).not.toBe(of(turn('x'), turn(plain)).row);
      }),
    );
    expect(of(turn('a'), turn('b', 'assistant')).prompt).toBe(of(turn('a'), turn('c', 'assistant')).prompt);
    expect(of(turn('a')).prompt).toBe('0 0');
  });

  test('of many rows that differ in one sign, no two are the same', () => {
    const seen = new Set<string>();
    for (let at = 0; at < 200_000; at += 1) seen.add(of(turn(`Row ${at}`)).row);
    expect(seen.size).toBe(200_000);
  });

  test('both answers of a pair are no part of what is asked', () => {
    const answer = (content: string, branch: 'chosen' | 'rejected'): Turn => ({
      role: 'assistant',
      content,
      learnt: true,
      branch,
    });
    const one = of(turn('q'), answer('a', 'chosen'), answer('b', 'rejected'));
    const other = of(turn('q'), answer('b', 'chosen'), answer('a', 'rejected'));
    expect(one.prompt).toBe(other.prompt);
    expect(one.row).not.toBe(other.row);
  });
});

describe('rows that were seen', () => {
  test('are found with their first number, also behind the first table, as long as there is room', () => {
    const seen = new SeenRows(1000);
    const expected = new Map<string, number>();
    for (let at = 1; at <= 3000; at += 1) {
      const [low, high] = [Math.imul(at % 900, 2_654_435_761) >>> 0, (at % 900) >>> 0];
      expect(seen.findOrAdd(low, high, at)).toBe(expected.get(`${low} ${high}`) ?? 0);
      if (!expected.has(`${low} ${high}`)) expected.set(`${low} ${high}`, at);
    }
    seen.replace(0, 0, 77);
    expect(seen.findOrAdd(0, 0, 1)).toBe(77);
  });

  test('beyond the room are looked up and not remembered', () => {
    const seen = new SeenRows(10);
    for (let at = 1; at < 100; at += 1) seen.findOrAdd(at, at, at);
    expect(seen.isFull).toBe(true);
    expect(seen.findOrAdd(1, 1, 500)).toBe(1);
    expect(seen.findOrAdd(99, 99, 500)).toBe(0);
  });
});

describe('extreme lengths', () => {
  const lengths = (...characters: number[]) => {
    const all = new RowLengths(1000);
    characters.forEach((each, at) => all.add(each, at + 1, 0));
    return all.outside();
  };
  const spread = Array.from({ length: 1000 }, (_, at) => 100 + ((at * 7919) % 900));

  test('are those far from all others, in the order of lines', () => {
    const { count, rows } = lengths(...spread.slice(0, 500), 300_000, ...spread.slice(500), 200_000);
    expect(count).toBe(2);
    expect(rows.map(({ line }) => line)).toEqual([501, 1002]);
  });

  test('are none where lengths are spread, equal, or few', () => {
    expect(lengths(...spread).count).toBe(0);
    expect(
      lengths(...Array.from({ length: 1000 }, (_, at) => Math.round(2 ** (4 + (at % 100) / 8)))).count,
    ).toBe(0);
    expect(lengths(...Array.from({ length: 100 }, () => 50), 300).count).toBe(0);
    expect(lengths(10, 10, 10, 100_000).count).toBe(0);
  });
});

test('the order of roles is written once where it repeats', () => {
  const order = (roles: string) =>
    orderOf(roles.split(' ').map((role) => ({ role: role as Turn['role'], content: '', learnt: false })));
  expect(order('user assistant')).toBe('user assistant');
  expect(order('system user assistant user assistant user assistant')).toBe('system user assistant …');
  expect(order('user assistant tool assistant')).toBe('user assistant tool assistant');
  expect(order('user assistant assistant')).toBe('user assistant assistant');
  expect(order('text')).toBe('text');
});
