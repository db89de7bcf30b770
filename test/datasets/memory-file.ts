import type { FileSource } from '../../lambdas/datasets/containers/file-source.ts';

/** A file in memory, in chunks as small as wanted: what matters must not hang on where they are cut. */
export function memoryFile(content: string | Uint8Array, chunkBytes = 64 * 1024): FileSource {
  const bytes = Buffer.from(content as Uint8Array);
  return {
    bytes: bytes.length,
    async *chunks() {
      for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
    },
    range: async (from, length) => bytes.subarray(from, from + length),
  };
}
