import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import type { RowKey } from './dynamo-keys.ts';
import type { Documents } from './dynamo.ts';

/** A batch read takes at most so many keys. */
const KEYS_PER_BATCH = 100;
/** What a throttled batch leaves over is asked again so often; then the whole answer would be late anyway. */
const ROUNDS = 5;

/** The rows that exist of these keys, in no order; each key once. Throws when a table throttles through every round. */
export async function readRows(
  documents: Documents,
  table: string,
  keys: readonly RowKey[],
): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (let start = 0; start < keys.length; start += KEYS_PER_BATCH) {
    let left: Record<string, unknown>[] = keys
      .slice(start, start + KEYS_PER_BATCH)
      .map(({ pk, sk }) => ({ pk, sk }));
    for (let round = 0; left.length > 0; round += 1) {
      if (round === ROUNDS) throw new Error(`A batch was left over after ${ROUNDS} rounds.`);
      const answer = await documents.send(new BatchGetCommand({ RequestItems: { [table]: { Keys: left } } }));
      rows.push(...(answer.Responses?.[table] ?? []));
      left = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    }
  }
  return rows;
}
