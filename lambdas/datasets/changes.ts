/** What a repair did, row by row, beside the version that it made. */
import { type DatasetCure, RowChange } from '../../contracts/dataset-cures.ts';
import type { DatasetVersionRecord, MadeFrom } from '../../contracts/dataset-versions.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type * as z from 'zod';
import { gzipLines, pageOfLines } from './gzip-lines.ts';

export const changesFile = (changes: readonly RowChange[]): Buffer => gzipLines(changes);

/** One page of the changes, of one cure or of all. */
export async function changesPage(
  file: Buffer,
  { cure, ...page }: { cure?: DatasetCure | undefined; limit: number; offset: number },
): Promise<{ changes: RowChange[]; total: number }> {
  const ofCure =
    cure === undefined ? {} : { about: cure, keep: ({ cures }: RowChange) => cures.includes(cure) };
  const { items, total } = await pageOfLines(file, RowChange, { ...page, ...ofCure });
  return { changes: items, total };
}

/** Throws `version-not-repaired`, or `report-not-ready` while the repair goes on. */
export function requireRepaired({ madeFrom }: DatasetVersionRecord): z.infer<typeof MadeFrom> {
  if (!madeFrom) throw new ProblemError('version-not-repaired');
  if (!madeFrom.cures) throw new ProblemError('report-not-ready');
  return madeFrom;
}
