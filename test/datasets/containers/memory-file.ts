import type { ColumnMapping } from '../../../contracts/dataset-cures.ts';
import { ContainerProblem } from '../../../lambdas/datasets/containers/container-problem.ts';
import { type Container, detectContainer } from '../../../lambdas/datasets/containers/detect-container.ts';
import type { FileSource } from '../../../lambdas/datasets/containers/file-source.ts';
import { jsonLines } from '../../../lambdas/datasets/containers/json-lines.ts';

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

export interface Converted {
  kind: Container;
  lines: string[];
}

/** What a file becomes: the whole way, as the validator goes it. */
export async function converted(
  content: string | Uint8Array,
  { columns, chunkBytes }: { columns?: ColumnMapping; chunkBytes?: number } = {},
): Promise<Converted> {
  const source = memoryFile(content, chunkBytes);
  const kind = await detectContainer(source);
  const blocks: Buffer[] = [];
  for await (const block of jsonLines(source, kind, { columns })) blocks.push(block);
  const text = Buffer.concat(blocks).toString();
  return { kind, lines: text === '' ? [] : text.replace(/\n$/, '').split('\n') };
}

/** The rows of a file that converts, parsed. */
export const rowsOf = async (content: string | Uint8Array, columns?: ColumnMapping): Promise<unknown[]> =>
  (await converted(content, columns ? { columns } : {})).lines.map((line) => JSON.parse(line));

/** How a file that does not convert is refused. Anything but a `ContainerProblem` fails the test. */
export async function refusal(
  content: string | Uint8Array,
  columns?: ColumnMapping,
): Promise<ContainerProblem> {
  const outcome = await converted(content, columns ? { columns } : {}).catch((error: unknown) => error);
  if (outcome instanceof ContainerProblem) return outcome;
  throw new Error(`not refused: ${JSON.stringify(outcome)}`, { cause: outcome });
}
