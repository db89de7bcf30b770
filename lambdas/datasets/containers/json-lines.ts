/** Any container → JSON Lines, streaming: the consumer's pace is the reader's, and nothing is held but a block. */
import type { ColumnMapping } from '../../../contracts/dataset-cures.ts';
import { ContainerProblem, inMegabytes } from './container-problem.ts';
import { tableDelimiter } from './delimiter.ts';
import { type Container, HEAD_BYTES, withoutMark } from './detect-container.ts';
import type { FileSource } from './file-source.ts';
import { GZIP_HEAD_BYTES, beginningInside, gunzipped } from './gzip.ts';
import { jsonArrayLines } from './json-array-lines.ts';
import { withinDatasetBytes } from './line-blocks.ts';
import { parquetLines } from './parquet/parquet-lines.ts';
import { tableLines } from './table-lines.ts';

/** Parquet is read from its end; inside gzip it has to be unpacked first, into memory. */
const PARQUET_INSIDE_GZIP_BYTES = 64 * 1024 * 1024;

/** The rows of what `detectContainer` found. Throws a `ContainerProblem` where they cannot be read to the end. */
export function jsonLines(
  source: FileSource,
  kind: Container,
  options: { columns?: ColumnMapping | undefined } = {},
): AsyncIterable<Buffer> {
  return withinDatasetBytes(blocksOf(source, kind, options.columns));
}

async function* blocksOf(
  source: FileSource,
  { container, gzip }: Container,
  columns: ColumnMapping | undefined,
): AsyncGenerator<Buffer> {
  if (container === 'parquet') {
    yield* parquetLines(gzip ? await unpackedSource(source) : source, columns);
    return;
  }
  const chunks = afterMark(gzip ? gunzipped(source.chunks()) : source.chunks());
  if (container === 'jsonl') yield* asBuffers(chunks);
  else if (container === 'json-array') yield* jsonArrayLines(chunks);
  else {
    const packed = await source.range(0, gzip ? GZIP_HEAD_BYTES : HEAD_BYTES);
    const head = withoutMark((gzip ? beginningInside(packed) : packed).subarray(0, HEAD_BYTES));
    const delimiter =
      container === 'tsv' ? '\t' : (tableDelimiter(head, source.bytes <= packed.length) ?? ',');
    yield* tableLines(chunks, { head, delimiter, columns });
  }
}

async function* asBuffers(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

/** Leaves out the mark of UTF-8, wherever the first chunks are cut. */
async function* afterMark(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let begin: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (begin === undefined) yield chunk;
    else if (begin.length + chunk.length < 3) begin = Buffer.concat([begin, chunk]);
    else {
      yield withoutMark(Buffer.concat([begin, chunk]));
      begin = undefined;
    }
  }
  if (begin && begin.length > 0) yield begin;
}

async function unpackedSource(source: FileSource): Promise<FileSource> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of gunzipped(source.chunks())) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > PARQUET_INSIDE_GZIP_BYTES) {
      throw new ContainerProblem(
        'container-too-large',
        `a Parquet file of more than ${inMegabytes(PARQUET_INSIDE_GZIP_BYTES)} inside gzip: upload the Parquet file itself, it is compressed already`,
      );
    }
  }
  const whole = Buffer.concat(pieces);
  return {
    bytes,
    chunks: async function* () {
      yield whole;
    },
    range: async (from, length) => whole.subarray(from, from + length),
  };
}
