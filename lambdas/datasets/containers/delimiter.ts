/** Whether text is a table, and what stands between its cells. */
import { parse } from 'csv-parse/sync';
import { namesItself } from './columns.ts';

export type Delimiter = ',' | ';' | '\t';
/** Of equals the first is taken. */
const DELIMITERS: readonly Delimiter[] = [',', '\t', ';'];

/** Of the records that are looked at, so many have as many cells as the header: prose with commas has not. */
const EVENNESS = 0.8;
const MOST_RECORDS = 100;

interface Table {
  delimiter: Delimiter;
  header: string[];
  evenness: number;
  records: number;
}

const READING = {
  encoding: 'latin1',
  relax_quotes: true,
  relax_column_count: true,
  skip_empty_lines: true,
  to: MOST_RECORDS + 1,
} as const;

/** `head` begins the file, without its mark; `isAll` says that it is the whole of it. */
export function tableDelimiter(head: Buffer, isAll: boolean): Delimiter | undefined {
  const tables = DELIMITERS.flatMap((delimiter) => tableBy(delimiter, head, isAll) ?? []);
  const named = tables.filter(({ header }) => namesItself(header)).sort(byEvenness)[0];
  if (named) return named.delimiter;
  return tables
    .filter(({ header, records, evenness }) => header.length > 1 && records > 0 && evenness >= EVENNESS)
    .sort(byEvenness)[0]?.delimiter;
}

const byEvenness = (a: Table, b: Table) => b.evenness - a.evenness || b.header.length - a.header.length;

function tableBy(delimiter: Delimiter, head: Buffer, isAll: boolean): Table | undefined {
  const records = recordsOf(delimiter, head, isAll);
  const header = records[0]?.map((name) => Buffer.from(name, 'latin1').toString().trim());
  if (!header) return undefined;
  const rest = records.slice(1, isAll ? undefined : -1);
  const even = rest.filter((record) => record.length === header.length).length;
  return { delimiter, header, evenness: rest.length === 0 ? 1 : even / rest.length, records: rest.length };
}

/** The first records. A quote that the head leaves open ends them, which is no reason to read none. */
function recordsOf(delimiter: Delimiter, head: Buffer, isAll: boolean): string[][] {
  const records: string[][] = [];
  const take = (record: string[]) => {
    records.push(record);
    return null;
  };
  try {
    parse(head, { ...READING, delimiter, record_delimiter: recordDelimiters(head), on_record: take });
  } catch {
    if (isAll && records.length === 0) return [];
  }
  return records;
}

/** Spreadsheets of long ago end lines with a return alone; a lone return in newer text is part of a cell. */
export const recordDelimiters = (head: Buffer): string[] =>
  head.includes(0x0a) ? ['\r\n', '\n'] : ['\r\n', '\r'];
