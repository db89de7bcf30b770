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
const FILLING = 0x21;

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

  #text(text: string): void {
    let length = this.#bytes.write(text, 0, 'utf8');
    if (!this.#mixIn(length, false)) this.#mixIn((length = this.#tidy(length)), true);
    this.#mark(length);
  }

  /** False, and nothing is mixed in, where white space has to be tidied first. */
  #mixIn(length: number, isTidy: boolean): boolean {
    const bytes = this.#bytes;
    const words = this.#words;
    if (length === 0) return true;
    if (!isTidy && (isWhite[bytes[0] ?? 0] === 1 || isWhite[bytes[length - 1] ?? 0] === 1)) return false;
    bytes[length] = bytes[length + 1] = bytes[length + 2] = FILLING;
    const end = (length + 3) >>> 2;
    let a = this.#a;
    let b = this.#b;
    let untidy = 0;
    let before = 0;
    for (let at = 0; at < end; at += 1) {
      const word = words[at] ?? 0;
      a = imul(a ^ word, 0x9e3779b1);
      a ^= a >>> 15;
      b = imul(b ^ word, 0x5f356495);
      b ^= b >>> 13;
      // The top bit of each byte that is a space (or, now and then, of a `!` after one: that costs time alone).
      const gap = word ^ SPACES;
      const space = (gap - ONES) & ~gap & HIGHS;
      // Two spaces side by side, or a byte below a space: tabs and line ends.
      untidy |= (((space >>> 8) | before) & space) | ((word - SPACES) & ~word & HIGHS);
      before = space >>> 24;
    }
    if (untidy !== 0 && !isTidy) return false;
    this.#a = a;
    this.#b = b;
    return true;
  }

  /** Each run of white space becomes one space, and none stays at the ends. Without a branch: spaces are no pattern. */
  #tidy(length: number): number {
    const bytes = this.#bytes;
    let kept = 0;
    let wasWhite = 1;
    for (let at = 0; at < length; at += 1) {
      const byte = bytes[at] ?? 0;
      const white = isWhite[byte] ?? 0;
      bytes[kept] = white === 1 ? 32 : byte;
      kept += 1 - (white & wasWhite);
      wasWhite = white;
    }
    return kept > 0 && wasWhite === 1 ? kept - 1 : kept;
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
