import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { jsonLines } from '../../../lambdas/datasets/containers/json-lines.ts';
import { converted, memoryFile, refusal, rowsOf } from './memory-file.ts';

const MEGABYTE = 1024 * 1024;

describe('a list becomes a line for each element', () => {
  test('any list of anything, indented or not, cut anywhere, keeps what it says', async () => {
    const anyList = fc.array(fc.jsonValue({ maxDepth: 4 }), { minLength: 1, maxLength: 8 });
    const cases = fc.asyncProperty(
      anyList,
      fc.nat(3),
      fc.integer({ min: 1, max: 50 }),
      async (list, indent, chunkBytes) => {
        const source = memoryFile(JSON.stringify(list, null, indent), chunkBytes);
        const blocks: Buffer[] = [];
        for await (const block of jsonLines(source, { container: 'json-array', gzip: false }))
          blocks.push(block);
        const lines = Buffer.concat(blocks).toString().split('\n');
        expect(lines.pop()).toBe('');
        expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(JSON.stringify(list)));
      },
    );
    await fc.assert(cases, { numRuns: 200 });
  });

  test('the mark of UTF-8 is left out, wherever the chunks are cut', async () => {
    for (const chunkBytes of [1, 2, 3, 100]) {
      expect((await converted('\ufeff\n [{"a":1}]', { chunkBytes })).lines).toEqual(['{"a":1}']);
      expect((await converted('\ufeff{"a":1}\n', { chunkBytes })).lines).toEqual(['{"a":1}']);
      const table = await converted('\ufeff"text"\n"a"\n', { chunkBytes });
      expect(table.lines).toEqual(['{"text":"a"}']);
    }
  });

  test('numbers, escapes and space within strings stay as they were written', async () => {
    const { lines } = await converted(
      '[ {"a" : 1.0, "b":1e400,\r\n\t"c":12345678901234567890, "d":"\\u00e9 \\\\\\" ,]  x"} ]',
    );
    expect(lines).toEqual(['{"a" : 1.0, "b":1e400, "c":12345678901234567890, "d":"\\u00e9 \\\\\\" ,]  x"}']);
  });

  test('an element that is no JSON stays one line, for the check to tell', async () => {
    const { lines } = await converted(
      '[{"a":1},\n{"a": },\n{"b":"x\ny"},\n{"c":1} {"d":2},\n1\n2,,{"e":5},]',
    );
    expect(lines).toEqual(['{"a":1}', '{"a": }', '{"b":"x\ty"}', '{"c":1} {"d":2}', '1 2', '', '{"e":5}']);
    expect(() => JSON.parse(lines[2] as string)).toThrow('Bad control character');
  });

  test('an element of many megabytes is one line, told by its length', async () => {
    const { lines } = await converted(`[{"a":"${'x'.repeat(3 * MEGABYTE)}"},{"b":1}]`);
    expect(lines.map((line) => line.length)).toEqual([3 * MEGABYTE + 8, 7]);
  });

  test.each([
    ['[{"a":1},{"b":2', /the list ends without a \]; the file was cut off \(element 2, byte 16\)/],
    ['[{"a":1},{"b":"2', /ends inside a string/],
    ['[{"a":1},', /ends after a comma/],
    ['[', /ends without a \]/],
    ['[{"a":1]]', /\] where \} was expected \(element 1, byte 8\)/],
    ['[{"a":1}}', /\} where \] was expected/],
    ['[{"a":1}]\n{"b":2}', /text after the end of the list \(element 2, byte 11\)/],
  ])('%j is refused with the place', async (content, found) => {
    const problem = await refusal(content);
    expect(problem.code).toBe('container-broken');
    expect(problem.found).toMatch(found);
  });
});

test('a list of brackets alone is refused, whatever their number', async () => {
  expect((await refusal('['.repeat(20_000))).found).toMatch(/nested ten thousand deep/);
});

describe('gzip is unpacked within bounds', () => {
  const rows = '{"text":"a"}\n{"text":"b"}\n';

  test('of one member or several', async () => {
    expect(await rowsOf(gzipSync(rows))).toEqual([{ text: 'a' }, { text: 'b' }]);
    expect(await rowsOf(Buffer.concat([gzipSync(rows), gzipSync(rows)]))).toHaveLength(4);
    expect((await converted(gzipSync(''))).lines).toEqual([]);
  });

  test('a bomb is refused long before it is unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * MEGABYTE, '\n'));
    const source = memoryFile(bomb, 1024);
    let out = 0;
    const unpack = async () => {
      for await (const block of jsonLines(source, { container: 'jsonl', gzip: true })) out += block.length;
    };
    await expect(unpack()).rejects.toMatchObject({ code: 'container-too-large' });
    expect(out).toBeLessThanOrEqual(17 * MEGABYTE);
  });

  test('rows that repeat are no bomb', async () => {
    const repeated = gzipSync(`{"messages":[{"role":"user","content":"Hi"}]}\n`.repeat(50_000));
    expect((await converted(repeated)).lines).toHaveLength(50_000);
  });

  test.each([
    ['cut', (packed: Buffer) => packed.subarray(0, -9), /ends too early, after byte/],
    [
      'damaged',
      (packed: Buffer) => Buffer.concat([packed.subarray(0, -8), Buffer.alloc(8, 1)]),
      /damaged before byte/,
    ],
    ['cut in its header', (packed: Buffer) => packed.subarray(0, 5), /ends too early/],
  ])('a file that is %s is refused with the place', async (_, harm, found) => {
    const problem = await refusal(harm(gzipSync(rows)));
    expect(problem.code).toBe('container-broken');
    expect(problem.found).toMatch(found);
  });
});

describe('the source is read at the pace of the reader', () => {
  test('who takes one block and stops has not read the file, and the source is closed', async () => {
    for (const gzip of [false, true]) {
      const text = Buffer.from(`prompt,completion\n${'"some words",and more\n'.repeat(400_000)}`);
      const content = gzip ? gzipSync(text, { level: 0 }) : text;
      let read = 0;
      const end = { closed: false };
      const source = memoryFile(content);
      const watched = {
        ...source,
        async *chunks() {
          try {
            for await (const chunk of source.chunks()) {
              read += chunk.length;
              yield chunk;
            }
          } finally {
            end.closed = true;
          }
        },
      };
      for await (const block of jsonLines(watched, { container: 'csv', gzip })) {
        expect(block.length).toBeGreaterThan(0);
        break;
      }
      expect(read).toBeLessThan(MEGABYTE);
      for (let turn = 0; turn < 20 && !end.closed; turn += 1) await new Promise(setImmediate);
      expect(end.closed).toBe(true);
    }
  });

  test('what the source fails with passes as it is', async () => {
    const gone = new Error('gone');
    for (const container of ['jsonl', 'json-array', 'csv', 'parquet'] as const) {
      const source = {
        bytes: 100,
        // eslint-disable-next-line require-yield -- it fails at once
        async *chunks(): AsyncGenerator<Uint8Array> {
          throw gone;
        },
        range: async () => Promise.reject(gone),
      };
      const read = async () => {
        for await (const block of jsonLines(source, { container, gzip: false })) void block;
      };
      await expect(read()).rejects.toBe(gone);
    }
  });
});
