import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { converted, refusal, rowsOf } from './memory-file.ts';

const written = (columnData: ColumnSource[], more: object = {}): Uint8Array =>
  new Uint8Array(parquetWriteBuffer({ columnData, ...more }));
const pyarrow = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, 'pyarrow', `${name}.parquet`));
const texts = (count: number, text: (row: number) => string) =>
  Array.from({ length: count }, (_, row) => text(row));

describe('a Parquet file becomes rows', () => {
  const rows = texts(5000, (row) => `row ${row}`);
  const pair: ColumnSource[] = [
    { name: 'prompt', data: rows, type: 'STRING' },
    { name: 'completion', data: rows.map((text) => text.toUpperCase()), type: 'STRING' },
  ];
  const expected = rows.map((prompt) => ({ prompt, completion: prompt.toUpperCase() }));

  test.each([
    ['without compression', { codec: 'UNCOMPRESSED' }],
    ['snappy', { codec: 'SNAPPY' }],
    ['gzip', { codec: 'GZIP', compressors: { GZIP: gzipSync } }],
    ['brotli', { codec: 'BROTLI', compressors: { BROTLI: brotliCompressSync } }],
    ['zstd', { codec: 'ZSTD', compressors: { ZSTD: zstdCompressSync } }],
    ['many row groups and pages', { rowGroupSize: 999, pageSize: 500 }],
  ])('%s', async (_, options) => {
    expect(await rowsOf(written(pair, options))).toEqual(expected);
  });

  test('inside gzip', async () => {
    const { kind, lines } = await converted(gzipSync(written(pair)));
    expect(kind).toEqual({ container: 'parquet', gzip: true });
    expect(lines).toHaveLength(5000);
  });

  test.each(['none', 'snappy', 'gzip', 'brotli', 'zstd', 'lz4'])(
    'chats as pyarrow writes them, %s',
    async (codec) => {
      const { lines } = await converted(pyarrow(`chats-${codec}`));
      expect(lines).toHaveLength(150);
      // Nulls are left out, a row without a chat is one without the field, and 2^60 + 4 keeps its last digit.
      expect(lines[3]).toBe('{}');
      const [user, assistant] = [
        '{"role":"user","content":"Où est 4? 👋","big":1152921504606846980}',
        '{"role":"assistant","content":"xxxx","weight":1}',
      ];
      expect(lines[4]).toBe(`{"messages":[${[user, assistant, user, assistant].join(',')}]}`);
      expect(lines.map((line) => JSON.parse(line).messages?.length)).toEqual(
        Array.from({ length: 150 }, (_, row) => (row === 3 ? undefined : 2 * ((row % 3) + 1))),
      );
    },
  );

  test('texts written as what differs from the one before', async () => {
    expect(await rowsOf(pyarrow('deltas'))).toEqual([
      { prompt: 'alpha', completion: 'a' },
      { prompt: 'alphabet', completion: 'b' },
      { completion: 'c' },
      { prompt: 'beta', completion: 'd' },
    ]);
  });

  test('values of every kind are JSON, and what JSON has not is left out', async () => {
    const instant = new Date('2026-01-02T03:04:05.678Z');
    const columns = {
      prompt: ['a'],
      completion: [9007199254740993n],
      system: [instant],
    };
    const file = written([
      { name: 'prompt', data: columns.prompt, type: 'STRING' },
      { name: 'completion', data: columns.completion, type: 'INT64' },
      { name: 'system', data: columns.system, type: 'TIMESTAMP' },
    ]);
    const { lines } = await converted(file);
    expect(lines).toEqual([
      `{"prompt":"a","completion":9007199254740993,"system":"${instant.toISOString()}"}`,
    ]);
    const numbers = written([{ name: 'text', data: [1.5, Number.NaN, -0.25], type: 'DOUBLE' }]);
    expect((await converted(numbers)).lines).toEqual(['{"text":1.5}', '{}', '{"text":-0.25}']);
  });

  test('chats as JSON in a column of text are JSON', async () => {
    const messages = '[{"role":"user","content":"é"}]';
    const file = written([{ name: 'messages', data: [messages, 'none'], type: 'STRING' }]);
    expect((await converted(file)).lines).toEqual([`{"messages":${messages}}`, '{"messages":"none"}']);
  });

  test('bytes that are not UTF-8 pass as they are, for the check to tell in their row', async () => {
    const file = written([{ name: 'text', data: [Uint8Array.of(0x61, 0xff)], type: 'BYTE_ARRAY' }]);
    expect((await converted(file)).lines).toEqual(['{"text":"a\ufffd"}']);
  });

  test('a file without rows has no lines, and one of other columns says which it has', async () => {
    expect((await converted(written([{ name: 'text', data: [], type: 'STRING' }]))).lines).toEqual([]);
    const problem = await refusal(
      written([
        { name: 'a', data: ['x'] },
        { name: 'b', data: ['y'] },
      ]),
    );
    expect(problem).toMatchObject({ code: 'columns-unknown', columns: ['a', 'b'] });
    const mapped = await rowsOf(
      written([
        { name: 'a', data: ['x'] },
        { name: 'b', data: ['y'] },
      ]),
      {
        prompt: 'a',
        completion: 'b',
      },
    );
    expect(mapped).toEqual([{ prompt: 'x', completion: 'y' }]);
  });
});

describe('a Parquet file that asks for too much is refused with the cure', () => {
  test('a page that unpacks to more than 64 MB', async () => {
    const huge = 'x'.repeat(70 * 1024 * 1024);
    const problem = await refusal(
      written([{ name: 'text', data: [huge], type: 'STRING' }], { statistics: false }),
    );
    expect(problem).toMatchObject({ code: 'container-too-large' });
    expect(problem.found).toMatch(
      /row group 1, row 1, a page that unpacks to more than 64 MB; write smaller/,
    );
  });

  test('a megabyte that is repeated without end', async () => {
    const long = 'x'.repeat(1024 * 1024 - 100);
    const file = written([{ name: 'text', data: texts(5000, () => long), type: 'STRING' }], {
      pageSize: 1e9,
    });
    expect(file.length).toBeLessThan(1024 * 1024);
    expect(await refusal(file)).toMatchObject({ code: 'container-too-large' });
  });

  test('a row longer than a line may be is one line, told by its length', async () => {
    const file = written([{ name: 'text', data: ['x'.repeat(3 * 1024 * 1024), 'y'], type: 'STRING' }]);
    expect((await converted(file)).lines.map((line) => line.length)).toEqual([1024 * 1024 + 1, 12]);
  });
});
