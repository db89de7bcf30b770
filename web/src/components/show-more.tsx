import { Button } from './button.tsx';

/** The foot of a paged list: asks for its next page; nothing where the last one is shown. */
export function ShowMore({
  list,
}: {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => Promise<unknown> };
}) {
  if (!list.hasNextPage) return null;
  return (
    <div className="mt-4">
      <Button onClick={() => void list.fetchNextPage()} busy={list.isFetchingNextPage}>
        Show more
      </Button>
    </div>
  );
}
