/** Values of a Parquet column as the text of JSON; text is a string of bytes here (see `cell-text.ts`). */
import type { ParquetParsers } from 'hyparquet';
import { DEFAULT_PARSERS } from 'hyparquet/src/convert.js';
import { LIMITS } from '../../../../contracts/limits.ts';
import { asBytes } from '../cell-text.ts';

/**
 * Text as it lies in its page, made a string when its row is: strings of a whole page outlive the collections of young
 * memory, which grows to 140 MB then.
 */
export class PageText {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Also what a key of a map is called by. */
  toString(): string {
    const { buffer, byteOffset, byteLength } = this.#bytes;
    return Buffer.from(buffer, byteOffset, byteLength).toString('latin1');
  }
}

const textOf = (bytes: Uint8Array | undefined): PageText | undefined => bytes && new PageText(bytes);

export const PARSERS: ParquetParsers = {
  ...DEFAULT_PARSERS,
  stringFromBytes: textOf,
  jsonFromBytes: textOf,
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
  if (value instanceof PageText) return JSON.stringify(value.toString());
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
