/** One column of values of a row group, page by page: rows are taken as they are wanted, and a page is dropped when used. */
import type { ColumnMetaData, DecodedArray, PageHeader, SchemaTree } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';
import { assembleLists } from 'hyparquet/src/assemble.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import { LIMITS } from '../../../../contracts/limits.ts';
import type { FileSource } from '../file-source.ts';
import { ParquetDamage } from './damage.ts';
import { exactly } from './footer.ts';
import { type Decoder, type Page, readDictionary, readPage } from './page.ts';
import { thriftEnd } from './thrift-bounds.ts';
import { PARSERS } from './values.ts';

/** What one request brings: pages are 1 MB unpacked, and a request to S3 takes 20 ms whatever it brings up to that. */
const WINDOW_BYTES = 1024 * 1024;
const HEADER_STRUCTS = 64;
/** Lists in lists of one step: each takes some hundred bytes of memory while rows are put together. */
const MOST_STEP_VALUES = 256 * 1024;

/** Unpacked bytes that all columns of a file hold together. */
export class PageBudget {
  #held = 0;

  take(bytes: number): void {
    this.#held += bytes;
    if (this.#held > LIMITS.parquetPageBytes) {
      throw new ParquetDamage(
        'pages that unpack to more than 64 MB; write smaller pages or row groups',
        true,
      );
    }
  }

  give(bytes: number): void {
    this.#held -= bytes;
  }
}

const NOTHING: Page = { definitions: [], repetitions: [], values: [], entries: 0 };

export class ColumnReader {
  readonly #source: FileSource;
  readonly #budget: PageBudget;
  readonly #decoder: Decoder;
  readonly #mostDefinition: number;
  readonly #isRepeated: boolean;
  /** Where the next page begins, and where the column ends. */
  #at: number;
  readonly #end: number;
  #window: Buffer = Buffer.alloc(0);
  #windowAt = 0;
  #dictionary: DecodedArray | undefined;
  #dictionaryBytes = 0;
  #page: Page = NOTHING;
  #pageBytes = 0;
  /** Entries and values of the page that were taken. */
  #entry = 0;
  #value = 0;

  constructor(source: FileSource, chunk: ColumnMetaData, schemaPath: SchemaTree[], budget: PageBudget) {
    this.#source = source;
    this.#budget = budget;
    this.#decoder = {
      pathInSchema: chunk.path_in_schema,
      type: chunk.type,
      element: (schemaPath.at(-1) as SchemaTree).element,
      schemaPath,
      codec: chunk.codec,
      parsers: PARSERS,
    };
    this.#mostDefinition = getMaxDefinitionLevel(schemaPath);
    this.#isRepeated = getMaxRepetitionLevel(schemaPath) > 0;
    const { dictionary_page_offset: dictionary, data_page_offset: data } = chunk;
    // Some writers name a dictionary at 0 where there is none, or none where one stands before the data.
    this.#at = Number(dictionary && dictionary > 0n && dictionary < data ? dictionary : data);
    this.#end = this.#at + Number(chunk.total_compressed_size);
    if (this.#at < 4 || this.#end > source.bytes) throw new ParquetDamage('a place beyond the file’s end');
  }

