import { LIMITS, MEBIBYTE } from '../../../../../contracts/limits.ts';
import { bytes } from '../../../lib/format/numbers.ts';

/** What may be uploaded, in words and as the file dialog takes it. What a file really is, its bytes tell the check. */
export const FILE_WORDS = 'JSON Lines, a JSON array, CSV, TSV or Parquet; gzip is fine.';
export const ACCEPTED =
  '.jsonl,.ndjson,.json,.csv,.tsv,.txt,.parquet,.gz,application/jsonl,application/x-ndjson,application/json,text/csv,text/tab-separated-values,application/gzip';

/** How archives and spreadsheets begin; they are refused before anything is sent. */
const MAGIC: readonly { begins: readonly number[]; words: string }[] = [
  {
    begins: [0x50, 0x4b],
    words: 'This is an archive or a spreadsheet. Unpack it, or export it as CSV or JSON lines.',
  },
  { begins: [0x28, 0xb5, 0x2f, 0xfd], words: 'This file is compressed with zstd. Unpack it, or use gzip.' },
  { begins: [0x42, 0x5a, 0x68], words: 'This file is compressed with bzip2. Unpack it, or use gzip.' },
  { begins: [0xfd, 0x37, 0x7a, 0x58], words: 'This file is compressed with xz. Unpack it, or use gzip.' },
  { begins: [0x25, 0x50, 0x44, 0x46], words: 'This is a PDF. A dataset is a file of examples.' },
];

/** `500 MB`: as the limits are spoken of everywhere. */
export function limitWords(role: 'data' | 'validation'): string {
  return `${(role === 'data' ? LIMITS.datasetBytes : LIMITS.validationBytes) / MEBIBYTE} MB`;
}

/** What is wrong with a file before it is sent, in a sentence; undefined when it may be tried. */
export async function refuseFile(file: File, role: 'data' | 'validation'): Promise<string | undefined> {
  const limit = role === 'data' ? LIMITS.datasetBytes : LIMITS.validationBytes;
  if (file.size === 0) return 'The file is empty.';
  if (file.size > limit) {
    return `The file has ${bytes(file.size)}; ${role === 'data' ? 'a dataset' : 'a validation file'} may have ${limitWords(role)}.`;
  }
  let head: Uint8Array;
  try {
    head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  } catch {
    return 'The file can’t be read. It was moved or changed, or it is a folder.';
  }
  return MAGIC.find(({ begins }) => begins.every((byte, index) => head[index] === byte))?.words;
}

/** `support-replies` of `support-replies.csv.gz`: a name to begin with, at most 100 characters. */
export function nameOf(file: File): string {
  return (
    file.name
      .replace(/\.gz$/i, '')
      .replace(/\.(jsonl?|ndjson|txt|csv|tsv|parquet)$/i, '')
      .slice(0, 100)
      .trim() || 'dataset'
  );
}
