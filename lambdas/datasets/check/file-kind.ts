/** What the first bytes of well-known files are, by the words a person knows them by. */
const SIGNATURES: readonly [string, readonly number[]][] = [
  ['a zip archive (or an Excel or Word file)', [0x50, 0x4b, 0x03, 0x04]],
  ['an empty zip archive', [0x50, 0x4b, 0x05, 0x06]],
  ['a gzip archive', [0x1f, 0x8b]],
  ['a bzip2 archive', [0x42, 0x5a, 0x68]],
  ['an xz archive', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['a Zstandard archive', [0x28, 0xb5, 0x2f, 0xfd]],
  ['a 7-Zip archive', [0x37, 0x7a, 0xbc, 0xaf]],
  ['a Parquet file', [0x50, 0x41, 0x52, 0x31]],
  ['an Arrow file', [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31]],
  ['a PDF file', [0x25, 0x50, 0x44, 0x46]],
  ['a PNG image', [0x89, 0x50, 0x4e, 0x47]],
  ['UTF-16 text', [0xff, 0xfe]],
  ['UTF-16 text', [0xfe, 0xff]],
];

/** JSON never holds a NUL outside an escape; binary files hold one soon. */
const LOOKED_AT = 4096;

/** Why a file that begins so is not text, in words; nothing when it may be. */
export function notTextBecause(head: Buffer): string | undefined {
  for (const [name, signature] of SIGNATURES) {
    if (signature.every((byte, at) => head[at] === byte)) return name;
  }
  const zero = head.subarray(0, LOOKED_AT).indexOf(0);
  if (zero < 0) return undefined;
  // `{ NUL " NUL`: text of two bytes a character without a mark at its beginning.
  const zeros = head.subarray(0, LOOKED_AT).filter((byte) => byte === 0).length;
  return zeros > Math.min(head.length, LOOKED_AT) / 3 ? 'UTF-16 text' : 'a binary file';
}
