/**
 * Parquet → a line for each row, by hyparquet, a few rows of all wanted columns at a time. pandas writes a whole file
 * as one row group, so that not a row group but the pages that are open bound the memory.
 */
import type { RowGroup, SchemaTree } from 'hyparquet';
import { assembleNested } from 'hyparquet/src/assemble.js';
import type { ColumnMapping } from '../../../../contracts/dataset-cures.ts';
import { jsonCell, rowText } from '../cell-text.ts';
import { type MappedColumn, mappingOf } from '../columns.ts';
import { ContainerProblem } from '../container-problem.ts';
import type { FileSource } from '../file-source.ts';
import { LineBlock } from '../line-blocks.ts';
import { ColumnReader, PageBudget } from './column-reader.ts';
import { ParquetDamage, SourceFailure } from './damage.ts';
import { type Contents, readContents, requireReadable } from './footer.ts';
import { PageText, PARSERS, valueText } from './values.ts';

/** Rows put together at once: with a megabyte each the most that a step can hold. */
const STEP_ROWS = 64;

export async function* parquetLines(
  source: FileSource,
  columns: ColumnMapping | undefined,
): AsyncGenerator<Buffer> {
  const contents = await inWords('its table of contents', () => readContents(source));
  const mapping = mappingOf(
    contents.columns.map(({ name }) => name),
    columns,
  );
  const block = new LineBlock();
  const budget = new PageBudget();
  let row = 1;
  for (const [index, group] of contents.metadata.row_groups.entries()) {
    const place = `row group ${index + 1}`;
    const wanted = await inWords(place, async () => openColumns(source, contents, group, mapping, budget));
    const rows = Number(group.num_rows);
    for (let done = 0; done < rows; done += STEP_ROWS) {
      const count = Math.min(STEP_ROWS, rows - done);
      const lines = await inWords(`${place}, row ${row.toLocaleString('en')}`, () =>
        linesOf(wanted, count, mapping),
      );
      row += count;
      for (const line of lines) {
        block.add(line);
        if (block.isFull) yield block.take();
      }
    }
    for (const { readers } of wanted.values()) for (const { reader } of readers) reader.close();
  }
  if (!block.isEmpty) yield block.take();
}

interface OpenColumn {
  tree: SchemaTree;
  readers: { path: string; reader: ColumnReader }[];
}

function openColumns(
  source: FileSource,
  { columns }: Contents,
  group: RowGroup,
  mapping: readonly MappedColumn[],
  budget: PageBudget,
): Map<number, OpenColumn> {
  if (!(group.num_rows >= 0n)) throw new ParquetDamage('a row group of less than no rows');
  const open = new Map<number, OpenColumn>();
  for (const { column } of mapping) {
    const { tree, leaves } = columns[column] as Contents['columns'][number];
    const readers = leaves.map((leaf) => {
      const chunk = group.columns[leaf.index];
      if (chunk?.crypto_metadata) throw new ParquetDamage('an encrypted column; write it without encryption');
      if (chunk?.file_path || !chunk?.meta_data)
        throw new ParquetDamage('a column that lies in another file');
      requireReadable(leaf, chunk.meta_data);
      const path = (leaf.schemaPath.at(-1) as SchemaTree).path.join('.');
      return { path, reader: new ColumnReader(source, chunk.meta_data, leaf.schemaPath, budget) };
    });
    open.set(column, { tree, readers });
  }
  return open;
}

async function linesOf(
  open: ReadonlyMap<number, OpenColumn>,
  count: number,
  mapping: readonly MappedColumn[],
): Promise<string[]> {
  const values = new Map<number, unknown[]>();
  for (const [column, { tree, readers }] of open) {
    const parts = new Map<string, unknown[]>();
    for (const { path, reader } of readers) parts.set(path, await reader.take(count));
    if (tree.children.length > 0) assembleNested(parts, tree, PARSERS);
    const whole = parts.get(tree.path.join('.'));
    if (whole?.length !== count)
      throw new ParquetDamage(`a column "${tree.element.name}" that does not fit together`);
    values.set(column, whole);
  }
  return Array.from({ length: count }, (_, index) =>
    rowText(
      mapping.flatMap(({ field, column, json }) => {
        const value = values.get(column)?.[index];
        const text = json && value instanceof PageText ? jsonCell(value.toString()) : valueText(value);
        return text === undefined ? [] : [[field, text] as const];
      }),
    ),
  );
}

/**
 * hyparquet meets damage as whatever breaks first (an index out of range, a missing length): each is the file's
 * damage here, told with its place. Only what the source itself throws passes as it is.
 */
async function inWords<Result>(place: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof SourceFailure) throw error.cause;
    if (error instanceof ContainerProblem) throw error;
    const isTooLarge = error instanceof ParquetDamage && error.isTooLarge;
    const what = error instanceof ParquetDamage ? error.message : 'bytes that make no sense';
    throw new ContainerProblem(
      isTooLarge ? 'container-too-large' : 'container-broken',
      `the Parquet file has, in ${place}, ${what}`,
    );
  }
}
