import { LIMITS } from '../../../../contracts/limits.ts';
import type { Turn } from '../rows/row.ts';

/** Held here: looked up on a global for each word, it is most of the time in a context of its own (jest). */
const { imul } = Math;

/** Marks between texts; no word of text is in their place, because each text ends with its length. */
const TOOL_CALL = 0x100;
const REJECTED = 0x200;

const SPACES = 0x20202020;
const ONES = 0x01010101;
const HIGHS = 0x80808080 | 0;
const SPACE = 0x20;

/** Whether a byte of UTF-8 is white space; the wide spaces of other scripts count as letters. */
const isWhite = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte === 32 || (byte >= 9 && byte <= 13)),
);

/**
 * 64 bits of what a row says, and of what it asks: rows that say the same in other spacing have the same. Texts are
 * hashed four bytes at a time: encoding and hashing 500 MB cost 0.3 core-seconds so, where a walk over characters
 * costs 0.8. Not a cryptographic hash: who makes two rows collide hides a duplicate of their own.
 */
export class Fingerprints {
  /** Of the row that was taken last. */
  low = 0;
  high = 0;
  /** Of the turns before the last answer, or before both answers of a pair; 0 and 0 where nothing is asked. */
  promptLow = 0;
  promptHigh = 0;
  readonly #bytes: Buffer;
  readonly #words: Int32Array;
  #a = 0;
  #b = 0;
  #kept = 0;

  /** A text is never longer than its line; what is beyond would not be looked at. */
  constructor(mostBytes: number = LIMITS.datasetLineBytes) {
    const memory = new ArrayBuffer((mostBytes + 7) & ~3);
    this.#bytes = Buffer.from(memory);
    this.#words = new Int32Array(memory);
  }

  take(turns: readonly Turn[]): void {
    this.#a = 0x9e3779b9 | 0;
    this.#b = 0x85ebca6b | 0;
    this.promptLow = 0;
    this.promptHigh = 0;
    const asked = turnsBeforeAnswer(turns);
    for (let at = 0; at < turns.length; at += 1) {
      if (at > 0 && at === asked) {
        this.promptLow = mixed(this.#a, this.#b);
        this.promptHigh = mixed(this.#b, this.#a);
      }
      const turn = turns[at];
      if (turn) this.#turn(turn);
    }
    this.low = mixed(this.#a, this.#b);
    this.high = mixed(this.#b, this.#a);
  }

  #turn({ role, content, toolCalls, branch }: Turn): void {
    this.#mark(role.charCodeAt(0) + (branch === 'rejected' ? REJECTED : 0));
    this.#text(content);
    if (toolCalls === undefined) return;
    for (const call of toolCalls) {
      this.#mark(TOOL_CALL);
      this.#text(call.name);
      this.#text(call.arguments);
    }
  }

  #mark(code: number): void {
    this.#a = imul(this.#a ^ code, 0x9e3779b1);
    this.#a ^= this.#a >>> 15;
    this.#b = imul(this.#b ^ code, 0x5f356495);
    this.#b ^= this.#b >>> 13;
  }

  /**
   * Runs of white space count as one space, and none at the ends. Four bytes are taken at once where none of them has
   * to be left out; what was, moves those behind it: up to three bytes wait in `rest` until they fill a word.
   */
  #text(text: string): void {
    const bytes = this.#bytes;
    const words = this.#words;
    let length = bytes.write(text, 0, 'utf8');
    while (length > 0 && isWhite[bytes[length - 1] ?? 0] === 1) length -= 1;
    const whole = length >> 2;
    let a = this.#a;
    let b = this.#b;
    let [kept, rest, room] = [0, 0, 0];
    let before = HIGHS;
    for (let at = 0; 4 * at < length; at += 1) {
      const from = at;
      for (; at < whole; at += 1) {
        const word = words[at] ?? 0;
        // The top bit of each byte that is a space (or, now and then, of a `!` after one: that costs time alone).
        const gap = word ^ SPACES;
        const space = (gap - ONES) & ~gap & HIGHS;
        // Two spaces side by side, or a byte below a space: tabs and line ends.
        if (((((space << 8) | (before >>> 24)) & space) | ((word - SPACES) & ~word & HIGHS)) !== 0) break;
        before = space;
        const filled = rest | (word << room);
        a = imul(a ^ filled, 0x9e3779b1);
        a ^= a >>> 15;
        b = imul(b ^ filled, 0x5f356495);
        b ^= b >>> 13;
        // In two steps: a shift by 32 would be one by 0.
        rest = (word >>> 1) >>> (31 - room);
      }
      kept += 4 * (at - from);
      if (4 * at >= length) break;
      const word = this.#tidyWord(at, Math.min(length, 4 * at + 4));
      before = isWhite[bytes[4 * at + 3] ?? 0] === 1 ? HIGHS : 0;
      kept += this.#kept;
      const full = room + 8 * this.#kept;
      const filled = rest | (word << room);
      if (full < 32) {
        rest = filled;
        room = full;
        continue;
      }
      a = imul(a ^ filled, 0x9e3779b1);
      a ^= a >>> 15;
      b = imul(b ^ filled, 0x5f356495);
      b ^= b >>> 13;
      rest = (word >>> 1) >>> (31 - room);
      room = full - 32;
    }
    this.#a = a;
    this.#b = b;
    if (room > 0) this.#mark(rest);
    this.#mark(kept);
  }

  /** The bytes of one word that stay, the first one lowest; `#kept` tells how many there are. */
  #tidyWord(at: number, end: number): number {
    const bytes = this.#bytes;
    let wasWhite = at === 0 ? 1 : (isWhite[bytes[4 * at - 1] ?? 0] ?? 0);
    let [word, kept] = [0, 0];
    for (let place = 4 * at; place < end; place += 1) {
      const byte = bytes[place] ?? 0;
      const white = isWhite[byte] ?? 0;
      if ((white & wasWhite) === 0) {
        word |= (white === 1 ? SPACE : byte) << (8 * kept);
        kept += 1;
      }
      wasWhite = white;
    }
    this.#kept = kept;
    return word;
  }
}

function turnsBeforeAnswer(turns: readonly Turn[]): number {
  if (turns.at(-1)?.branch === undefined) return turns.length - 1;
  return turns.findIndex(({ branch }) => branch !== undefined);
}

/** Spreads the last words' bits over all; never negative, and 0 as seldom as any other number. */
function mixed(one: number, other: number): number {
  let x = one ^ imul(other ^ (other >>> 15), 0x2c1b3c6d);
  x = imul(x ^ (x >>> 16), 0x85ebca6b);
  x = imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
