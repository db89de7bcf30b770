/** Counts the tokens of a byte-level BPE tokenizer (`tokenizer.json`) without making them. */
import * as z from 'zod';

/** What of a `tokenizer.json` counting needs. Other kinds of tokenizer do not fit and are refused. */
export const TokenizerFile = z.object({
  added_tokens: z.array(z.object({ content: z.string().min(1) })),
  normalizer: z.null(),
  pre_tokenizer: z.object({
    type: z.literal('ByteLevel'),
    add_prefix_space: z.literal(false),
    use_regex: z.literal(true),
  }),
  model: z.object({
    type: z.literal('BPE'),
    ignore_merges: z.literal(false),
    vocab: z.record(z.string(), z.int()),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  }),
});
export type TokenizerFile = z.infer<typeof TokenizerFile>;

/** GPT-2's split into words, which `ByteLevel` with `use_regex` means. Its `\s` is Unicode white space. */
const WORDS =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** Printable stand-ins for bytes: GPT-2's table, in which vocabularies and merges are written. */
function byteLetters(): string[] {
  const printable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
}

/** Pairs of ids as one number: ids stay below 2^20 in every vocabulary in use. */
const ID_SPACE = 1 << 20;
/** Words repeat: with 100,000 of them kept, nine in ten lookups end here. Longer ones seldom come again. */
const KEPT_WORDS = 100_000;
const KEPT_LENGTH = 40;

export type CountTokens = (text: string) => number;

/** Makes the counting function. Text that spells an added token such as `<|end|>` counts as that one token. */
export function bytePairCounter(file: TokenizerFile): CountTokens {
  const { vocab, merges } = file.model;
  const idOf = (token: string) => {
    const id = vocab[token];
    if (id === undefined) throw new Error(`The tokenizer's vocabulary lacks ${JSON.stringify(token)}.`);
    return id;
  };
  const byteIds = Int32Array.from(byteLetters(), idOf);
  /** Pair → rank and merged id in one number; a lower rank merges first. */
  const ranks = new Map<number, number>();
  merges.forEach((merge, rank) => {
    const [left, right] = typeof merge === 'string' ? merge.split(' ', 2) : merge;
    if (left === undefined || right === undefined) throw new Error('A merge of the tokenizer has one side.');
    ranks.set(idOf(left) * ID_SPACE + idOf(right), rank * ID_SPACE + idOf(left + right));
  });
  const added = file.added_tokens.map(({ content }) => content);
  const anyAdded =
    added.length === 0
      ? undefined
      : new RegExp(
          added
            .toSorted((a, b) => b.length - a.length)
            .map((content) => content.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
            .join('|'),
        );
  const kept = new Map<string, number>();

  const countWord = (word: string): number => {
    const known = kept.get(word);
    if (known !== undefined) return known;
    const bytes = Buffer.from(word, 'utf8');
    const count = bytes.length === 1 ? 1 : merged(bytes, byteIds, ranks);
    if (word.length <= KEPT_LENGTH) {
      if (kept.size >= KEPT_WORDS) kept.clear();
      kept.set(word, count);
    }
    return count;
  };
  const countPlain = (text: string): number => {
    let count = 0;
    for (const word of text.match(WORDS) ?? []) count += countWord(word);
    return count;
  };
  return (text) => {
    if (!anyAdded?.test(text)) return countPlain(text);
    const pieces = text.split(anyAdded);
    return pieces.length - 1 + pieces.reduce((sum, piece) => sum + countPlain(piece), 0);
  };
}

/** How many tokens remain when the pair of the lowest rank, leftmost first, is merged until none is left. */
function merged(bytes: Uint8Array, byteIds: Int32Array, ranks: ReadonlyMap<number, number>): number {
  const ids = Int32Array.from(bytes, (byte) => byteIds[byte] ?? 0);
  return ids.length <= 32 ? mergedByScan(ids, ranks) : mergedByHeap(ids, ranks);
}

/** Quadratic, and the fastest for words. */
function mergedByScan(ids: Int32Array, ranks: ReadonlyMap<number, number>): number {
  let count = ids.length;
  for (;;) {
    let best = Infinity;
    let place = -1;
    for (let at = 0; at + 1 < count; at += 1) {
      const rank = ranks.get((ids[at] ?? 0) * ID_SPACE + (ids[at + 1] ?? 0));
      if (rank !== undefined && rank < best) {
        best = rank;
        place = at;
      }
    }
    if (place < 0) return count;
    ids[place] = best % ID_SPACE;
    ids.copyWithin(place + 1, place + 2, count);
    count -= 1;
  }
}

/** n log n: a line of a million letters without a space must not take hours. */
function mergedByHeap(ids: Int32Array, ranks: ReadonlyMap<number, number>): number {
  const next = Int32Array.from(ids, (_, at) => (at + 1 < ids.length ? at + 1 : -1));
  const before = Int32Array.from(ids, (_, at) => at - 1);
  const heap = new LeastFirst();
  const rankAt = (at: number): number | undefined => {
    const right = next[at] ?? -1;
    return right < 0 || ids[at] === -1 ? undefined : ranks.get((ids[at] ?? 0) * ID_SPACE + (ids[right] ?? 0));
  };
  const offer = (at: number) => {
    const rank = rankAt(at);
    // Rank first, then place: ranks stay below 2^20, a line's places below 2^21.
    if (rank !== undefined) heap.push(Math.floor(rank / ID_SPACE) * 2 ** 21 + at);
  };
  for (let at = 0; at < ids.length; at += 1) offer(at);
  let count = ids.length;
  for (let item = heap.pop(); item !== undefined; item = heap.pop()) {
    const at = item % 2 ** 21;
    const rank = rankAt(at);
    // What was offered before a neighbour merged is stale.
    if (rank === undefined || Math.floor(rank / ID_SPACE) !== Math.floor(item / 2 ** 21)) continue;
    const right = next[at] ?? -1;
    ids[at] = rank % ID_SPACE;
    ids[right] = -1;
    const after = next[right] ?? -1;
    next[at] = after;
    if (after >= 0) before[after] = at;
    count -= 1;
    offer(at);
    const left = before[at] ?? -1;
    if (left >= 0) offer(left);
  }
  return count;
}

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
