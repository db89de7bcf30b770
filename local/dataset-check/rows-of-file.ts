/** A file on this machine as JSON Lines: as it lies, or converted into a folder that is removed afterwards. */
import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ColumnMapping } from '../../contracts/dataset-cures.ts';
import { type Container, detectContainer } from '../../lambdas/datasets/containers/detect-container.ts';
import type { FileSource } from '../../lambdas/datasets/containers/file-source.ts';
import { jsonLines } from '../../lambdas/datasets/containers/json-lines.ts';
import type { CheckProgress } from './progress.ts';
import { UnreadableProblem } from './unreadable-problem.ts';

export interface RowsFile {
  source: FileSource;
  /** What it was. */
  container: Container;
}

const CHUNK_BYTES = 256 * 1024;

/** Throws where it cannot be read: it is not there, is a folder or nothing that has an end, or may not be read. */
export async function openFile(path: string): Promise<FileSource> {
  const found = await stat(path);
  if (found.isDirectory()) throw new UnreadableProblem(`${path} is a folder: name the file.`);
  if (!found.isFile()) throw new UnreadableProblem(`${path} is not a file: write it to one first.`);
  const handle = await open(path);
  await handle.close();
  return {
    bytes: found.size,
    chunks: () => createReadStream(path, { highWaterMark: CHUNK_BYTES }),
    async range(from, length) {
      const file = await open(path);
      try {
        const buffer = Buffer.alloc(Math.max(0, Math.min(length, found.size - from)));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
  };
}

/** Throws a `ContainerProblem` where there are no rows to read. */
export async function rowsOfFile(
  source: FileSource,
  to: { folder: string; name: string; columns: ColumnMapping | undefined; progress: CheckProgress },
): Promise<RowsFile> {
  const container = await detectContainer(source);
  if (container.container === 'jsonl' && !container.gzip) return { source, container };
  const path = join(to.folder, `${to.name}.jsonl`);
  let read = 0;
  const watched: FileSource = {
    ...source,
    async *chunks() {
      for await (const chunk of source.chunks()) {
        yield chunk;
        to.progress.show('unpacking', (read += chunk.length) / source.bytes);
      }
    },
  };
  const lines = jsonLines(watched, container, { columns: to.columns });
  await pipeline(Readable.from(lines, { objectMode: true }), createWriteStream(path));
  return { source: await openFile(path), container };
}
