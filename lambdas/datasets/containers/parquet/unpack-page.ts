/** Pages are unpacked to the length their header says and never beyond it. */
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { type Compressors, snappyUncompress } from 'hyparquet';
import { decompressLz4, decompressLz4Raw } from 'hyparquet-compressors';

/** Bytes in a memory of their own: a length that lies in them cannot reach what lies beside them. */
export const alone = (bytes: Uint8Array): Uint8Array =>
  bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes);

/**
 * Node's own for the three it has, which end at `maxOutputLength` (fzstd goes on as long as a page has blocks);
 * hyparquet's for the others, which fill a buffer of the right length. Snappy in JavaScript: its WebAssembly twin
 * keeps the memory of the largest page it ever met.
 */
export const unpackers: Compressors = {
  GZIP: (input, length) => alone(gunzip(input, length)),
  BROTLI: (input, length) => alone(brotliDecompressSync(input, { maxOutputLength: Math.max(1, length) })),
  ZSTD: (input, length) => alone(zstdDecompressSync(input, { maxOutputLength: Math.max(1, length) })),
  SNAPPY: (input, length) => {
    const output = new Uint8Array(length);
    snappyUncompress(input, output);
    return output;
  },
  LZ4: (input, length) => alone(decompressLz4(input, length)),
  LZ4_RAW: (input, length) => alone(decompressLz4Raw(input, length)),
};

/** Some writers of old put zlib's frame where gzip's belongs. */
function gunzip(input: Uint8Array, length: number): Uint8Array {
  const options = { maxOutputLength: Math.max(1, length) };
  return input[0] === 0x78 ? inflateSync(input, options) : gunzipSync(input, options);
}
