/** Drops the oldest turns of a conversation until it fits. */
import { hasError } from '../check/rows/line-row.ts';
import { readRow } from '../check/rows/row.ts';
import { type Fields, isFields } from '../check/rows/row-fields.ts';

/** Whether a row, as it would be written, is short enough. */
export type Fits = (value: unknown) => boolean;

const roleOf = (message: unknown): unknown => (isFields(message) ? message['role'] : undefined);
const isSystem = (message: unknown): boolean =>
  roleOf(message) === 'system' || roleOf(message) === 'developer';

/**
 * What is said before the first question, and then each question with everything up to the next: an answer, or calls
 * of tools with their results. Such a part is dropped whole, so that no result lacks its call.
 */
function exchangesOf(messages: readonly unknown[]): unknown[][] {
  const exchanges: unknown[][] = [];
  for (const message of messages) {
    if (isSystem(message)) continue;
    const last = exchanges.at(-1);
    if (last === undefined || roleOf(message) === 'user') exchanges.push([message]);
    else last.push(message);
  }
  return exchanges;
}

/** Where the conversation stands: of a pair with both answers in lists of their own, it is the prompt. */
const listOf = (row: Fields): 'messages' | 'prompt' | undefined =>
  Array.isArray(row['messages']) ? 'messages' : Array.isArray(row['prompt']) ? 'prompt' : undefined;

/**
 * The row without as few of its oldest exchanges as it takes; the system messages and the last exchange stay whole.
 * Nothing where even that does not fit, or where nothing would be left to learn.
 */
export function shortenedRow(value: unknown, fits: Fits): unknown {
  if (!isFields(value)) return undefined;
  const name = listOf(value);
  const messages = name === undefined ? undefined : value[name];
  if (name === undefined || !Array.isArray(messages)) return undefined;
  const exchanges = exchangesOf(messages);
  const without = (dropped: number): unknown => {
    const gone = new Set(exchanges.slice(0, dropped).flat());
    const left = messages.filter((message) => !gone.has(message));
    return Object.fromEntries(
      Object.entries(value).map(([field, each]) => [field, field === name ? left : each]),
    );
  };
  let tooFew = 0;
  let enough = exchanges.length - 1;
  if (enough < 1 || !fits(without(enough))) return undefined;
  // Halving: a row of 1 MB may have 20,000 exchanges, and each try counts all tokens.
  while (enough - tooFew > 1) {
    const middle = (tooFew + enough) >> 1;
    if (fits(without(middle))) enough = middle;
    else tooFew = middle;
  }
  const shortened = without(enough);
  return hasError(readRow(shortened)) ? undefined : shortened;
}
