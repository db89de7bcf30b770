/** One page of a column, decoded by hyparquet once its bounds are checked. */
import type { DataPageHeader, DecodedArray, PageHeader } from 'hyparquet';
import { convert, convertWithDictionary } from 'hyparquet/src/convert.js';
import { decompressPage, readDataPage, readDataPageV2 } from 'hyparquet/src/datapage.js';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from 'hyparquet/src/schema.js';
import { ParquetDamage } from './damage.ts';
import { MOST_PAGE_VALUES, bitWidth, checkRuns, checkValues } from './page-bounds.ts';
import { alone, unpackers } from './unpack-page.ts';

export type Decoder = Parameters<typeof readDataPage>[2];

/** Levels say where rows and lists begin and what is null; empty ones say that nothing is. */
export interface Page {
  definitions: number[];
  repetitions: number[];
  values: DecodedArray;
  /** Values, nulls among them. */
  entries: number;
}

const mostLevels = (decoder: Decoder) => ({
  repetition: getMaxRepetitionLevel(decoder.schemaPath),
  definition: getMaxDefinitionLevel(decoder.schemaPath),
});

function requireValues(count: number): void {
  if (!(count >= 0)) throw new ParquetDamage('a page of less than no values');
  if (count > MOST_PAGE_VALUES) {
    throw new ParquetDamage(`a page of ${count.toLocaleString('en')} values`, true);
  }
}

export function readDictionary(bytes: Uint8Array, header: PageHeader, decoder: Decoder): DecodedArray {
  const count = header.dictionary_page_header?.num_values ?? -1;
  requireValues(count);
  const page = decompressPage(bytes, header.uncompressed_page_size, decoder.codec, unpackers);
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const { type, element } = decoder;
  return convert(readPlain({ view, offset: 0 }, type, count, element.type_length), decoder);
}

export function readPage(
  bytes: Uint8Array,
  header: PageHeader,
  decoder: Decoder,
  dictionary: DecodedArray | undefined,
): Page {
  const read = header.type === 'DATA_PAGE' ? readFirstKind : readSecondKind;
  const { data, encoding, entries } = read(bytes, header, decoder);
  return {
    definitions: data.definitionLevels ?? [],
    repetitions: data.repetitionLevels,
    values: convertWithDictionary(data.dataPage, dictionary, encoding, decoder),
    entries,
  };
}

/** Everything packed together; levels with their length before them. */
function readFirstKind(bytes: Uint8Array, header: PageHeader, decoder: Decoder) {
  const about = header.data_page_header;
  if (!about) throw new ParquetDamage('a page without its header');
  requireValues(about.num_values);
  const page = decompressPage(bytes, header.uncompressed_page_size, decoder.codec, unpackers);
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const { repetition, definition } = mostLevels(decoder);
  let at = 0;
  for (const level of [repetition, definition]) {
    if (level === 0) continue;
    const length = view.getUint32(at, true);
    checkRuns(page, at + 4, bitWidth(level), about.num_values);
    at += 4 + length;
    if (at > page.length) throw new ParquetDamage('a page that ends early');
  }
  checkValues(page, at, about.encoding, {
    values: definition === 0 ? about.num_values : notNull(page, repetition, definition, about),
    type: decoder.type,
    typeLength: decoder.element.type_length,
  });
  return { data: readDataPage(page, about, decoder), encoding: about.encoding, entries: about.num_values };
}

/** How many values there are at most; exactly, where the encoding has to be followed with the right number. */
function notNull(page: Uint8Array, repetition: number, definition: number, about: DataPageHeader): number {
  if (!about.encoding.startsWith('DELTA')) return about.num_values;
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const levels = new Uint8Array(about.num_values);
  const offset = repetition > 0 ? 4 + view.getUint32(0, true) : 0;
  readRleBitPackedHybrid({ view, offset }, bitWidth(definition), levels);
  return levels.filter((level) => level === definition).length;
}

/** Levels before the packed part, their lengths in the header. */
function readSecondKind(bytes: Uint8Array, header: PageHeader, decoder: Decoder) {
  const about = header.data_page_header_v2;
  if (!about) throw new ParquetDamage('a page without its header');
  requireValues(about.num_values);
  const { repetition, definition } = mostLevels(decoder);
  const { repetition_levels_byte_length: first, definition_levels_byte_length: second } = about;
  const levels = first + second;
  // Written so that a length that is missing is refused as well: hyparquet would look for it in the bytes.
  if (!(first >= 0 && second >= 0 && levels <= bytes.length && levels <= header.uncompressed_page_size)) {
    throw new ParquetDamage('a page that ends early');
  }
  if (repetition > 0) checkRuns(bytes, 0, bitWidth(repetition), about.num_values);
  if (definition > 0) checkRuns(bytes, first, bitWidth(definition), about.num_values);
  const rest = bytes.subarray(levels);
  const length = header.uncompressed_page_size - levels;
  const page =
    about.is_compressed === false ? alone(rest) : decompressPage(rest, length, decoder.codec, unpackers);
  checkValues(page, 0, about.encoding, {
    values: about.num_values - about.num_nulls,
    type: decoder.type,
    typeLength: decoder.element.type_length,
  });
  return {
    data: readDataPageV2(bytes, header, { ...decoder, compressors: { [decoder.codec]: () => page } }),
    encoding: about.encoding,
    entries: about.num_values,
  };
}
