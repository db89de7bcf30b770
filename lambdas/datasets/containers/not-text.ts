/** What files that are no rows begin with, in the words a person knows them by, and what to do about them. */

const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];
const UNPACK = 'unpack it and upload what is inside';
const EXPORT = 'export it as CSV, Parquet or JSON Lines';
const AS_UTF8 = 'save it as UTF-8';
const WRONG_FILE = 'upload the file with the rows';

interface Signature {
  name: string;
  bytes: readonly number[];
  at?: number;
  cure: string;
}

/** The longer of two that begin alike comes first. */
const SIGNATURES: readonly Signature[] = [
  {
    name: 'a zip archive (or an Excel or Word file)',
    bytes: ascii('PK\x03\x04'),
    cure: `${UNPACK}, or ${EXPORT}`,
  },
  { name: 'an empty zip archive', bytes: ascii('PK\x05\x06'), cure: WRONG_FILE },
  { name: 'an old Excel or Word file', bytes: [0xd0, 0xcf, 0x11, 0xe0], cure: EXPORT },
  { name: 'a bzip2 archive', bytes: ascii('BZh'), cure: `${UNPACK}, or use gzip` },
  { name: 'an xz archive', bytes: ascii('\xfd7zXZ'), cure: `${UNPACK}, or use gzip` },
  { name: 'a Zstandard archive', bytes: [0x28, 0xb5, 0x2f, 0xfd], cure: `${UNPACK}, or use gzip` },
  { name: 'an LZ4 archive', bytes: [0x04, 0x22, 0x4d, 0x18], cure: `${UNPACK}, or use gzip` },
  { name: 'a 7-Zip archive', bytes: ascii('7z\xbc\xaf'), cure: UNPACK },
  { name: 'a RAR archive', bytes: ascii('Rar!'), cure: UNPACK },
  { name: 'a tar archive', bytes: ascii('ustar'), at: 257, cure: UNPACK },
  // These two are containers: whoever asks has looked for them already, or takes JSON Lines alone.
  { name: 'a gzip archive', bytes: [0x1f, 0x8b], cure: UNPACK },
  { name: 'a Parquet file', bytes: ascii('PAR1'), cure: 'write it as JSON Lines' },
  { name: 'an encrypted Parquet file', bytes: ascii('PARE'), cure: 'write it without encryption' },
  { name: 'an Arrow (Feather) file', bytes: ascii('ARROW1'), cure: 'write it as Parquet or JSON Lines' },
  { name: 'a Feather file', bytes: ascii('FEA1'), cure: 'write it as Parquet or JSON Lines' },
  { name: 'an Arrow stream', bytes: [0xff, 0xff, 0xff, 0xff], cure: 'write it as Parquet or JSON Lines' },
  { name: 'an ORC file', bytes: ascii('ORC'), cure: 'write it as Parquet or JSON Lines' },
  { name: 'an Avro file', bytes: ascii('Obj\x01'), cure: 'write it as Parquet or JSON Lines' },
  { name: 'an HDF5 file', bytes: ascii('\x89HDF'), cure: 'write it as Parquet or JSON Lines' },
  { name: 'a NumPy file', bytes: ascii('\x93NUMPY'), cure: 'write the rows as JSON Lines' },
  { name: 'an SQLite database', bytes: ascii('SQLite format 3'), cure: EXPORT },
  { name: 'a PDF file', bytes: ascii('%PDF'), cure: WRONG_FILE },
  { name: 'a PNG image', bytes: ascii('\x89PNG'), cure: WRONG_FILE },
  { name: 'a JPEG image', bytes: [0xff, 0xd8, 0xff], cure: WRONG_FILE },
  { name: 'a GIF image', bytes: ascii('GIF8'), cure: WRONG_FILE },
  { name: 'UTF-32 text', bytes: [0xff, 0xfe, 0x00, 0x00], cure: AS_UTF8 },
  { name: 'UTF-32 text', bytes: [0x00, 0x00, 0xfe, 0xff], cure: AS_UTF8 },
  { name: 'UTF-16 text', bytes: [0xff, 0xfe], cure: AS_UTF8 },
  { name: 'UTF-16 text', bytes: [0xfe, 0xff], cure: AS_UTF8 },
];

/** Text that is no rows, by its first words. */
const MARKUP: readonly { name: string; pattern: RegExp; cure: string }[] = [
  {
    name: 'an HTML page',
    pattern: /^<(!doctype\s+html|html|head|body)\b/i,
    cure: 'it may be a log-in or error page saved instead of the file: download the file again',
  },
  { name: 'an XML file', pattern: /^<\?xml\b/i, cure: EXPORT },
  {
    name: 'a pointer of Git LFS, not the file itself',
    pattern: /^version https:\/\/git-lfs\.github\.com\//,
    cure: 'fetch the file with `git lfs pull`',
  },
  { name: 'an RTF document', pattern: /^\{\\rtf/, cure: WRONG_FILE },
];

const LOOKED_AT = 4096;
/** Broken JSON Lines may hold a stray NUL or control character, told line by line; a binary file is full of them. */
const MOST_CONTROLS = 0.05;
const isControl = (byte: number) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d;

/** What a file that begins so is and what to do; nothing when its rows may be read as text. */
export function notTextBecause(head: Buffer): string | undefined {
  for (const { name, bytes, at = 0, cure } of SIGNATURES) {
    if (bytes.every((byte, index) => head[at + index] === byte)) return `${name}: ${cure}`;
  }
  const start = head.subarray(0, LOOKED_AT);
  const words = start
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  for (const { name, pattern, cure } of MARKUP) {
    if (pattern.test(words)) return `${name}: ${cure}`;
  }
  const zeros = start.filter((byte) => byte === 0).length;
  // `{ NUL " NUL`: two bytes a character without a mark at the beginning; four where three of four are NUL.
  if (zeros > start.length * 0.6) return `UTF-32 text or a binary file: ${AS_UTF8}`;
  if (zeros > start.length / 3) return `UTF-16 text: ${AS_UTF8}`;
  const isJson = words.startsWith('{') || words.startsWith('[');
  const controls = start.filter(isControl).length;
  if (controls > start.length * MOST_CONTROLS || (zeros > 0 && !isJson)) return `a binary file: ${EXPORT}`;
  return undefined;
}
