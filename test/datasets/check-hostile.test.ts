import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { BlockBuffers, BlockCutter, type Cut } from '../../lambdas/datasets/check/blocks/block-cutter.ts';
import { isJson } from '../../lambdas/datasets/check/rows/json-break.ts';
import { LIMITS } from '../../contracts/limits.ts';
import { check, file, found, row, rows } from './checked-file.ts';

jest.setTimeout(60_000);

const SOUND = rows(LIMITS.datasetFewRows);
const NEXT = SOUND.length + 1;

describe('a hostile file is no danger', () => {
  test('a line of any length is held to its limit and never parsed', async () => {
    const long = `{"text":"${'x'.repeat(3 * LIMITS.datasetLineBytes)}"}`;
    const result = await check(file(...SOUND, long, row(500)));
    expect(result.issues).toMatchObject([{ code: 'line-too-long', line: NEXT }]);
    expect(result.summary).toMatchObject({ rows: NEXT + 1, usableRows: NEXT });
  });

  test('a line of exactly the limit is read, one byte more is not', async () => {
    const line = (bytes: number) => `{"text":"${'y '.repeat(bytes).slice(0, bytes - 11)}"}`;
    const most = LIMITS.datasetLineBytes;
    expect(line(most)).toHaveLength(most);
    const text = file('{"text":"short"}', line(most), line(most + 1), '{"text":"end"}');
    const { issues } = await check(text, { chunkBytes: 100_000 });
    expect(issues.filter(({ code }) => code === 'line-too-long')).toMatchObject([{ line: 3 }]);
    const unended = await check(text.slice(0, -'{"text":"end"}\n'.length - 1));
    expect(unended.issues.filter(({ code }) => code === 'line-too-long')).toMatchObject([{ line: 3 }]);
  });

  test('while it comes, no more than one block is held of it', () => {
    const buffers = new BlockBuffers(10);
    const cutter = new BlockCutter(buffers);
    const cuts: Cut[] = [...cutter.push(Buffer.from('12345\n'))];
    for (let at = 0; at < 1000; at += 1) cuts.push(...cutter.push(Buffer.alloc(1000, 'x')));
    cuts.push(...cutter.push(Buffer.from('\n123456789\n1234567890\n\nend')), ...cutter.end());
    expect(
      cuts.map((cut) => [cut.startByte, cut.kind === 'lines' ? Buffer.from(cut.bytes).toString() : null]),
    ).toEqual([
      [0, '12345\n'],
      [6, null],
      [1_000_007, '123456789\n'],
      [1_000_017, null],
      [1_000_028, '\nend'],
    ]);
  });

  test('nesting is refused before it is parsed; brackets in text are only text', async () => {
    const deep = `{"text":${'['.repeat(400_000)}`;
    expect(await found(file(...SOUND, deep))).toEqual([['too-deep', NEXT]]);
    expect(
      await found(file(...SOUND, row(500, `Code: ${'[{'.repeat(20)} \\" ${'[{'.repeat(20)} ends here.`))),
    ).toEqual([]);
  });

  test.each([
    ['a lone half of a character', '{"text":"a \\ud83d b"}', 'lone-surrogate'],
    ['a field that would be a prototype', '{"__proto__":{"messages":[{"role":"user"}]}}', 'unknown-format'],
    ['a name of half a megabyte', `{"${'k'.repeat(500_000)}":1,"text":"a b c"}`, 'unknown-field'],
    ['a number beyond all numbers', `{"text":1e${'9'.repeat(1000)}}`, 'wrong-type'],
    [
      'a hundred thousand fields',
      `{${Array.from({ length: 50_000 }, (_, at) => `"k${at}":0`).join()}}`,
      'unknown-format',
    ],
    ['a list of a million brackets', `[${'{},'.repeat(300_000)}{}]`, 'too-deep-or-not'],
    ['such a list that does not end', `[${'{},'.repeat(300_000)}{}`, 'not-json'],
    ['a NUL far inside', `{"text":"${'a b '.repeat(2000)}\0b"}`, 'not-json'],
  ])('%s is named and nothing breaks', async (_name, line, code) => {
    const text = file(...Array.from({ length: 120 }, (_, at) => `{"text":"Text ${at}."}`), line);
    const { issues } = await check(text);
    for (const issue of issues) expect(JSON.stringify(issue).length).toBeLessThan(1500);
    const expected = code === 'too-deep-or-not' ? 'not-an-object' : code;
    expect(issues.map((issue) => issue.code)).toContain(expected);
    expect(issues.every(({ line: at }) => at === 121)).toBe(true);
  });

  test('a row with a hundred thousand problems has all of them counted and the first thousand placed, in a thread', async () => {
    const dense = `{"messages":[${'{},'.repeat(346_000)}{}]}`;
    const { summary, issues } = await check(file(dense, dense), { threads: 1 });
    const told = summary.issues.find(({ code }) => code === 'missing-field');
    expect(told).toMatchObject({ count: 4 * 346_001, rows: 2 });
    expect(issues.filter(({ code, path }) => code === 'missing-field' && path !== undefined)).toHaveLength(
      LIMITS.issuesPerCode,
    );
  });

  test('a million tiny lines are counted in little', async () => {
    const before = process.memoryUsage().rss;
    const { summary, issues } = await check('{}\n'.repeat(1_000_000), { threads: 2 });
    expect(summary).toMatchObject({ rows: 1_000_000, usableRows: 0, verdict: 'rejected' });
    expect(summary.issues[0]).toMatchObject({ code: 'unknown-format', count: 1_000_000, rows: 1_000_000 });
    expect(issues.length).toBeLessThan(2 * LIMITS.issuesPerCode);
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
  });

  test('gzip bytes without their mark are lines like any other', async () => {
    const { summary } = await check(gzipSync(file(...rows(500))).subarray(4));
    expect(summary.verdict).toBe('rejected');
  });

  test('no bytes crash it or make it hang', async () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: 'binary', maxLength: 100 }).map((text) => Buffer.from(text)),
      fc.json().map((text) => Buffer.from(`${text}\n`)),
      fc
        .constantFrom(row(1), '{"messages":[', '"\\u', '\ufeff', '\0', '\n', '\r\n', '{"text":"', '"}')
        .map((text) => Buffer.from(text)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const bytes = Buffer.concat(pieces);
        const result = await check(bytes, { chunkBytes: 64 });
        expect(result.bytes.data).toBe(bytes.length);
        const lines = bytes.toString('latin1').split('\n').length;
        for (const { line = 1, byte = 0 } of result.issues) {
          expect(line).toBeLessThanOrEqual(lines);
          expect(byte).toBeLessThanOrEqual(bytes.length);
        }
      }),
      { numRuns: 150 },
    );
  });
});

test('whether a text is JSON is told as JSON.parse tells it', () => {
  const parses = (text: string) => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const json = fc.json({ maxDepth: 4 });
  const places = fc.nat(200);
  fc.assert(
    fc.property(
      json,
      places,
      places,
      fc.constantFrom('', ' ', ',', '"', ']', '\\', '0', '\u00a0'),
      (text, at, to, sign) => {
        for (const changed of [
          text,
          text.slice(0, at),
          text.slice(0, at) + sign + text.slice(Math.max(at, to)),
        ]) {
          expect([changed, isJson(changed)]).toEqual([changed, parses(changed)]);
        }
      },
    ),
    { numRuns: 500 },
  );
});
