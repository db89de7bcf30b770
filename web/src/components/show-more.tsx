import { Button } from './button.tsx';

/** The foot of a paged list: asks for its next page; nothing where the last one is shown. */
export function ShowMore({
  list,
  words = 'Show more',
}: {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> };
  words?: string | undefined;
}) {
  if (!list.hasNextPage) return null;
  return (
    <div className="mt-4">
      <Button onClick={() => void list.fetchNextPage()} busy={list.isFetchingNextPage}>
        {words}
      </Button>
    </div>
  );
}
