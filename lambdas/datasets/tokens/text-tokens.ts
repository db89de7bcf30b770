/** Counts the tokens of a text without making them. */
import { BytePairs } from './byte-pairs.ts';
import type { TokenizerTables } from './tokenizer-tables.ts';
import { WordScanner } from './word-rules.ts';

/** Text that spells an added token such as `<|end|>` counts as that one token, as tokenizers do. */
export type CountTokens = (text: string) => number;

/** Words repeat: with 80,000 of them kept, nine in ten lookups end there. Longer ones seldom come again. */
const KEPT_SLOTS = 1 << 17;
const MOST_KEPT = 80_000;
const KEPT_LENGTH = 40;
/** Characters of kept words; together with the slots 4 MB a tokenizer and thread. */
const KEPT_UNITS = 1 << 20;

/** Counts of words that were met, found by their characters so that no string of a word is made. */
class KeptWords {
  /** hash, first character, length, tokens in each slot; no tokens in an empty one. */
  readonly #slots = new Int32Array(KEPT_SLOTS * 4);
  readonly #units = new Uint16Array(KEPT_UNITS);
  #kept = 0;
  #used = 0;

  /** Where the word from `from` to `to` is kept, or is to be. */
  slotOf(units: Uint16Array, from: number, to: number): number {
    let hash = to - from;
    for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ (units[at] as number), 0x9e3779b1);
    hash ^= hash >>> 15;
    const slots = this.#slots;
    let slot = (hash & (KEPT_SLOTS - 1)) * 4;
    for (;;) {
      if (slots[slot + 3] === 0) {
        slots[slot] = hash;
        return slot;
      }
      if (slots[slot] === hash && slots[slot + 2] === to - from && this.#isAt(slot, units, from)) return slot;
      slot = (slot + 4) & (KEPT_SLOTS * 4 - 1);
    }
  }

  /** Tokens of the word in the slot; 0 where there is none. */
  tokens(slot: number): number {
    return this.#slots[slot + 3] as number;
  }

  keep(slot: number, units: Uint16Array, from: number, to: number, tokens: number): void {
    if (this.#kept >= MOST_KEPT || this.#used + to - from > KEPT_UNITS) {
      this.#slots.fill(0);
      this.#kept = 0;
      this.#used = 0;
      return;
    }
    this.#slots[slot + 1] = this.#used;
    this.#slots[slot + 2] = to - from;
    this.#slots[slot + 3] = tokens;
    for (let at = from; at < to; at += 1) this.#units[this.#used++] = units[at] as number;
    this.#kept += 1;
  }

  #isAt(slot: number, units: Uint16Array, from: number): boolean {
    const length = this.#slots[slot + 2] as number;
    const held = this.#slots[slot + 1] as number;
    for (let at = 0; at < length; at += 1) {
      if (this.#units[held + at] !== units[from + at]) return false;
    }
    return true;
  }
}

/** Makes the counting function of a tokenizer. It keeps what it met, so one a thread is enough. */
export function textTokens(tables: TokenizerTables): CountTokens {
  const scanner = new WordScanner(tables.words);
  const pairs = new BytePairs(tables);
  const kept = new KeptWords();
  const whole = new Set(tables.whole);
  const longestWhole = Math.max(0, ...tables.whole.map((word) => word.length));
  const anyAdded = expressionOf(tables.added);
  let units = Buffer.alloc(0);
  let bytes = new Uint8Array(3 * 64);

  const countNewWord = (from: number, to: number): number => {
    if (to - from <= longestWhole && whole.has(String.fromCharCode(...scanner.units.subarray(from, to))))
      return 1;
    if (bytes.length < 3 * (to - from)) bytes = new Uint8Array(6 * (to - from));
    return pairs.count(bytes, encodeUtf8(scanner.units, from, to, bytes));
  };
  const countPlain = (text: string): number => {
    if (units.length < text.length * 2) {
      units = Buffer.alloc(Math.max(4096, text.length * 3 + (text.length % 2) * 3 + 1) & ~1);
      scanner.units = new Uint16Array(units.buffer, units.byteOffset, units.length >> 1);
    }
    units.write(text, 0, 'utf16le');
    scanner.end = text.length;
    let count = 0;
    for (let from = 0, to = 0; from < text.length; from = to) {
      to = scanner.wordEnd(from);
      // A byte is a token; what has no count yet is merged and kept.
      if (to - from === 1 && (scanner.units[from] as number) < 0x80) count += 1;
      else if (to - from > KEPT_LENGTH) count += countNewWord(from, to);
      else {
        const slot = kept.slotOf(scanner.units, from, to);
        let tokens = kept.tokens(slot);
        if (tokens === 0) {
          tokens = countNewWord(from, to);
          kept.keep(slot, scanner.units, from, to, tokens);
        }
        count += tokens;
      }
    }
    return count;
  };
  const count = tables.composes ? (text: string) => countPlain(composed(text)) : countPlain;
  return (text) => {
    if (!anyAdded?.test(text)) return count(text);
    const pieces = text.split(anyAdded);
    return pieces.length - 1 + pieces.reduce((sum, piece) => sum + count(piece), 0);
  };
}

/** Longest first: `<|a|>` would else hide `<|a|>b`. */
const expressionOf = (added: readonly string[]): RegExp | undefined =>
  added.length === 0
    ? undefined
    : new RegExp(
        added
          .toSorted((a, b) => b.length - a.length)
          .map((content) => content.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
          .join('|'),
      );

/** Nothing below U+0300 changes in Unicode's composed form, so most text is left alone. */
const composed = (text: string): string => (/[\u0300-\uffff]/.test(text) ? text.normalize('NFC') : text);

/** UTF-8 of some UTF-16 units; half a character becomes U+FFFD, as everywhere. Returns how many bytes. */
function encodeUtf8(units: Uint16Array, from: number, to: number, into: Uint8Array): number {
  let length = 0;
  for (let at = from; at < to; at += 1) {
    let code = units[at] as number;
    if (code < 0x80) {
      into[length++] = code;
      continue;
    }
    if ((code & 0xf800) === 0xd800) {
      const low = at + 1 < to ? (units[at + 1] as number) : 0;
      if (code < 0xdc00 && (low & 0xfc00) === 0xdc00) {
        code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff);
        at += 1;
      } else code = 0xfffd;
    }
    if (code < 0x800) into[length++] = 0xc0 | (code >> 6);
    else {
      if (code < 0x10000) into[length++] = 0xe0 | (code >> 12);
      else {
        into[length++] = 0xf0 | (code >> 18);
        into[length++] = 0x80 | ((code >> 12) & 0x3f);
      }
      into[length++] = 0x80 | ((code >> 6) & 0x3f);
    }
    into[length++] = 0x80 | (code & 0x3f);
  }
  return length;
}
