/** The texts of a row: everything a person wrote in it, wherever the form of the row has its place. */

import { isNumberText } from './exact-json.ts';

/** Fields whose text says what something is, not what somebody said. */
const STRUCTURE: ReadonlySet<string> = new Set([
  'role',
  'from',
  'type',
  'id',
  'tool_call_id',
  'name',
  'weight',
]);

type Change = (text: string) => string;

/** Tool calls hold their arguments as JSON in a text: the texts inside are changed, so that it stays JSON. */
function changedArguments(text: string, change: Change): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return change(text);
  }
  if (typeof value !== 'object') return change(text);
  const changed = changedTexts(value, change);
  return changed === value ? text : JSON.stringify(changed);
}

function changedList(list: readonly unknown[], change: Change): readonly unknown[] {
  let changed: unknown[] | undefined;
  for (const [at, item] of list.entries()) {
    const next = changedTexts(item, change);
    if (next !== item) (changed ??= [...list])[at] = next;
  }
  return changed ?? list;
}

function changedFields(fields: object, change: Change): object {
  let isChanged = false;
  const entries = Object.entries(fields).map(([name, value]): [string, unknown] => {
    const next = STRUCTURE.has(name)
      ? value
      : name === 'arguments' && typeof value === 'string'
        ? changedArguments(value, change)
        : changedTexts(value, change);
    isChanged ||= next !== value;
    return [name, next];
  });
  // From entries, because a field may be called `__proto__`.
  return isChanged ? Object.fromEntries(entries) : fields;
}

/** The value with each of its texts changed, fields in their order; the same object where no text was. */
export function changedTexts(value: unknown, change: Change): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return changedList(value, change);
  if (typeof value !== 'object' || value === null || isNumberText(value)) return value;
  return changedFields(value, change);
}
