/** Values of a Parquet column as the text of JSON; text is a string of bytes here (see `cell-text.ts`). */
import type { ParquetParsers } from 'hyparquet';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { LIMITS } from '../../../../contracts/limits.ts';
import { asBytes } from '../cell-text.ts';

const bytesOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

export const PARSERS: ParquetParsers = {
  ...DEFAULT_PARSERS,
  stringFromBytes: bytesOf,
  jsonFromBytes: bytesOf,
  geometryFromBytes: (bytes) => bytes,
  geographyFromBytes: (bytes) => bytes,
};

/** Longer than a line may be, the text ends where it is: the check tells its length and never reads it. */
const ENOUGH = LIMITS.datasetLineBytes;

/** Nothing where there is nothing: nulls are left out of objects. */
export function valueText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
    case 'bigint':
      return value.toString();
    case 'number':
      return Number.isFinite(value) ? String(value) : undefined;
    case 'object':
      return value === null ? undefined : objectText(value);
    default:
      return undefined;
  }
}

function objectText(value: object): string | undefined {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : `"${value.toISOString()}"`;
  if (value instanceof Uint8Array)
    return `"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}"`;
  const isList = Array.isArray(value) || ArrayBuffer.isView(value);
  const parts: string[] = [];
  let length = 0;
  const add = (text: string) => {
    parts.push(text);
    length += text.length + 1;
  };
  if (isList) {
    for (const item of value as unknown as Iterable<unknown>) {
      if (length > ENOUGH) break;
      add(valueText(item) ?? 'null');
    }
    return `[${parts.join(',')}]`;
  }
  for (const [key, item] of Object.entries(value)) {
    if (length > ENOUGH) break;
    const text = valueText(item);
    if (text !== undefined) add(`${JSON.stringify(asBytes(key))}:${text}`);
  }
  return `{${parts.join(',')}}`;
}
