/** What a text file is, from its beginning: JSON Lines, however broken, a list, a table, or none of these. */
import { ROW_FIELDS as MAPPED_FIELDS } from '../../../contracts/dataset-cures.ts';
import type { DatasetContainer } from '../../../contracts/dataset-versions.ts';
import { tableDelimiter } from './delimiter.ts';

type TextKind = { container: Exclude<DatasetContainer, 'parquet'> } | { notRows: string };

/** Lines looked at for JSON Lines whose first ones are broken. */
const LINES = 50;
const ROW_FIELDS: ReadonlySet<string> = new Set([...MAPPED_FIELDS, 'conversations', 'tools']);

const isWhole = (line: string, opener: string): boolean => {
  if (!line.startsWith(opener)) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
};

/** `head` begins the file, without its mark; `isAll` says that it is the whole of it. */
export function textKindOf(head: Buffer, isAll: boolean): TextKind {
  const text = head.toString();
  const lines = text.split(/\r?\n/, LINES + 1).filter((line) => line.trim() !== '');
  const first = lines[0]?.trimStart() ?? '';
  if (first.startsWith('[')) return { container: isLinesOfLists(lines) ? 'jsonl' : 'json-array' };
  if (first.startsWith('{')) {
    const what = oneObject(lines, isAll);
    return what === undefined ? { container: 'jsonl' } : { notRows: what };
  }
  // An empty file is JSON Lines without a row, and told as empty.
  if (lines.length === 0 || hasObjectLines(lines.slice(1))) return { container: 'jsonl' };
  const delimiter = tableDelimiter(head, isAll);
  if (delimiter !== undefined) return { container: delimiter === '\t' ? 'tsv' : 'csv' };
  return {
    notRows: `text that is neither JSON nor a table, which begins “${first.slice(0, 60)}”: save the rows as JSON Lines, or as CSV with a header`,
  };
}

/** Rows as lists, one a line: each is told as no object, which one list over many lines would hide. */
const isLinesOfLists = (lines: readonly string[]): boolean =>
  lines.length > 1 && isWhole(lines[0] as string, '[') && (lines[1] as string).startsWith('[');

/** Cells of a table that hold objects are quoted or stand behind others: a line that is one is JSON Lines. */
const hasObjectLines = (lines: readonly string[]): boolean =>
  lines.some((line) => isWhole(line.trim(), '{')) ||
  lines.filter((line) => line.startsWith('{"')).length > lines.length / 2;

/** Why what begins with a brace is one object and not a line each; nothing where it may be JSON Lines. */
function oneObject(lines: readonly string[], isAll: boolean): string | undefined {
  const [first = '', ...rest] = lines;
  const begin = [first, ...rest.slice(0, 2)].join(' ').trim();
  const key = /^\{\s*"([^"]{1,40})"\s*:\s*\[\s*(\{|$)/.exec(begin)?.[1];
  const list = key === undefined || ROW_FIELDS.has(key) ? undefined : key;
  const what =
    list === undefined
      ? 'one JSON object over many lines: write each row on one line'
      : `one JSON object with a list in "${list}": save that list alone, as JSON Lines or a JSON array`;
  // A comma after each row, as in a list, makes every line wrong and the file no other.
  const isWholeLine = isWhole(first.trim().replace(/,$/, ''), '{');
  // In an object over many lines no line but an indented one is whole; broken JSON Lines have whole ones below.
  const isOpen = !isWholeLine && /[[{,:]$/.test(first.trim());
  if (isOpen && rest.length > 0 && !rest.some((line) => isWhole(line, '{'))) return what;
  const isOneLine = rest.length === 0 && list !== undefined;
  return isOneLine && (isWholeLine || !isAll) ? what : undefined;
}
