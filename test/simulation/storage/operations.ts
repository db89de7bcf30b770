/** What the words of an expression do to values. */
import type { Row } from '../history/history.ts';
import { invalid, isEqual, order, sizeOf, typeOf } from './values.ts';

/** One step of a document path: an attribute's name, or a place in a list. */
export type Step = string | number;

export function compare(left: unknown, operator: string, right: unknown): boolean {
  // A missing attribute makes every comparison false, and so do two types; only "not equal" holds then.
  if (left === undefined || right === undefined) return operator === '<>';
  if (operator === '=') return isEqual(left, right);
  if (operator === '<>') return !isEqual(left, right);
  if (typeOf(left) !== typeOf(right)) return false;
  const sign = order(left, right);
  if (operator === '<') return sign < 0;
  if (operator === '<=') return sign <= 0;
  return operator === '>' ? sign > 0 : sign >= 0;
}

export function contains(whole: unknown, part: unknown): boolean {
  if (typeof whole === 'string') return typeof part === 'string' && whole.includes(part);
  if (whole instanceof Set || Array.isArray(whole)) return [...whole].some((item) => isEqual(item, part));
  return false;
}

/** `size`: characters of a text in bytes, elements of a collection. */
export function sizeFunction(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (value instanceof Set) return value.size;
  if (Array.isArray(value)) return value.length;
  const type = typeOf(value);
  if (type === 'M') return Object.keys(value as Row).length;
  return type === 'S' || type === 'B' ? sizeOf(value) : undefined;
}

/** The row with one place of it changed; maps and lists above it are copies. `undefined` takes the place away. */
export function withPlace(whole: unknown, steps: readonly Step[], value: unknown): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (typeof step === 'number') {
    if (!Array.isArray(whole))
      throw invalid('The document path provided in the update expression is invalid');
    const list = [...(whole as unknown[])];
    const next = withPlace(list[step], rest, value);
    if (next === undefined) list.splice(step, 1);
    else list[Math.min(step, list.length)] = next;
    return list;
  }
  const isMap = whole !== undefined && typeOf(whole) === 'M';
  if (!isMap) throw invalid('The document path provided in the update expression is invalid');
  const map: Record<string, unknown> = { ...(whole as Row) };
  const next = withPlace(map[step], rest, value);
  if (next === undefined) delete map[step];
  else map[step] = next;
  return map;
}

export function added(before: unknown, more: unknown): unknown {
  if (typeof more === 'number' && (before === undefined || typeof before === 'number')) {
    return (before ?? 0) + more;
  }
  if (more instanceof Set && (before === undefined || typeOf(before) === typeOf(more))) {
    const set = new Set((before as Set<unknown> | undefined) ?? []);
    for (const item of more) if (!contains(set, item)) set.add(item);
    return set;
  }
  throw invalid('An operand in the update expression has an incorrect data type');
}

/** Of a set; one that is empty then goes away itself. */
export function without(before: unknown, less: unknown): unknown {
  if (before === undefined) return undefined;
  if (!(less instanceof Set) || typeOf(before) !== typeOf(less)) {
    throw invalid('An operand in the update expression has an incorrect data type');
  }
  const left = [...(before as Set<unknown>)].filter((item) => !contains(less, item));
  return left.length > 0 ? new Set(left) : undefined;
}
