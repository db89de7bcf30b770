/** A Parquet file's table of contents, checked before it is believed. */
import {
  type ColumnMetaData,
  type FileMetaData,
  type SchemaTree,
  parquetMetadata,
  parquetSchema,
} from 'hyparquet';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';
import type { FileSource } from '../file-source.ts';
import { ParquetDamage, SourceFailure } from './damage.ts';
import { thriftEnd } from './thrift-bounds.ts';

/** Five thousand row groups of ten columns take 15 MB and 250,000 structures. */
const FOOTER_BYTES = 16 * 1024 * 1024;
const FOOTER_STRUCTS = 400_000;
const DEEPEST_COLUMN = 24;
const TAIL_BYTES = 8;
/** As long as decimal numbers get: hyparquet's time for them grows with the square. */
const DECIMAL_BYTES = 32;
const DECIMAL = 5;

/** A column of values: its place in every row group, and the way to it from the file's root. */
interface Leaf {
  index: number;
  schemaPath: SchemaTree[];
}

export interface Contents {
  metadata: FileMetaData;
  /** Columns as a person knows them. */
  columns: { name: string; tree: SchemaTree; leaves: Leaf[] }[];
}

export async function exactly(source: FileSource, from: number, length: number): Promise<Buffer> {
  if (from < 0 || length < 0 || from + length > source.bytes)
    throw new ParquetDamage('a place beyond the file’s end');
  const bytes = await source.range(from, length).catch((error: unknown) => {
    throw new SourceFailure(error);
  });
  if (bytes.length !== length) throw new ParquetDamage('fewer bytes than the file should have');
  return bytes;
}

export async function readContents(source: FileSource): Promise<Contents> {
  const tail = await exactly(source, source.bytes - TAIL_BYTES, TAIL_BYTES);
  if (tail.toString('latin1', 4) !== 'PAR1') throw new ParquetDamage('no end mark; it was cut off');
  const length = tail.readUInt32LE(0);
  if (length > FOOTER_BYTES) throw new ParquetDamage('a table of contents of more than 16 MB', true);
  const footer = Uint8Array.from(
    await exactly(source, source.bytes - TAIL_BYTES - length, length + TAIL_BYTES),
  );
  if (thriftEnd(footer.subarray(0, length), 0, FOOTER_STRUCTS) === undefined) {
    throw new ParquetDamage('a table of contents that ends early');
  }
  checkDecimals(deserializeTCompactProtocol({ view: new DataView(footer.buffer), offset: 0 }));
  const metadata = parquetMetadata(footer, { geoparquet: false });
  checkDepth(metadata);
  return { metadata, columns: columnsOf(parquetSchema(metadata)) };
}

/** Thrift's field numbers: 2 the schema (6 of an element: its old kind), 4.1 the columns of a group, 3.12 statistics. */
function checkDecimals(raw: Record<string, unknown>): void {
  type Struct = Record<string, unknown>;
  const list = (value: unknown): Struct[] => (Array.isArray(value) ? (value as Struct[]) : []);
  const kinds = list(raw['field_2']).filter((element) => element['field_1'] !== undefined);
  for (const group of list(raw['field_4'])) {
    list(group['field_1']).forEach((column, index) => {
      if (kinds[index]?.['field_6'] !== DECIMAL) return;
      const statistics = ((column['field_3'] as Struct | undefined)?.['field_12'] ?? {}) as Struct;
      const isLong = (value: unknown) => value instanceof Uint8Array && value.length > DECIMAL_BYTES;
      if (Object.values(statistics).some(isLong))
        throw new ParquetDamage('a decimal number of hundreds of digits');
    });
  }
}

/** Walked without recursion: the schema says itself how deep it goes. */
function checkDepth({ schema }: FileMetaData): void {
  const open: number[] = [];
  for (const { name, num_children: children = 0 } of schema) {
    if (name === undefined) throw new ParquetDamage('a column without a name');
    while (open.length > 0 && open.at(-1) === 0) open.pop();
    if (open.length > 0) open[open.length - 1] = (open.at(-1) as number) - 1;
    if (children > 0) open.push(children);
    if (open.length > DEEPEST_COLUMN) throw new ParquetDamage('columns nested too deeply');
  }
  if (open.some((missing) => missing > 0)) throw new ParquetDamage('fewer columns than it says');
}

function columnsOf(root: SchemaTree): Contents['columns'] {
  let index = 0;
  const leavesOf = (tree: SchemaTree, path: SchemaTree[]): Leaf[] =>
    tree.children.length === 0
      ? [{ index: index++, schemaPath: [...path, tree] }]
      : tree.children.flatMap((child) => leavesOf(child, [...path, tree]));
  return root.children.map((tree) => ({ name: tree.element.name, tree, leaves: leavesOf(tree, [root]) }));
}

/** Kinds whose values would be read wrongly, or in a time that grows with the square of a number's length. */
export function requireReadable({ schemaPath }: Leaf, chunk: ColumnMetaData): void {
  const { element } = schemaPath.at(-1) as SchemaTree;
  const isLongDecimal =
    element.converted_type === 'DECIMAL' &&
    (element.type === 'BYTE_ARRAY' || (element.type_length ?? 0) > DECIMAL_BYTES);
  const isVariant = schemaPath.some((tree) => tree.element.logical_type?.type === 'VARIANT');
  if (
    isLongDecimal ||
    isVariant ||
    element.converted_type === 'BSON' ||
    element.converted_type === 'INTERVAL'
  ) {
    const kind = isVariant ? 'VARIANT' : element.converted_type;
    throw new ParquetDamage(`values of the kind ${kind}, which is not read here; write them as text`);
  }
  if (element.type !== chunk.type) throw new ParquetDamage('a column of two kinds');
}
