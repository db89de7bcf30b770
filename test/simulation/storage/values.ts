/** Attribute values as the document client gives and takes them: what is kept of them, their size, their order. */
import type { Row } from '../history/history.ts';

/** DynamoDB's names: S N BOOL NULL B, SS NS BS, L M. */
export type TypeName = 'S' | 'N' | 'BOOL' | 'NULL' | 'B' | 'SS' | 'NS' | 'BS' | 'L' | 'M';

export function invalid(message: string): Error {
  return Object.assign(new Error(message), { name: 'ValidationException' });
}

const isBinary = (value: unknown): value is Uint8Array => value instanceof Uint8Array;

/** Throws a `ValidationException` for what has no type there. */
export function typeOf(value: unknown): TypeName {
  if (value === null) return 'NULL';
  if (isBinary(value)) return 'B';
  if (value instanceof Set) {
    const [first] = value as Set<unknown>;
    if (first === undefined) throw invalid('An empty set is no value.');
    return `${typeOf(first)}S` as TypeName;
  }
  if (Array.isArray(value)) return 'L';
  switch (typeof value) {
    case 'string':
      return 'S';
    case 'number':
      if (Number.isFinite(value)) return 'N';
      break;
    case 'bigint':
      return 'N';
    case 'boolean':
      return 'BOOL';
    case 'object':
      return 'M';
  }
  throw invalid(`${String(value)} is no attribute value.`);
}

/** As it comes back from the wire: no undefined, no shared object; sets and bytes stay what they are. */
export function stored(value: unknown): unknown {
  switch (typeOf(value)) {
    case 'B':
      return Uint8Array.from(value as Uint8Array);
    case 'SS':
    case 'NS':
    case 'BS':
      return new Set([...(value as Set<unknown>)].map(stored));
    case 'L':
      return (value as unknown[]).map(stored);
    case 'M': {
      const map: Record<string, unknown> = {};
      for (const name in value as Row) {
        const item = (value as Row)[name];
        if (item !== undefined) map[name] = stored(item);
      }
      return map;
    }
    default:
      return value;
  }
}

const utf8 = (text: string) => Buffer.byteLength(text);

/** Bytes as DynamoDB counts them: names and values, a number by its digits, 3 bytes a list or map and 1 an element. */
export function sizeOf(value: unknown): number {
  switch (typeOf(value)) {
    case 'S':
      return utf8(value as string);
    case 'N':
      return Math.ceil(String(value).replace(/^-?0?\.?0*|[.]/g, '').length / 2) + 1;
    case 'B':
      return (value as Uint8Array).length;
    case 'SS':
    case 'NS':
    case 'BS':
      return [...(value as Set<unknown>)].reduce((sum: number, item) => sum + sizeOf(item), 0);
    case 'L':
      return (value as unknown[]).reduce((sum: number, item) => sum + 1 + sizeOf(item), 3);
    case 'M':
      return 3 + sizeOfRow(value as Row) + Object.keys(value as Row).length;
    default:
      return 1;
  }
}

/** Of a whole item; 0 where there is none. */
export function sizeOfRow(row: Row | undefined): number {
  let bytes = 0;
  for (const name in row) if (row[name] !== undefined) bytes += utf8(name) + sizeOf(row[name]);
  return bytes;
}

const ASCII = /^[\x20-\x7e]*$/;

/** Texts by their UTF-8 bytes, binaries by their bytes, numbers by value; below 0, 0 or above. */
export function order(a: unknown, b: unknown): number {
  if (isBinary(a) && isBinary(b)) return Buffer.compare(a, b);
  if (typeof a === 'string' && typeof b === 'string' && !(ASCII.test(a) && ASCII.test(b))) {
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  }
  return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0;
}

export function isEqual(a: unknown, b: unknown): boolean {
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  switch (type) {
    case 'B':
      return Buffer.compare(a as Uint8Array, b as Uint8Array) === 0;
    case 'SS':
    case 'NS':
    case 'BS': {
      const [left, right] = [[...(a as Set<unknown>)], [...(b as Set<unknown>)]];
      return (
        left.length === right.length && left.every((item) => right.some((other) => isEqual(item, other)))
      );
    }
    case 'L': {
      const [left, right] = [a as unknown[], b as unknown[]];
      return left.length === right.length && left.every((item, place) => isEqual(item, right[place]));
    }
    case 'M': {
      const [left, right] = [a as Row, b as Row];
      const names = Object.keys(left);
      return (
        names.length === Object.keys(right).length &&
        names.every((name) => right[name] !== undefined && isEqual(left[name], right[name]))
      );
    }
    default:
      return a === b;
  }
}

/** In DynamoDB's own notation, as its errors carry rows: the document client translates answers alone. */
function notated(value: unknown): unknown {
  const type = typeOf(value);
  switch (type) {
    case 'N':
      return { N: String(value) };
    case 'NULL':
      return { NULL: true };
    case 'SS':
    case 'BS':
      return { [type]: [...(value as Set<unknown>)] };
    case 'NS':
      return { NS: [...(value as Set<unknown>)].map(String) };
    case 'L':
      return { L: (value as unknown[]).map(notated) };
    case 'M':
      return { M: notatedRow(value as Row) };
    default:
      return { [type]: value };
  }
}

export const notatedRow = (row: Row): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, notated(value)]));
