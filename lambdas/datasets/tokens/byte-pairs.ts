/** Byte-pair merging that counts what is left instead of making tokens. */
import { pairHash, shiftOf, SLOT, type TokenizerTables } from './tokenizer-tables.ts';

/** Up to so many bytes the pair of the lowest rank is found by looking at all: cheaper than a heap, though quadratic. */
const SCANNED_BYTES = 96;

export class BytePairs {
  readonly #pairs: Int32Array;
  readonly #byteIds: Int32Array;
  readonly #shift: number;
  readonly #mask: number;
  readonly #ids = new Int32Array(SCANNED_BYTES);
  /** Where the pair that begins at each id lies in the hash, or -1. */
  readonly #slots = new Int32Array(SCANNED_BYTES);

  constructor({ pairs, byteIds }: Pick<TokenizerTables, 'pairs' | 'byteIds'>) {
    this.#pairs = pairs;
    this.#byteIds = byteIds;
    this.#shift = shiftOf(pairs);
    this.#mask = pairs.length / SLOT - 1;
  }

  /** How many tokens remain of the first `length` bytes when the pair of the lowest rank, leftmost first, is merged until none is left. */
  count(bytes: Uint8Array, length: number): number {
    if (length < 2) return length;
    return length <= SCANNED_BYTES ? this.#byScan(bytes, length) : this.#byHeap(bytes, length);
  }

  /** The place of a pair's slot in the hash, or -1 where it does not merge. */
  #find(left: number, right: number): number {
    const pairs = this.#pairs;
    let slot = pairHash(left, right) >>> this.#shift;
    for (;;) {
      const at = slot * SLOT;
      const held = pairs[at] as number;
      if (held === left && pairs[at + 1] === right) return at;
      if (held < 0) return -1;
      slot = (slot + 1) & this.#mask;
    }
  }

  #byScan(bytes: Uint8Array, length: number): number {
    const pairs = this.#pairs;
    const ids = this.#ids;
    const slots = this.#slots;
    for (let at = 0; at < length; at += 1) ids[at] = this.#byteIds[bytes[at] as number] as number;
    for (let at = 0; at + 1 < length; at += 1)
      slots[at] = this.#find(ids[at] as number, ids[at + 1] as number);
    let count = length;
    for (;;) {
      let best = 0x7fffffff;
      let place = -1;
      for (let at = 0; at + 1 < count; at += 1) {
        const slot = slots[at] as number;
        if (slot >= 0 && (pairs[slot + 2] as number) < best) {
          best = pairs[slot + 2] as number;
          place = at;
        }
      }
      if (place < 0) return count;
      ids[place] = pairs[(slots[place] as number) + 3] as number;
      count -= 1;
      for (let at = place + 1; at < count; at += 1) {
        ids[at] = ids[at + 1] as number;
        slots[at] = slots[at + 1] as number;
      }
      if (place > 0) slots[place - 1] = this.#find(ids[place - 1] as number, ids[place] as number);
      if (place + 1 < count) slots[place] = this.#find(ids[place] as number, ids[place + 1] as number);
    }
  }

  /** n log n: a line of a million letters without a space must not take hours. */
  #byHeap(bytes: Uint8Array, length: number): number {
    const pairs = this.#pairs;
    const ids = new Int32Array(length);
    const next = new Int32Array(length);
    const before = new Int32Array(length);
    for (let at = 0; at < length; at += 1) {
      ids[at] = this.#byteIds[bytes[at] as number] as number;
      next[at] = at + 1 < length ? at + 1 : -1;
      before[at] = at - 1;
    }
    const heap = new LeastFirst();
    /** A merged-away id is -1 and pairs with nothing. */
    const slotAt = (at: number): number => {
      const right = next[at] as number;
      return right < 0 || (ids[at] as number) < 0 ? -1 : this.#find(ids[at] as number, ids[right] as number);
    };
    const offer = (at: number) => {
      const slot = slotAt(at);
      if (slot >= 0) heap.push((pairs[slot + 2] as number) * PLACES + at);
    };
    for (let at = 0; at < length; at += 1) offer(at);
    let count = length;
    for (let item = heap.pop(); item !== undefined; item = heap.pop()) {
      const at = item % PLACES;
      const slot = slotAt(at);
      // What was offered before a neighbour merged is stale.
      if (slot < 0 || pairs[slot + 2] !== Math.floor(item / PLACES)) continue;
      const right = next[at] as number;
      ids[at] = pairs[slot + 3] as number;
      ids[right] = -1;
      const after = next[right] as number;
      next[at] = after;
      if (after >= 0) before[after] = at;
      count -= 1;
      offer(at);
      const left = before[at] as number;
      if (left >= 0) offer(left);
    }
    return count;
  }
}

/** Rank and place as one number, rank first: ranks stay below 2^20 in every vocabulary, so places have 2^32. */
const PLACES = 2 ** 32;

/** A binary heap of numbers. */
class LeastFirst {
  readonly #items: number[] = [];

  push(item: number): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((items[parent] ?? 0) <= item) break;
      items[at] = items[parent] ?? 0;
      at = parent;
    }
    items[at] = item;
  }

  pop(): number | undefined {
    const items = this.#items;
    const least = items[0];
    const last = items.pop();
    if (items.length === 0 || last === undefined) return least;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && (items[child + 1] ?? 0) < (items[child] ?? 0)) child += 1;
      if ((items[child] ?? 0) >= last) break;
      items[at] = items[child] ?? 0;
      at = child;
    }
    items[at] = last;
    return least;
  }
}