  /** The next `rows` rows, lists within them put together. */
  async take(rows: number): Promise<unknown[]> {
    const output: unknown[] = [];
    let started = 0;
    let taken = 0;
    while (this.#isRepeated || started < rows) {
      if (this.#entry === this.#page.entries && !(await this.#nextPage())) break;
      const { repetitions, entries } = this.#page;
      let to = this.#entry;
      if (!this.#isRepeated) to = Math.min(entries, this.#entry + rows - started);
      else {
        // The row goes on until another begins, on the next page if need be.
        let begun = started;
        while (to < entries && (repetitions[to] !== 0 || begun < rows))
          begun += repetitions[to++] === 0 ? 1 : 0;
        started = begun;
      }
      if (to === this.#entry) break;
      taken += to - this.#entry;
      if (taken > MOST_STEP_VALUES)
        throw new ParquetDamage('rows with hundreds of thousands of list items', true);
      if (!this.#isRepeated) started += to - this.#entry;
      this.#assemble(output, to);
    }
    if (output.length !== rows) throw new ParquetDamage('fewer rows than the row group should have');
    return output;
  }

  /** Gives back what it holds of the budget. */
  close(): void {
    this.#budget.give(this.#pageBytes + this.#dictionaryBytes);
    this.#pageBytes = this.#dictionaryBytes = 0;
    this.#page = NOTHING;
  }

  #assemble(output: unknown[], to: number): void {
    const { definitions, repetitions, values } = this.#page;
    const levels = definitions.slice(this.#entry, to);
    const starts = repetitions.slice(this.#entry, to);
    const isValue = (level: number) => level === this.#mostDefinition;
    const count = definitions.length > 0 ? levels.filter(isValue).length : to - this.#entry;
    const found = values.slice(this.#value, this.#value + count);
    const rows = assembleLists(output, levels, starts, found, this.#decoder.schemaPath) as unknown[];
    // Where nothing is nested or null the values are the rows.
    if (rows !== output) for (const row of rows) output.push(row);
    this.#entry = to;
    this.#value += count;
  }

  async #nextPage(): Promise<boolean> {
    this.#budget.give(this.#pageBytes);
    this.#pageBytes = 0;
    this.#page = NOTHING;
    this.#entry = this.#value = 0;
    while (this.#at < this.#end) {
      const { header, bytes } = await this.#read();
      if (header.type === 'INDEX_PAGE') continue;
      this.#budget.take(header.uncompressed_page_size);
      if (header.type === 'DICTIONARY_PAGE') {
        this.#budget.give(this.#dictionaryBytes);
        this.#dictionaryBytes = header.uncompressed_page_size;
        this.#dictionary = readDictionary(bytes, header, this.#decoder);
        continue;
      }
      this.#pageBytes = header.uncompressed_page_size;
      this.#page = readPage(bytes, header, this.#decoder, this.#dictionary);
      if (this.#page.entries > 0) return true;
    }
    return false;
  }

  /** The header of the page at `#at` and its packed bytes, in a memory of their own. */
  async #read(): Promise<{ header: PageHeader; bytes: Uint8Array }> {
    const header = await this.#header();
    const { compressed_page_size: packed, uncompressed_page_size: unpacked } = header;
    if (!(packed >= 0 && unpacked >= 0)) throw new ParquetDamage('a page of less than nothing');
    if (this.#at + packed > this.#end) throw new ParquetDamage('a page beyond its column’s end');
    if (unpacked > LIMITS.parquetPageBytes || packed > LIMITS.parquetPageBytes) {
      throw new ParquetDamage(
        'a page that unpacks to more than 64 MB; write smaller pages or row groups',
        true,
      );
    }
    const bytes = Uint8Array.from(await this.#bytes(packed));
    this.#at += packed;
    return { header, bytes };
  }

  async #header(): Promise<PageHeader> {
    for (let wanted = 4096; ; wanted *= 4) {
      const length = Math.min(wanted, this.#end - this.#at);
      const bytes = await this.#bytes(length);
      const end = thriftEnd(bytes, 0, HEADER_STRUCTS);
      if (end !== undefined) {
        const own = Uint8Array.from(bytes.subarray(0, end));
        this.#at += end;
        return parquetHeader({ view: new DataView(own.buffer), offset: 0 });
      }
      // Statistics may hold the longest text of the page.
      if (length < wanted || wanted > 16 * WINDOW_BYTES)
        throw new ParquetDamage('a page header that ends early');
    }
  }

  /** `length` bytes from `#at` on, out of a window of more. */
  async #bytes(length: number): Promise<Buffer> {
    const from = this.#at - this.#windowAt;
    if (from < 0 || from + length > this.#window.length) {
      const more = Math.min(Math.max(length, WINDOW_BYTES), this.#end - this.#at);
      this.#window = await exactly(this.#source, this.#at, more);
      this.#windowAt = this.#at;
    }
    const start = this.#at - this.#windowAt;
    return this.#window.subarray(start, start + length);
  }
}
