/** A table that knows just the writes the ledger makes, and refuses every other: strict, not clever. */
import type { TransactWrite } from '../../lambdas/runtime/dynamo.ts';

type Row = Record<string, unknown>;

export function memoryTable() {
  const rows = new Map<string, Row>();
  const keyOf = (key: Row) => `${String(key['pk'])}|${String(key['sk'])}`;

  const holds = (row: Row | undefined, condition: string | undefined, values: Row): boolean => {
    if (condition === undefined) return true;
    if (condition === 'attribute_not_exists(pk)') return row === undefined;
    if (condition === 'attribute_not_exists(pk) OR committedUsdMicros <= :room') {
      return row === undefined || Number(row['committedUsdMicros']) <= Number(values[':room']);
    }
    throw new Error(`This table does not know the condition ${condition}`);
  };

  const updated = (row: Row, expression: string, names: Record<string, string>, values: Row): Row => {
    const parts = /^SET (.*) ADD (.*)$/.exec(expression);
    if (!parts) throw new Error(`This table does not know the update ${expression}`);
    const next = { ...row };
    const resolve = (name: string) => names[name] ?? name;
    for (const assignment of parts[1]!.split(', ')) {
      const [name, value] = assignment.split(' = ') as [string, string];
      next[resolve(name)] = values[value];
    }
    for (const addition of parts[2]!.split(', ')) {
      const [name, value] = addition.split(' ') as [string, string];
      next[resolve(name)] = Number(next[resolve(name)] ?? 0) + Number(values[value]);
    }
    return next;
  };

  return {
    get: (pk: string, sk: string): Row | undefined => rows.get(`${pk}|${sk}`),
    /** All or nothing, as DynamoDB; answers the places whose condition did not hold. Two items on one row are an error. */
    transact(items: readonly TransactWrite[]): number[] {
      const writes = items.map((item) => {
        const { Put: put, Update: update } = item;
        if (put) {
          const row = put.Item as Row;
          return { key: keyOf(row), condition: put.ConditionExpression, values: {}, apply: () => row };
        }
        if (!update) throw new Error('This table knows Put and Update alone');
        const key = update.Key as Row;
        const values = update.ExpressionAttributeValues as Row;
        return {
          key: keyOf(key),
          condition: update.ConditionExpression,
          values,
          apply: (row: Row | undefined) =>
            updated(
              row ?? key,
              String(update.UpdateExpression),
              (update.ExpressionAttributeNames ?? {}) as Record<string, string>,
              values,
            ),
        };
      });
      if (new Set(writes.map((write) => write.key)).size !== writes.length) {
        throw new Error('A transaction may touch a row once');
      }
      const failed = writes.flatMap((write, place) =>
        holds(rows.get(write.key), write.condition, write.values) ? [] : [place],
      );
      if (failed.length === 0)
        for (const write of writes) rows.set(write.key, write.apply(rows.get(write.key)));
      return failed;
    },
  };
}
