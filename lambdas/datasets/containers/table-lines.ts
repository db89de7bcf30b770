/** CSV and TSV → a line for each record, by csv-parse, a record of any other width than the header's told as such. */
import { Readable, pipeline } from 'node:stream';
import { CsvError, parse, type Parser } from 'csv-parse';
import type { ColumnMapping } from '../../../contracts/dataset-cures.ts';
import { LIMITS } from '../../../contracts/limits.ts';
import { jsonCell, rowText } from './cell-text.ts';
import { type MappedColumn, mappingOf } from './columns.ts';
import { ContainerProblem } from './container-problem.ts';
import { type Delimiter, recordDelimiters } from './delimiter.ts';
import { LineBlock } from './line-blocks.ts';

/** A record of more than a line's megabyte is told as too long; beyond this it is a quote that nobody closed. */
const RECORD_BYTES = 8 * LIMITS.datasetLineBytes;
/** A spreadsheet has 16,384 columns at most. */
const MOST_COLUMNS = 16_384;
/** What csv-parse is given at once: it hands on every record of it before anybody can say stop. */
const PIECE_BYTES = 64 * 1024;

interface TableReading {
  /** The beginning of the file. */
  head: Buffer;
  delimiter: Delimiter;
  columns: ColumnMapping | undefined;
}

/** The chunks begin with the header, after the mark of UTF-8. */
export async function* tableLines(
  chunks: AsyncIterable<Uint8Array>,
  { head, delimiter, columns }: TableReading,
): AsyncGenerator<Buffer> {
  const parser = parse({
    encoding: 'latin1',
    delimiter,
    record_delimiter: recordDelimiters(head),
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: RECORD_BYTES,
  });
  pipeline(Readable.from(pieces(chunks, parser), { highWaterMark: 1 }), parser, () => undefined);
  const block = new LineBlock();
  let table: RecordReader | undefined;
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      if (!table) {
        table = new RecordReader(record, columns);
        continue;
      }
      block.add(table.line(record));
      if (block.isFull) yield block.take();
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new ContainerProblem('container-broken', whatIsBroken(error, parser));
  }
  if (!block.isEmpty) yield block.take();
}

/** Small pieces, and a record without end stopped: cells without text count for nothing in csv-parse's own bound. */
async function* pieces(chunks: AsyncIterable<Uint8Array>, parser: Parser): AsyncGenerator<Buffer> {
  const { state } = parser as unknown as { state: { record: unknown[] } };
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      yield Buffer.from(chunk.buffer, chunk.byteOffset + at, Math.min(PIECE_BYTES, chunk.length - at));
      if (state.record.length > MOST_COLUMNS) {
        throw new ContainerProblem(
          'container-broken',
          `record ${recordIn(parser)} has more than ${MOST_COLUMNS.toLocaleString('en')} cells`,
        );
      }
    }
  }
}

/** Of the record that is being read, in the check's counting: the header is none. */
const recordIn = (parser: Parser): string => Math.max(1, parser.info.records).toLocaleString('en');

function whatIsBroken(error: CsvError, parser: Parser): string {
  const line = parser.info.lines.toLocaleString('en');
  const quote = `a quote (") that opens in record ${recordIn(parser)} is not closed`;
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return `${quote} until the file ends at line ${line}`;
  if (error.code === 'CSV_MAX_RECORD_SIZE') return `${quote} within 8 MB, at line ${line}`;
  return `record ${recordIn(parser)}, line ${line}: ${error.message}`;
}

class RecordReader {
  readonly #width: number;
  readonly #mapping: readonly MappedColumn[];
  #records = 0;

  constructor(header: readonly string[], columns: ColumnMapping | undefined) {
    this.#width = header.length;
    const names = header.map((name) => Buffer.from(name, 'latin1').toString().trim());
    this.#mapping = mappingOf(names, columns);
  }

  line(record: readonly string[]): string {
    this.#records += 1;
    if (record.length > this.#width) return this.#tooWide(record);
    return rowText(
      this.#mapping.flatMap(({ field, column, json, optional }) => {
        const cell = record[column];
        // A record that ends early misses fields, which the check tells by their names.
        if (cell === undefined || (cell === '' && optional)) return [];
        return [[field, json ? jsonCell(cell) : JSON.stringify(cell)] as const];
      }),
    );
  }

  /** Cutting it to the header's width would train on half an answer: it stays whole and is a row of no known form. */
  #tooWide(record: readonly string[]): string {
    const what = `record ${this.#records} has ${record.length} cells, the header ${this.#width} (text with a delimiter needs quotes)`;
    return rowText([[what, `[${record.map((cell) => JSON.stringify(cell)).join(',')}]`]]);
  }
}
