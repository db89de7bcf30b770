/** gzip on the way in: unpacked as it streams, with a bound on what may come out. */
import { Readable, pipeline } from 'node:stream';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { LIMITS } from '../../../contracts/limits.ts';
import { ContainerProblem, inMegabytes } from './container-problem.ts';

export const isGzip = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b;

/** Told by its code: what zlib throws is of another realm's `Error` where a module runs in a context of its own. */
const isZlibError = (error: unknown): error is { code: string } =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  typeof error.code === 'string' &&
  error.code.startsWith('Z_');

/** Unpacks a stream, every member of it. Errors of the source itself pass as they are. */
export async function* gunzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let packed = 0;
  let unpacked = 0;
  const counted = async function* () {
    for await (const chunk of chunks) {
      packed += chunk.length;
      yield chunk;
    }
  };
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  // Errors arrive at the loop below through `gunzip` itself, which pipeline destroys with them.
  pipeline(Readable.from(counted(), { highWaterMark: 1 }), gunzip, () => undefined);
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      unpacked += chunk.length;
      refuseBomb(packed, unpacked);
      yield chunk;
    }
  } catch (error) {
    if (!isZlibError(error)) throw error;
    throw new ContainerProblem(
      'container-broken',
      error.code === 'Z_BUF_ERROR'
        ? `the gzip file ends too early, after byte ${packed.toLocaleString('en')}`
        : `the gzip file is damaged before byte ${packed.toLocaleString('en')}`,
    );
  }
}

function refuseBomb(packed: number, unpacked: number): void {
  if (unpacked > LIMITS.datasetBytes) {
    throw new ContainerProblem(
      'container-too-large',
      `the gzip file unpacks to more than ${inMegabytes(LIMITS.datasetBytes)}; split it`,
    );
  }
  if (unpacked > LIMITS.unpackedFreeBytes && unpacked > packed * LIMITS.unpackedRatio) {
    throw new ContainerProblem(
      'container-too-large',
      `the gzip file unpacks to more than ${LIMITS.unpackedRatio} times its size; upload the unpacked file if it is real`,
    );
  }
}

/** What is unpacked to look at it: cannot become more than 33 MB. */
export const GZIP_HEAD_BYTES = 32 * 1024;

/** The beginning of what is inside, from the beginning of the file; empty where that is damaged already. */
export function beginningInside(head: Buffer): Buffer {
  try {
    // A sync flush takes what is there of a stream that is cut in the middle.
    return gunzipSync(head.subarray(0, GZIP_HEAD_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}
