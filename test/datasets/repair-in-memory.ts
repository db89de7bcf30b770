import type { DatasetCure, RepairOrder } from '../../contracts/dataset-cures.ts';
import { RowChange } from '../../contracts/dataset-cures.ts';
import type { FileSource } from '../../lambdas/datasets/containers/file-source.ts';
import { repairFiles, type RepairResult } from '../../lambdas/datasets/repair/repair-files.ts';
import { tokenCounter } from '../../lambdas/datasets/tokens/token-counter.ts';

/** Not exact: four characters are a token and a message costs four more, which tests can reckon with. */
const counter = tokenCounter({ tokenizer: 'by-length', contextLength: 100 });

const source = (bytes: Buffer, chunkBytes: number): FileSource => ({
  bytes: bytes.length,
  async *chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  },
  range: (from, length) => Promise.resolve(bytes.subarray(from, from + length)),
});

export interface Repaired extends RepairResult {
  data: Buffer;
  validation: Buffer | undefined;
}

/** A repair of files that are held in memory, read in chunks that end anywhere. */
export async function repaired(
  data: Buffer | string,
  cures: readonly DatasetCure[],
  more: { validation?: Buffer | string; chunkBytes?: number; order?: Partial<RepairOrder> } = {},
): Promise<Repaired> {
  const { chunkBytes = 37 } = more;
  const written = { data: [] as Buffer[], validation: [] as Buffer[] };
  const result = await repairFiles({
    data: source(Buffer.from(data), chunkBytes),
    validation: more.validation === undefined ? undefined : source(Buffer.from(more.validation), chunkBytes),
    order: { cures: [...cures], ...more.order },
    counter,
    write: {
      data: async (chunk) => void written.data.push(chunk),
      validation: async (chunk) => void written.validation.push(chunk),
    },
    onProgress: async () => undefined,
  });
  for (const change of result.changes) RowChange.parse(change);
  return {
    ...result,
    data: Buffer.concat(written.data),
    validation: more.validation === undefined ? undefined : Buffer.concat(written.validation),
  };
}

export const lines = (...rows: unknown[]): string =>
  rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join('');

/** The rows of a file that was written. */
export const rowsOf = (bytes: Buffer): unknown[] =>
  bytes
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
