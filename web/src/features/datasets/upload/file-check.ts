import { LIMITS, MEBIBYTE } from '../../../../../contracts/limits.ts';
import { bytes } from '../../../lib/format/numbers.ts';

/** How archives and spreadsheets begin; they are refused before anything is sent. */
const MAGIC: readonly { begins: readonly number[]; words: string }[] = [
  {
    begins: [0x50, 0x4b],
    words: 'This is an archive or a spreadsheet. Unpack or export it first: one JSON object a line.',
  },
  { begins: [0x1f, 0x8b], words: 'This file is compressed. Unpack it first.' },
  { begins: [0x28, 0xb5, 0x2f, 0xfd], words: 'This file is compressed. Unpack it first.' },
  { begins: [0x50, 0x41, 0x52, 0x31], words: 'This is a Parquet file. Export it as JSON lines first.' },
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

/** `support-replies` of `support-replies.jsonl`: a name to begin with, at most 100 characters. */
export function nameOf(file: File): string {
  return (
    file.name
      .replace(/\.(jsonl?|ndjson|txt)$/i, '')
      .slice(0, 100)
      .trim() || 'dataset'
  );
}
