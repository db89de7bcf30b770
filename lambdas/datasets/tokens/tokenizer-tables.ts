/** A tokenizer as tables for counting: shared by threads without a copy, and written to a file as they are. */
import type { WordRule } from './tokenizer-file.ts';

export interface TokenizerTables {
  words: WordRule;
  /** Whether text is brought to Unicode's composed form before it is split. */
  composes: boolean;
  /** Texts that are one token wherever they stand, such as `<|im_end|>`. */
  added: readonly string[];
  /** Words that are one token although merging pairs would not end there. */
  whole: readonly string[];
  /** The token of each byte. */
  byteIds: Int32Array;
  /** left, right, merged of each merge; the earlier one goes first. */
  merges: Int32Array;
  /** Open-addressed hash of pairs: left, right, rank, merged in each slot; left is -1 in an empty one. */
  pairs: Int32Array;
}

export const SLOT = 4;

/** Spreads pairs of ids; both factors are odd, and the upper bits of a product are the mixed ones. */
export const pairHash = (left: number, right: number): number =>
  Math.imul(Math.imul(left, 0x9e3779b1) ^ right, 0x85ebca6b);

/** Memory that worker threads see without a copy. */
export const sharedInts = (length: number) => new Int32Array(new SharedArrayBuffer(length * 4));

/** How far the hash is shifted for a table of so many slots. */
export const shiftOf = (pairs: Int32Array): number => 32 - Math.log2(pairs.length / SLOT);

/** Slots are a power of two and at most five in eight are taken: 280,147 merges of Llama 3 fill 8 MB. */
export function hashOfMerges(merges: Int32Array): Int32Array {
  const count = merges.length / 3;
  let slots = 2;
  while (slots * 5 < count * 8) slots *= 2;
  const pairs = sharedInts(slots * SLOT).fill(-1);
  const shift = shiftOf(pairs);
  for (let rank = 0; rank < count; rank += 1) {
    const left = merges[3 * rank] ?? 0;
    const right = merges[3 * rank + 1] ?? 0;
    let slot = pairHash(left, right) >>> shift;
    while ((pairs[slot * SLOT] ?? 0) >= 0) slot = (slot + 1) & (slots - 1);
    pairs.set([left, right, rank, merges[3 * rank + 2] ?? 0], slot * SLOT);
  }
  return pairs;
}
