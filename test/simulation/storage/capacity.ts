/** What reads and writes consume, on demand: 4 KB a read unit, half where it may be late; 1 KB a write unit. */
import type { Row } from '../history/history.ts';
import { INDEXES } from './partitions.ts';
import { isEqual, sizeOfRow } from './values.ts';

interface Write {
  before: Row | undefined;
  after: Row | undefined;
}

export const readUnits = (bytes: number, isConsistent: boolean): number =>
  Math.max(1, Math.ceil(bytes / 4096)) * (isConsistent ? 1 : 0.5);

/** The larger of what was there and what is: a delete costs what it takes away. */
export const writeUnits = ({ before, after }: Write): number =>
  Math.max(1, Math.ceil(Math.max(sizeOfRow(before), sizeOfRow(after)) / 1024));

/**
 * Each index keeps the whole row, and is written beside it: once where its key stays and anything changed, once for a
 * row that comes or goes, twice where its key moves. A transaction's factor of two is not theirs.
 */
export function indexUnits(write: Write): number {
  const { before, after } = write;
  let units = 0;
  for (const [partition, sort] of Object.values(INDEXES)) {
    const place = (row: Row | undefined) =>
      row?.[partition] === undefined || row[sort] === undefined
        ? undefined
        : `${String(row[partition])} ${String(row[sort])}`;
    const [from, to] = [place(before), place(after)];
    if (from === undefined && to === undefined) continue;
    if (from === to) {
      if (!(before && after && isEqual(before, after))) units += writeUnits(write);
      continue;
    }
    if (from !== undefined) units += writeUnits({ before, after: undefined });
    if (to !== undefined) units += writeUnits({ before: undefined, after });
  }
  return units;
}
