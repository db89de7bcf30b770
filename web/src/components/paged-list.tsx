import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ShowMore } from './show-more.tsx';
import { ErrorState, QuietRows } from './states.tsx';

/** What a page of the API holds of a list. */
interface PageOf<Item> {
  items: readonly Item[];
}

/** The items that have come so far; undefined before the first page. */
export const itemsOf = <Item,>(list: { data?: InfiniteData<PageOf<Item>> | undefined }): Item[] | undefined =>
  list.data?.pages.flatMap((page) => page.items);

/**
 * A list that comes page by page, in each of its states: on its way, failed (what has come stays), empty, there, and
 * with more to ask for. `what` names it in the plural: "jobs".
 */
export function PagedList<Item>({
  list,
  what,
  quiet,
  nothing,
  more,
  children,
}: {
  list: UseInfiniteQueryResult<InfiniteData<PageOf<Item>>>;
  what: string;
  /** The lines to show before there is anything, and their widths in characters. */
  quiet: { rows: number; columns: readonly number[] };
  /** In place of the items where there are none. */
  nothing: ReactNode;
  /** The words of the button that asks for the next page. */
  more?: string;
  children: (items: readonly Item[]) => ReactNode;
}) {
  const items = itemsOf(list);
  return (
    <>
      {list.isError && (
        <ErrorState
          error={list.error}
          title={`The ${what} couldn’t be loaded.`}
          onRetry={() => void list.refetch()}
        />
      )}
      {list.isPending && <QuietRows {...quiet} label={`Loading the ${what}`} />}
      {items?.length === 0 && nothing}
      {items && items.length > 0 && children(items)}
      <ShowMore list={list} words={more} />
    </>
  );
}
