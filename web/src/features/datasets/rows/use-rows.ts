import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { previewDataset, type PreviewRow } from '../../../../../contracts/dataset-report.ts';
import { type DatasetVersion } from '../../../../../contracts/dataset-versions.ts';
import { call } from '../../../lib/api.ts';

/** Where a line begins. */
export interface RowPlace {
  file: PreviewRow['file'];
  line: number;
  byte: number;
}

type Asked = { from: { byte: number; line: number } } | { before: { byte: number; line: number } };

const PAGE = 20;
/** The first look backwards; a row is about 1 kB. It grows fourfold until it holds a whole line, at most 2 MB: twice the longest. */
const LOOK_BACK = 8 * 1024;
const MOST_BACK = 2 * 1024 * 1024;

/** The rows of a file from a place on, one at a time, in both directions. */
export function useRows(version: Pick<DatasetVersion, 'datasetId' | 'version'>, start: RowPlace) {
  const [line, setLine] = useState<number>();
  const path = { datasetId: version.datasetId, version: version.version };
  const read = async (byte: number, at: number, limit: number, signal: AbortSignal) =>
    (
      await call(
        previewDataset,
        { path, query: { file: start.file, afterByte: byte, line: at, limit } },
        { signal },
      )
    ).body;

  const preview = useInfiniteQuery({
    queryKey: ['datasets', previewDataset.id, path.datasetId, path.version, start],
    initialPageParam: { from: { byte: start.byte, line: start.line } } as Asked,
    queryFn: async ({ pageParam, signal }) =>
      'from' in pageParam
        ? read(pageParam.from.byte, pageParam.from.line, PAGE, signal)
        : {
            rows: await rowsBefore(pageParam.before, (byte, at, limit) => read(byte, at, limit, signal)),
            next: undefined,
          },
    getNextPageParam: (last): Asked | undefined =>
      last.next && { from: { byte: last.next.afterByte, line: last.next.line } },
    getPreviousPageParam: (first): Asked | undefined => {
      const top = first.rows[0];
      return top?.byte ? { before: { byte: top.byte, line: top.line } } : undefined;
    },
    staleTime: Infinity,
  });

  const rows = preview.data?.pages.flatMap((page) => page.rows) ?? [];
  const known = rows.findIndex((row) => row.line === (line ?? start.line));
  // A line that cannot be shown at all (blank) is passed over to the one after it.
  const at =
    known >= 0
      ? known
      : Math.max(
          0,
          rows.findIndex((row) => row.line > (line ?? start.line)),
        );
  const isBusy = preview.isFetchingNextPage || preview.isFetchingPreviousPage;

  return {
    preview,
    row: rows[at],
    hasNext: !isBusy && (at + 1 < rows.length || preview.hasNextPage),
    hasBefore: !isBusy && (at > 0 || preview.hasPreviousPage),
    async next() {
      if (isBusy) return;
      const known = rows[at + 1];
      if (known) return setLine(known.line);
      if (!preview.hasNextPage) return;
      const more = (await preview.fetchNextPage()).data?.pages.flatMap((page) => page.rows);
      const found = more?.[at + 1];
      if (found) setLine(found.line);
    },
    async before() {
      if (isBusy) return;
      const known = rows[at - 1];
      if (known) return setLine(known.line);
      if (!preview.hasPreviousPage) return;
      const here = rows[at];
      const more = (await preview.fetchPreviousPage()).data?.pages.flatMap((page) => page.rows);
      const found = more?.findLast((row) => here !== undefined && row.line < here.line);
      if (found) setLine(found.line);
    },
  };
}

type Page = { rows: PreviewRow[]; next?: { afterByte: number; line: number } | undefined };

/**
 * The rows that stand before a line. The API pages forward only, and where lines begin is not known: so it is read from
 * a little before, the first line, which begins in the middle, is dropped, and lines are numbered back from the known one.
 */
export async function rowsBefore(
  place: { byte: number; line: number },
  read: (byte: number, line: number, limit: number) => Promise<Page>,
): Promise<PreviewRow[]> {
  for (let back = LOOK_BACK; ; back *= 4) {
    const from = Math.max(0, place.byte - back);
    const found: PreviewRow[] = [];
    let page: Page = { rows: [], next: { afterByte: from, line: 1 } };
    let numberHere: number | undefined;
    while (page.next && numberHere === undefined) {
      page = await read(page.next.afterByte, page.next.line, 50);
      const here = page.rows.find((row) => row.byte === place.byte);
      numberHere = here?.line ?? (page.next?.afterByte === place.byte ? page.next.line : undefined);
      found.push(...page.rows.filter((row) => row.byte !== undefined && row.byte < place.byte));
      if (page.rows.some((row) => (row.byte ?? 0) > place.byte)) break;
    }
    const whole = from === 0 ? found : found.filter((row) => (row.byte ?? 0) > from);
    const isEnough = whole.length > 0 || from === 0 || back >= MOST_BACK;
    if (!isEnough) continue;
    const shift = numberHere === undefined ? 0 : place.line - numberHere;
    return numberHere === undefined ? [] : whole.map((row) => ({ ...row, line: row.line + shift }));
  }
}
