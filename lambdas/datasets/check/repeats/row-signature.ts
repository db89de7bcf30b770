/**
 * What a row says, in 43 numbers: near duplicates are told by comparing these (MinHash with one permutation). Each run
 * of three words is hashed once; the hash's rest says in which of 40 bins it falls, and a bin keeps its least hash. The
 * share of equal bins of two rows estimates how many runs of three words they have in common.
 *
 * No library does it: of those on npm minhash 0.0.9 takes 1.1 MB/s on one core, minhashjs 1.0.1 0.5 and simhash-js
 * 1.0.0 2.8 (32 bits, no index); bloom-filters 3.0.4 takes 6.6 MB/s of runs that are hashed already and has no index.
 * All want the words as strings, and their indexes hold an object a row. This takes 190 MB/s.
 */
import type { Turn } from '../rows/row.ts';

/**
 * A byte each in the index: with 32, the estimate for rows of 100 words is out by 0.06, with 48 by 0.04. With 40, pairs
 * that differ in one to four words are found as often as with 48 (20,000 of them, of 20 to 150 words: single lengths and
 * distances up to 5 points apart, to either side), and a file of 500 MB takes 4 MB less.
 */
export const BINS = 40;
/** Before the bins: 64 bits of all words in order, and how many words there are. */
export const WHOLE = 0;
export const WHOLE_TOO = 1;
export const WORDS = 2;
export const FIRST_BIN = 3;
export const SIGNATURE_LENGTH = FIRST_BIN + BINS;
/** What an empty bin holds. */
export const EMPTY = 0xffffffff;
/** In a shorter row one other word is another meaning, so it has no bins: only case and punctuation may differ. */
export const FEWEST_WORDS_FOR_BINS = 18;

/** Held here: looked up on a global for each character, it is most of the time in a context of its own (jest). */
const { imul } = Math;

/**
 * Each UTF-16 unit → 0 where it parts words, else its lower case. Letters, digits and halves of surrogate pairs make
 * words, and so do signs that change what is said (2 + 2 is not 2 - 2): those are left as they are.
 */
const FOLDED = Uint16Array.from({ length: 0x10000 }, (_, unit) => {
  const character = String.fromCharCode(unit);
  if (unit >= 0xd800 && unit < 0xe000) return unit;
  if (/[\p{L}\p{N}\p{M}]/u.test(character)) return character.toLowerCase().charCodeAt(0);
  return /[\p{S}%&@#/\\]/u.test(character) && !/[`^´¨]/.test(character) ? unit : 0;
});

/**
 * Scripts that write no spaces, where each character counts as a word: Thai to Khmer have few signs a word, Han and
 * kana about two. Hangul writes spaces.
 */
const isUnspaced = (unit: number) =>
  (unit >= 0x3040 && unit <= 0x9fff) ||
  (unit >= 0x0e00 && unit <= 0x0eff) ||
  (unit >= 0x1000 && unit <= 0x109f) ||
  (unit >= 0x1780 && unit <= 0x17ff) ||
  (unit >= 0xf900 && unit <= 0xfaff);

/** Written over by each row: a worker reads one row at a time, and an array a row would be 140 MB of garbage. */
const made = new Uint32Array(SIGNATURE_LENGTH);
const madeShort = made.subarray(0, FIRST_BIN);
const bins = made.subarray(FIRST_BIN);
let whole = 0;
let wholeToo = 0;
let words = 0;
let oneBefore = 0;
let twoBefore = 0;

/** All words of a text: the loop that four seconds for 500 MB are spent in, so it holds its state in locals. */
function text(content: string): void {
  const { length } = content;
  let [order, orderToo, count, before, beforeThat, hash] = [whole, wholeToo, words, oneBefore, twoBefore, 0];
  for (let at = 0; at <= length; at += 1) {
    // One step beyond the end parts the last word.
    const unit = at < length ? (FOLDED[content.charCodeAt(at)] ?? 0) : 0;
    if (unit !== 0) {
      hash = (imul(hash, 0x5bd1e995) + unit) | 0;
      if (unit < 0x0e00 || !isUnspaced(unit)) continue;
    }
    if (hash === 0) continue;
    count += 1;
    order = imul(order ^ hash, 0x9e3779b1);
    order ^= order >>> 15;
    orderToo = imul(orderToo + hash, 0x5f356495);
    orderToo ^= orderToo >>> 13;
    let run = imul(beforeThat, 0x85ebca6b) ^ imul(before, 0xc2b2ae35) ^ hash;
    beforeThat = before;
    before = hash;
    hash = 0;
    run = imul(run ^ (run >>> 16), 0x7feb352d);
    run = imul(run ^ (run >>> 15), 0x846ca68b);
    run ^= run >>> 16;
    const bin = ((run >>> 16) * BINS) >>> 16;
    if (run >>> 0 < (bins[bin] ?? 0)) bins[bin] = run;
  }
  [whole, wholeToo, words, oneBefore, twoBefore] = [order, orderToo, count, before, beforeThat];
}

/**
 * The signature of a row, or nothing where it has no word. The system turn is left out: what all rows share would
 * make all rows alike.
 */
export const signature = (turns: readonly Turn[]): Uint32Array | undefined => lentSignature(turns)?.slice();

/** The same, to be read before the next one is asked for: an array a row outside of the heap costs more than its hashes. */
export function lentSignature(turns: readonly Turn[]): Uint32Array | undefined {
  bins.fill(EMPTY);
  whole = 0;
  wholeToo = 0;
  words = 0;
  for (const turn of turns) {
    if (turn.role === 'system') continue;
    // A turn begins with its role, so that no run of words reaches over from the turn before.
    twoBefore = 0;
    oneBefore = turn.role.charCodeAt(0);
    whole = imul(whole ^ oneBefore, 0x9e3779b1);
    wholeToo = imul(wholeToo + oneBefore, 0x5f356495);
    text(turn.content);
    for (const { name, arguments: given } of turn.toolCalls ?? []) {
      text(name);
      text(given);
    }
  }
  if (words === 0) return undefined;
  const isLong = words >= FEWEST_WORDS_FOR_BINS;
  made[WHOLE] = whole;
  made[WHOLE_TOO] = wholeToo;
  made[WORDS] = words;
  return isLong ? made : madeShort;
}
