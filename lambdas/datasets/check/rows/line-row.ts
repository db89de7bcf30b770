/** From a line's text to its row: what cannot be parsed is told apart before it is, and where it breaks. */
import { DATASET_ISSUES } from '../../../../contracts/dataset-issues.ts';
import { LIMITS } from '../../../../contracts/limits.ts';
import { excerptAround, isJson, whereJsonBreaks } from './json-break.ts';
import { nestsDeeperThan } from './nesting.ts';
import { readRow, type Row, type RowProblem } from './row.ts';

const OPENING_BRACE = 0x7b;
const OPENING_BRACKET = 0x5b;

/** A list is no row whatever is in it. A line of a megabyte of `[{},` would be 21 MB of objects in each thread. */
const LONG_LIST = 64 * 1024;
const isLongList = (text: string) => text.length > LONG_LIST && text.charCodeAt(0) === OPENING_BRACKET;

/** A line of a megabyte of `{},` as messages has 700,000 problems: with their places they would take 100 MB. */
const MOST_PLACES_OF_A_ROW = 1000;

/** Whether a line says nothing. Nearly all begin with a brace, and then nothing is copied to know it. */
export const isBlankLine = (text: string): boolean =>
  text.charCodeAt(0) !== OPENING_BRACE && text.trim() === '';

export interface LineRow extends Row {
  /** What the row offers its answers to call, as it stands there. */
  tools: readonly unknown[] | undefined;
}

/** The row of a line that is not blank; undefined where it has none, and then `problemOfLine` says why. */
export function rowOfLine(text: string): LineRow | undefined {
  if (nestsDeeperThan(text, LIMITS.datasetLineDepth)) return undefined;
  const value = valueOf(text);
  if (value === undefined) return undefined;
  const row = readRow(value, MOST_PLACES_OF_A_ROW);
  const tools =
    row.hasTools && typeof value === 'object' && value !== null && 'tools' in value ? value.tools : undefined;
  return Object.assign(row, { tools: Array.isArray(tools) ? tools : undefined });
}

/** The value of a line, undefined where it is no JSON; of a long list an empty one. */
function valueOf(text: string): unknown {
  if (isLongList(text)) return isJson(text) ? [] : undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A row can be trained on when none of its problems is an error and it has the form of its file. */
export const hasError = ({ problems }: Pick<Row, 'problems'>): boolean =>
  problems.some(({ code }) => DATASET_ISSUES[code].severity === 'error');

/** Why a line has no row. */
export function codeOfLine(text: string): 'too-deep' | 'not-json' {
  return nestsDeeperThan(text, LIMITS.datasetLineDepth) ? 'too-deep' : 'not-json';
}

export function problemOfLine(text: string, code: 'too-deep' | 'not-json'): RowProblem {
  if (code === 'too-deep') return { code, found: `more than ${LIMITS.datasetLineDepth} levels` };
  const at = whereJsonBreaks(text);
  return { code, column: at + 1, found: excerptAround(text, at) };
}

/** Why bytes are no text: the first that UTF-8 does not have, and what stands around it. */
export function problemOfBytes(bytes: Buffer): RowProblem {
  // What is no UTF-8 becomes U+FFFD; a file that holds that character itself is shown a place too early.
  const text = bytes.toString('utf8');
  const at = Math.max(0, text.indexOf('\ufffd'));
  return { code: 'not-utf8', column: at + 1, found: excerptAround(text, at) };
}
