/** Rows of a file as conversations, read from a piece of it. */
import type { DatasetFile } from '../../contracts/dataset-issues.ts';
import type { PreviewRow } from '../../contracts/datasets.ts';
import { LIMITS, MEBIBYTE } from '../../contracts/limits.ts';
import { readRow } from './check/row.ts';
import type { TokenCounter } from './tokens/token-counter.ts';
import type { DatasetFiles } from './dataset-files.ts';

export interface PreviewPlace {
  afterByte: number;
  /** The number of the line that begins there. */
  line: number;
}

export interface Preview {
  rows: PreviewRow[];
  next?: PreviewPlace;
}

/** Rows of a page; the gateway passes 6 MB of an answer, and nobody reads half a megabyte at once. */
const PAGE_BYTES = MEBIBYTE / 2;
/** Twice the longest line: one whole line is always inside. */
const PIECE_BYTES = 2 * LIMITS.datasetLineBytes;

const NEWLINE = 0x0a;

function previewRow(
  text: string,
  file: DatasetFile,
  line: number,
  counter: TokenCounter,
): PreviewRow | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { turns } = readRow(value);
  if (turns.length === 0) return undefined;
  return { file, line, tokens: counter.exact ? counter.count(turns).total : null, messages: turns };
}

/** Reads up to `limit` rows from `place` on. Lines that are no rows are passed over; the report names them. */
export async function previewRows(
  files: Pick<DatasetFiles, 'range'>,
  source: { file: DatasetFile; key: string; versionId: string; bytes: number },
  { afterByte, line, limit }: PreviewPlace & { limit: number },
  counter: TokenCounter,
): Promise<Preview> {
  if (afterByte >= source.bytes) return { rows: [] };
  const piece = await files.range(source.key, source.versionId, afterByte, PIECE_BYTES);
  const isLast = afterByte + piece.length >= source.bytes;
  const rows: PreviewRow[] = [];
  let at = 0;
  let number = line;
  while (at < piece.length && rows.length < limit && (at < PAGE_BYTES || rows.length === 0)) {
    const newline = piece.indexOf(NEWLINE, at);
    if (newline < 0 && !isLast) break;
    const end = newline < 0 ? piece.length : newline;
    if (end - at <= LIMITS.datasetLineBytes) {
      const text = piece
        .subarray(at, end)
        .toString('utf8')
        .replace(/^\uFEFF/, '');
      const row = previewRow(text, source.file, number, counter);
      if (row) rows.push(row);
    }
    at = end + 1;
    number += 1;
  }
  // A line longer than the piece cannot be shown, and where it ends is not known: the next page goes on within it.
  const moved = at > 0 ? at : piece.length;
  const next = afterByte + moved;
  return next < source.bytes ? { rows, next: { afterByte: next, line: number } } : { rows };
}
