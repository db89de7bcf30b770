import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parquetMetadata } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { ContainerProblem } from '../../../lambdas/datasets/containers/container-problem.ts';
import { checkRuns, checkValues } from '../../../lambdas/datasets/containers/parquet/page-bounds.ts';
import { thriftEnd } from '../../../lambdas/datasets/containers/parquet/thrift-bounds.ts';
import { converted } from './memory-file.ts';

const pyarrow = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, 'pyarrow', `${name}.parquet`));
const chat = '{"messages":[{"role":"user","content":"Hé, \\"you\\""},{"role":"assistant","content":"Yes"}]}';
const files: Record<string, Buffer> = {
  'JSON Lines': Buffer.from(`${chat}\n${chat}\n`),
  list: Buffer.from(JSON.stringify([JSON.parse(chat), JSON.parse(chat)], null, 1)),
  CSV: Buffer.from('\ufeffprompt,completion\r\n"a ""b""",c\r\n"é\n",d\r\n'),
  TSV: Buffer.from('question\tanswer\na\tb\nc\td\n'),
  gzip: gzipSync(`${chat}\n${chat}\n`),
  'CSV in gzip': gzipSync('text\n"a\nb"\n'),
  'Parquet deltas': pyarrow('deltas'),
  'Parquet snappy': pyarrow('chats-snappy'),
  'Parquet gzip': pyarrow('chats-gzip'),
  'Parquet plain': pyarrow('chats-none'),
};

/** Anything but rows or a problem that fits into a report is thrown; a hang fails by the time a test has. */
async function outcomeOf(bytes: Uint8Array): Promise<'rows' | 'problem'> {
  try {
    await converted(bytes);
    return 'rows';
  } catch (error) {
    if (error instanceof ContainerProblem && error.found.length <= 300) return 'problem';
    throw error;
  }
}

describe('whatever arrives, the answer is rows or a problem in words', () => {
  test.each(Object.entries(files))('%s, cut at every byte', async (_, bytes) => {
    const step = Math.ceil(bytes.length / 700);
    for (let length = 0; length < bytes.length; length += step) {
      expect(await outcomeOf(bytes.subarray(0, length))).toMatch(/^(rows|problem)$/);
    }
    expect(await outcomeOf(bytes)).toBe('rows');
  });

  test.each(Object.entries(files))('%s, with bytes changed, left out and put in', async (_, bytes) => {
    const change = fc.record({
      at: fc.nat(bytes.length - 1),
      without: fc.nat(4),
      put: fc.uint8Array({ maxLength: 4 }),
    });
    const changes = fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (harms) => {
      let harmed: Uint8Array = bytes;
      for (const { at, without, put } of harms) {
        harmed = Buffer.concat([harmed.subarray(0, at), put, harmed.subarray(at + without)]);
      }
      expect(await outcomeOf(harmed)).toMatch(/^(rows|problem)$/);
    });
    await fc.assert(changes, { numRuns: 300 });
  });

  test('bytes of no kind at all', async () => {
    const mark = fc.constantFrom('', '[', '{', '"', 'a,b\n', '\x1f\x8b\x08\0', 'PAR1');
    const bytes = fc.asyncProperty(mark, fc.uint8Array({ maxLength: 300 }), async (begin, rest) => {
      const outcome = await outcomeOf(Buffer.concat([Buffer.from(begin, 'latin1'), rest]));
      expect(outcome).toMatch(/^(rows|problem)$/);
    });
    await fc.assert(bytes, { numRuns: 1000 });
  });
});

describe('a Parquet file’s promises are held against its bytes', () => {
  test('a list of a thousand million elements in seven bytes', () => {
    // A struct, in it a list of structs, its length in five bytes, and nothing after them.
    expect(thriftEnd(Uint8Array.of(0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x03), 0, 100)).toBeUndefined();
  });

  test('an integer that never ends, and structures in structures', () => {
    expect(() => thriftEnd(new Uint8Array(1000).fill(0x96), 0, 100)).toThrow('an integer without end');
    expect(() => thriftEnd(new Uint8Array(1000).fill(0x1c), 0, 1000)).toThrow('nested too deeply');
    expect(() => thriftEnd(Uint8Array.of(0x19, 0x4c, 0, 0, 0, 0, 0), 0, 3)).toThrow('more structures');
  });

  test('a run of more values than the page has', () => {
    const equal = Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0x0f, 1);
    const packed = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 1);
    for (const run of [equal, packed]) expect(() => checkRuns(run, 0, 1, 1000)).toThrow('more values than');
    // A run of nothing takes a byte with it: what seems to follow it is hidden, and what is hidden is read.
    expect(() => checkRuns(Uint8Array.of(1, 20, ...equal), 0, 1, 1000)).toThrow('more values than');
    expect(() => checkRuns(Uint8Array.of(20, 1), 0, 1, 10)).not.toThrow();
  });

  test('in every page of a file, before it is decoded', async () => {
    // The lists' levels begin the first page of the first column: 4 bytes of their length, then their first run.
    const file = Buffer.from(pyarrow('chats-none'));
    const { row_groups: groups } = parquetMetadata(Uint8Array.from(file));
    const page = { view: new DataView(file.buffer, file.byteOffset), offset: 0 };
    page.offset = Number(groups[0]?.columns[0]?.meta_data?.data_page_offset);
    expect(parquetHeader(page).type).toBe('DATA_PAGE');
    file.set([0xfe, 0xff, 0xff, 0xff, 0x0f, 1], page.offset + 4);
    await expect(converted(file)).rejects.toMatchObject({
      code: 'container-broken',
      found: 'the Parquet file has, in row group 1, row 1, more values than the page has',
    });
  });

  test('a 64-bit difference of a megabyte', () => {
    const bytes = new Uint8Array(1_000_000).fill(0xff);
    bytes.set([0x80, 0x01, 4, 10, 2]);
    const about = { values: 10, type: 'INT64', typeLength: undefined };
    expect(() => checkValues(bytes, 0, 'DELTA_BINARY_PACKED', about)).toThrow('an integer without end');
  });
});
