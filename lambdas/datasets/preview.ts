/** Rows of a file as conversations, read from a piece of it; what is no row is shown as it stands. */
import { DATASET_ISSUES, type DatasetFile } from '../../contracts/dataset-issues.ts';
import type { PreviewRow } from '../../contracts/dataset-report.ts';
import { LIMITS, MEBIBYTE } from '../../contracts/limits.ts';
import { readRow, type RowProblem, type Turn } from './check/rows/row.ts';
import type { DatasetFiles } from './dataset-files.ts';
import { maskSecrets } from './sensitive/mask-secrets.ts';
import type { TokenCounter } from './tokens/token-counter.ts';

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
/** To find the end of a line that is longer still, so much is read in one call: 32 MiB take about half a second. */
const PIECES_TO_PASS = 16;
const RAW_CHARACTERS = 4000;

const NEWLINE = 0x0a;

/** The beginning of a line. A secret is looked for in twice the length, so that none is cut where it begins to show. */
function rawOf(bytes: Buffer): string {
  const text = bytes
    .subarray(0, 8 * RAW_CHARACTERS)
    .toString('utf8')
    .slice(0, 2 * RAW_CHARACTERS);
  return maskSecrets(text).slice(0, RAW_CHARACTERS);
}

const shown = (turn: Turn, tokens: number | undefined): PreviewRow['messages'][number] => ({
  role: turn.role,
  content: turn.content,
  learnt: turn.learnt,
  ...(tokens === undefined ? {} : { tokens }),
  ...(turn.toolCalls ? { toolCalls: turn.toolCalls } : {}),
  ...(turn.branch ? { branch: turn.branch } : {}),
});

/** Of a row that cannot be read the line itself shows what is wrong; ShareGPT can be read, and is shown converted. */
const isBroken = ({ code }: RowProblem) =>
  DATASET_ISSUES[code].severity === 'error' && code !== 'sharegpt-rows';

function conversation(
  bytes: Buffer,
  counter: TokenCounter,
): Pick<PreviewRow, 'tokens' | 'messages'> | undefined {
  if (bytes.length > LIMITS.datasetLineBytes) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
  const { turns, problems } = readRow(value);
  if (turns.length === 0 || problems.some(isBroken)) return undefined;
  const ofTurns = counter.exact ? counter.ofTurns(turns) : [];
  const messages = turns.map((turn, at) => shown(turn, ofTurns[at]));
  return { tokens: counter.exact ? counter.count(turns).total : null, messages };
}

export interface PreviewSource {
  file: DatasetFile;
  key: string;
  versionId: string;
  bytes: number;
}

/** Reads up to `limit` lines from `place` on: a page may begin at any line that the report names. */
export async function previewRows(
  files: Pick<DatasetFiles, 'range'>,
  source: PreviewSource,
  { afterByte, line, limit }: PreviewPlace & { limit: number },
  counter: TokenCounter,
): Promise<Preview> {
  if (afterByte >= source.bytes) return { rows: [] };
  // The byte before tells whether a line begins here.
  const lead = afterByte === 0 ? 0 : 1;
  const found = await files.range(source.key, source.versionId, afterByte - lead, PIECE_BYTES + lead);
  if (lead === 1 && found[0] !== NEWLINE) {
    const next = await nextLine(files, source, { afterByte, line });
    return next.afterByte < source.bytes ? { rows: [], next } : { rows: [] };
  }
  const piece = found.subarray(lead);
  const isLast = afterByte + piece.length >= source.bytes;
  const rows: PreviewRow[] = [];
  let at = 0;
  let number = line;
  while (at < piece.length && rows.length < limit && (at < PAGE_BYTES || rows.length === 0)) {
    const newline = piece.indexOf(NEWLINE, at);
    // Only a whole line is shown, or the beginning of one that is longer than the piece.
    if (newline < 0 && !isLast && at > 0) break;
    const end = newline < 0 ? piece.length : newline;
    const bytes = piece.subarray(at, end);
    const row = conversation(bytes, counter) ?? { tokens: null, messages: [], raw: rawOf(bytes) };
    rows.push({ file: source.file, line: number, byte: afterByte + at, ...row });
    at = newline < 0 ? piece.length : newline + 1;
    // Where the line does not end here, the next page begins within it, and passes over the rest.
    if (newline >= 0) number += 1;
  }
  const next = afterByte + at;
  return next < source.bytes ? { rows, next: { afterByte: next, line: number } } : { rows };
}

/** The end of a line that a page would begin within: so far as one call looks for it. */
async function nextLine(
  files: Pick<DatasetFiles, 'range'>,
  { key, versionId, bytes }: PreviewSource,
  { afterByte, line }: PreviewPlace,
): Promise<PreviewPlace> {
  let at = afterByte;
  for (let pieces = 0; pieces < PIECES_TO_PASS && at < bytes; pieces += 1) {
    const piece = await files.range(key, versionId, at, PIECE_BYTES);
    const newline = piece.indexOf(NEWLINE);
    if (newline >= 0) return { afterByte: at + newline + 1, line: line + 1 };
    if (piece.length === 0) break;
    at += piece.length;
  }
  return { afterByte: at, line };
}
