/** What an uploaded file is, from its content and never from its name. */
import type { DatasetContainer } from '../../../contracts/dataset-versions.ts';
import { ContainerProblem } from './container-problem.ts';
import type { FileSource } from './file-source.ts';
import { GZIP_HEAD_BYTES, beginningInside, isGzip } from './gzip.ts';
import { notTextBecause } from './not-text.ts';
import { textKindOf } from './text-kind.ts';

export interface Container {
  container: DatasetContainer;
  gzip: boolean;
}

/** Enough for the header of a table and its first records, and for fifty lines of most rows. */
export const HEAD_BYTES = 256 * 1024;
const PARQUET = 'PAR1';
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export const withoutMark = (head: Buffer): Buffer =>
  head.subarray(0, 3).equals(BYTE_ORDER_MARK) ? head.subarray(3) : head;

const begins = (bytes: Buffer, mark: string): boolean =>
  bytes.subarray(0, mark.length).toString('latin1') === mark;

/** Throws a `ContainerProblem` that says what the file is where it is nothing with rows. */
export async function detectContainer(source: FileSource): Promise<Container> {
  const packed = await source.range(0, HEAD_BYTES);
  const gzip = isGzip(packed);
  const inside = gzip ? beginningInside(packed) : packed;
  const head = inside.subarray(0, HEAD_BYTES);
  if (gzip && isGzip(head)) {
    throw new ContainerProblem('not-text', 'gzip within gzip: unpack it once');
  }
  if (begins(head, PARQUET)) {
    if (!gzip) await requireParquetEnd(source);
    return { container: 'parquet', gzip };
  }
  const within = gzip ? 'inside gzip, ' : '';
  const reason = notTextBecause(head);
  if (reason !== undefined) throw new ContainerProblem('not-text', within + reason);
  const isAll = gzip
    ? source.bytes <= GZIP_HEAD_BYTES && inside.length <= HEAD_BYTES
    : source.bytes <= packed.length;
  const kind = textKindOf(withoutMark(head), isAll);
  if ('notRows' in kind) throw new ContainerProblem('not-text', within + kind.notRows);
  return { container: kind.container, gzip };
}

async function requireParquetEnd(source: FileSource): Promise<void> {
  const end = await source.range(Math.max(0, source.bytes - PARQUET.length), PARQUET.length);
  if (source.bytes >= 12 && begins(end, PARQUET)) return;
  throw new ContainerProblem(
    'container-broken',
    'it begins as a Parquet file but has not the end of one: it was cut off, or is still being written',
  );
}
