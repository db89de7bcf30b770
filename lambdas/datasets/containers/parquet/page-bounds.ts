/**
 * What an unpacked page says of itself, held against its bytes before hyparquet decodes it. Run lengths, deltas and
 * shared prefixes promise much in few bytes: a run of a thousand million takes six, and hyparquet writes it out.
 */
import type { DataPageHeader } from 'hyparquet';
import { deltaBinaryUnpack } from 'hyparquet/src/delta.js';
import { LIMITS } from '../../../../contracts/limits.ts';
import { ParquetDamage } from './damage.ts';

/** pyarrow puts a whole row group of short values, 1,048,576 rows by default, on one page. */
export const MOST_PAGE_VALUES = 4 * 1024 * 1024;

export const bitWidth = (value: number): number => 32 - Math.clz32(value);

function varint(bytes: Uint8Array, from: number, longest: number): { value: number; at: number } {
  let value = 0;
  for (let index = 0; index < longest; index += 1) {
    const byte = bytes[from + index];
    if (byte === undefined) throw new ParquetDamage('a page that ends early');
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, at: from + index + 1 };
  }
  throw new ParquetDamage('an integer without end');
}

/**
 * Runs of equal values and packed bits, as levels and dictionary indices are written: none may be longer than what
 * is still to come of at most so many values.
 */
export function checkRuns(bytes: Uint8Array, from: number, width: number, values: number): void {
  if (width > 32) throw new ParquetDamage('values of more than 32 bits');
  let at = from;
  for (let seen = 0; seen < values && at < bytes.length;) {
    const { value: head, at: next } = varint(bytes, at, 5);
    const count = Math.floor(head / 2);
    at = next;
    // Packed bits come in groups of eight, of which the last may be padding; some writers round a run up as well.
    if (head % 2 === 1) {
      if (count > (values - seen) / 8 + 64) throw new ParquetDamage('more values than the page has');
      // hyparquet takes a byte for a run of nothing too, and must be followed byte by byte.
      at += Math.max(1, count * width);
      seen += count * 8;
    } else {
      if (count > values - seen + 64) throw new ParquetDamage('more values than the page has');
      at += (width + 7) >> 3;
      seen += count;
    }
    if (at > bytes.length) throw new ParquetDamage('a page that ends early');
  }
}

/** 64-bit deltas: hyparquet reads their integers as they come, and one of a megabyte takes it minutes. */
function checkDeltas(bytes: Uint8Array, from: number, values: number): void {
  const block = varint(bytes, from, 5);
  const parts = varint(bytes, block.at, 5);
  const perPart = block.value / parts.value;
  if (!Number.isInteger(perPart) || perPart % 32 !== 0 || perPart === 0) {
    throw new ParquetDamage('deltas in blocks of a size there is not');
  }
  let { at } = varint(bytes, varint(bytes, parts.at, 5).at, 10);
  for (let seen = 1; seen < values;) {
    const widths = varint(bytes, at, 10).at;
    at = widths + parts.value;
    if (at > bytes.length) throw new ParquetDamage('a page that ends early');
    for (let part = 0; part < parts.value && seen < values; part += 1) {
      at += (perPart / 8) * (bytes[widths + part] as number);
      seen += perPart;
    }
  }
}

/** Texts that begin like the one before: each may repeat a megabyte with a byte. */
function checkPrefixes(bytes: Uint8Array, from: number, values: number): void {
  const prefixes = new Int32Array(values);
  deltaBinaryUnpack(
    { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: from },
    values,
    prefixes,
  );
  const sum = prefixes.reduce((total, length) => total + length, 0);
  if (sum > LIMITS.parquetPageBytes)
    throw new ParquetDamage('texts that repeat more than a page may hold', true);
}

/** The values of a page, after its levels. */
export function checkValues(
  bytes: Uint8Array,
  from: number,
  encoding: DataPageHeader['encoding'],
  { values, type, typeLength = 8 }: { values: number; type: string; typeLength: number | undefined },
): void {
  if (values <= 0) return;
  if (encoding === 'PLAIN_DICTIONARY' || encoding === 'RLE_DICTIONARY') {
    checkRuns(bytes, from + 1, bytes[from] ?? 0, values);
  } else if (encoding === 'RLE') {
    if (type !== 'BOOLEAN') throw new ParquetDamage('values in runs that are no truth values');
    checkRuns(bytes, from + 4, 1, values);
  } else if (encoding === 'DELTA_BINARY_PACKED' && type !== 'INT32') checkDeltas(bytes, from, values);
  else if (encoding === 'DELTA_BYTE_ARRAY') checkPrefixes(bytes, from, values);
  else if (
    encoding === 'BYTE_STREAM_SPLIT' &&
    type === 'FIXED_LEN_BYTE_ARRAY' &&
    values * typeLength > bytes.length
  ) {
    throw new ParquetDamage('a page that ends early');
  }
}
