/**
 * Cells and keys as the text of a JSON line. Text is a string of bytes here (Latin-1, a character a byte): JSON's own
 * marks are ASCII, all others pass through untouched, at half the memory and none of the time of decoding.
 */
import { LIMITS } from '../../../contracts/limits.ts';

/** Text as the bytes of its UTF-8, one character each. */
export const asBytes = (text: string): string => Buffer.from(text).toString('latin1');

/** A cell that should hold JSON, on one line; as text where it does not, for the check to tell the wrong type. */
export function jsonCell(cell: string): string {
  const text = cell.trim();
  const first = text[0];
  if ((first !== '[' && first !== '{') || text.length > LIMITS.datasetLineBytes) return JSON.stringify(cell);
  try {
    JSON.parse(text);
  } catch {
    return JSON.stringify(cell);
  }
  // It parsed, so that its line feeds stand between tokens: a raw one in a string is no JSON.
  return text.replace(/[\r\n]+/g, ' ');
}

/** `{"field":value, …}` of what is there. */
export function rowText(fields: readonly (readonly [field: string, value: string])[]): string {
  return `{${fields.map(([field, value]) => `${JSON.stringify(field)}:${value}`).join(',')}}`;
}
