import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { BY_LIST, cursorOf, LIST_SORT_KEY, listKey, sortKeyOf } from './dynamo-keys.ts';
import type { Documents } from './dynamo.ts';

export interface ListQuery<Item> {
  owner: string;
  /** As in `listKey`. */
  list: string;
  limit: number;
  cursor?: string | undefined;
  sort?: 'newest' | 'oldest';
  parse: (row: unknown) => Item;
  /** Rows a search leaves out. */
  keep?: (item: Item) => boolean;
}

/** A search reads at most so many rows a call; an answer may then be short and still carry a cursor. */
const ROWS_PER_SEARCH = 1000;

/** One page of a list. The cursor is the last row's sort key; the owner's part of the key is composed anew. */
export async function queryList<Item>(
  documents: Documents,
  table: string,
  query: ListQuery<Item>,
): Promise<{ items: Item[]; nextCursor?: string }> {
  const newestFirst = query.sort !== 'oldest';
  let after = query.cursor === undefined ? undefined : sortKeyOf(query.cursor, LIST_SORT_KEY);
  const { gsi1pk } = listKey(query.owner, query.list, '-', '-');
  const items: Item[] = [];
  for (let read = 0; read < ROWS_PER_SEARCH;) {
    const page = query.keep ? 100 : query.limit + 1;
    const { Items: rows = [], LastEvaluatedKey: more } = await documents.send(
      new QueryCommand({
        TableName: table,
        IndexName: BY_LIST,
        KeyConditionExpression: `gsi1pk = :list${after ? ` AND gsi1sk ${newestFirst ? '<' : '>'} :after` : ''}`,
        ExpressionAttributeValues: { ':list': gsi1pk, ...(after ? { ':after': after } : {}) },
        ScanIndexForward: !newestFirst,
        Limit: page,
      }),
    );
    for (const row of rows) {
      const item = query.parse(row);
      if (!query.keep || query.keep(item)) {
        if (items.length === query.limit) return { items, nextCursor: cursorOf(String(after)) };
        items.push(item);
      }
      after = String(row['gsi1sk']);
    }
    if (!more) return { items };
    read += rows.length;
  }
  return { items, nextCursor: cursorOf(String(after)) };
}
