/** The tables of a tokenizer as bytes: a header in JSON, then the integers; the hash is made again when it is read. */
import * as z from 'zod';
import { hashOfMerges, sharedInts, type TokenizerTables } from './tokenizer-tables.ts';

/** Rises with each change of the layout, so that what an older release wrote is passed over. */
export const TABLES_LAYOUT = 1;

const Header = z.object({
  layout: z.literal(TABLES_LAYOUT),
  words: z.enum(['gpt-2', 'llama-3', 'qwen-3']),
  composes: z.boolean(),
  added: z.array(z.string()),
  whole: z.array(z.string()),
  merges: z.int().nonnegative(),
});

const INT = 4;
const BYTES = 256;

export function tablesAsBytes(tables: TokenizerTables): Buffer {
  const { words, composes, added, whole, byteIds, merges } = tables;
  const header = Buffer.from(
    JSON.stringify({ layout: TABLES_LAYOUT, words, composes, added, whole, merges: merges.length }),
  );
  const length = Buffer.alloc(INT);
  length.writeUInt32LE(header.length);
  const ints = [byteIds, merges].map((array) =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength),
  );
  return Buffer.concat([length, header, ...ints]);
}

/** Throws where the bytes are not of this layout. */
export function tablesOfBytes(file: Buffer): TokenizerTables {
  const start = INT + file.readUInt32LE();
  const {
    words,
    composes,
    added,
    whole,
    merges: length,
  } = Header.parse(JSON.parse(file.subarray(INT, start).toString('utf8')));
  if (file.length !== start + (BYTES + length) * INT) throw new Error('A file of tokenizer tables is cut.');
  const byteIds = sharedInts(BYTES);
  const merges = sharedInts(length);
  Buffer.from(byteIds.buffer).set(file.subarray(start, start + BYTES * INT));
  Buffer.from(merges.buffer).set(file.subarray(start + BYTES * INT));
  return { words, composes, added, whole, byteIds, merges, pairs: hashOfMerges(merges) };
}
