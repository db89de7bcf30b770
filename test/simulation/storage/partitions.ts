/** The rows of one table, and where its keys and its indexes keep them: in partitions, each in the order of its sort key. */
import type { Row } from '../history/history.ts';
import { order } from './values.ts';

/** Partition and sort key of a table or an index. */
export type KeyPair = readonly [partition: string, sort: string];

export const TABLE_KEY: KeyPair = ['pk', 'sk'];
/** As lib/data-stack.ts has them: sparse, of texts, each with the whole row. */
export const INDEXES: Readonly<Record<string, KeyPair>> = {
  'by-list': ['gsi1pk', 'gsi1sk'],
  unfinished: ['unfinishedShard', 'unfinishedAt'],
};

export const keyOf = (key: Row): string => `${String(key['pk'])} ${String(key['sk'])}`;
const isIn = ([partition, sort]: KeyPair, row: Row) =>
  row[partition] !== undefined && row[sort] !== undefined;

export class Partitions {
  readonly rows = new Map<string, Row>();
  readonly #places = new Map<string, Map<string, Row>>();

  put(row: Row): void {
    const key = keyOf(row);
    this.#leave(key);
    this.rows.set(key, row);
    for (const pair of [TABLE_KEY, ...Object.values(INDEXES)]) {
      if (!isIn(pair, row)) continue;
      const name = `${pair[0]} ${String(row[pair[0]])}`;
      const place = this.#places.get(name);
      if (place) place.set(key, row);
      else this.#places.set(name, new Map([[key, row]]));
    }
  }

  remove(key: string): void {
    this.#leave(key);
    this.rows.delete(key);
  }

  #leave(key: string): void {
    const row = this.rows.get(key);
    if (!row) return;
    for (const pair of [TABLE_KEY, ...Object.values(INDEXES)]) {
      this.#places.get(`${pair[0]} ${String(row[pair[0]])}`)?.delete(key);
    }
  }

  /** Of one partition, in the order of its sort key; rows that are alike there, by their own key. */
  of(pair: KeyPair, partition: unknown): Row[] {
    const rows = [...(this.#places.get(`${pair[0]} ${String(partition)}`)?.values() ?? [])];
    return rows.sort((a, b) => inOrder(pair, a, b));
  }
}

/** Which of two rows of a partition comes first. A key that is not (any more) a row's has its place all the same. */
export function inOrder([, sort]: KeyPair, a: Row, b: Row): number {
  return order(a[sort], b[sort]) || order(a['pk'], b['pk']) || order(a['sk'], b['sk']);
}
