/** What the bytes of a line tell before any of it is read: nearly every line holds nothing that is worth a closer look. */

const { imul } = Math;

const SPACE = 0x20;
const DASH = 0x2d;
const ZERO = 0x30;
const ONES = 0x01010101;
const [SPACES, DASHES, ZEROS] = [SPACE * ONES, DASH * ONES, ZERO * ONES];
const DELETE = 0x7f;
const LOWS = 0x7f7f7f7f;
const HIGHS = 0x80808080 | 0;
/** With it, a byte of 10 or more gets its top bit. */
const TO_TEN = 0x76767676;

/** A run of 20 bytes, the shortest key, holds four whole words of four bytes wherever it begins. */
const WORDS_OF_A_RUN = 4;
/** As in sensitive/quick-look.ts. */
const FEWEST_DIGITS = 6;

/**
 * Four bytes at a time: 0.2 core-seconds for 500 MB, where looking for each of these in each text costs 1. What counts
 * every byte and what looks for runs are two loops, because together they take three times as long.
 */
export class LineScan {
  /** Whether a byte below the space is in it. */
  hasControls = false;
  isAscii = true;
  /** Whether there is a delete character, or a byte that is no UTF-8. */
  hasDelete = false;
  /** Whether there are as many digits as the shortest number that somebody has. */
  hasDigits = false;
  /** Whether so many bytes stand together as a key has; now and then as few as 16. */
  hasRun = false;
  readonly #bytes: Uint8Array;
  readonly #words: Int32Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#words = new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >> 2);
  }

  /** Looks at the bytes from `from` to before `to`. */
  take(from: number, to: number): void {
    const { byteOffset } = this.#bytes;
    const first = (from + byteOffset + 3) >> 2;
    const last = Math.max(first, (to + byteOffset) >> 2);
    this.hasControls = false;
    this.isAscii = true;
    this.hasDelete = false;
    const before = this.#countBytes(from, Math.min(to, 4 * first - byteOffset));
    const after = this.#countBytes(Math.max(from, 4 * last - byteOffset), to);
    this.hasDigits = before + after + this.#countWords(first, last) >= FEWEST_DIGITS;
    this.hasRun = this.#findRun(first, last);
  }

  /** Answers how many digits there are. */
  #countWords(first: number, last: number): number {
    const words = this.#words;
    let [controls, high, deletes, digits] = [0, 0, 0, 0];
    for (let at = first; at < last; at += 1) {
      const word = words[at] ?? 0;
      // The top bit of each byte below a space; now and then of one after such a byte, and that changes nothing.
      controls |= (word - SPACES) & ~word;
      high |= word;
      deletes |= (word & LOWS) + ONES;
      const offset = word ^ ZEROS;
      const found = ~(((offset & LOWS) + TO_TEN) | offset) & HIGHS;
      if (found !== 0) digits += imul(found >>> 7, ONES) >>> 24;
    }
    if ((controls & HIGHS) !== 0) this.hasControls = true;
    if ((high & HIGHS) !== 0) this.isAscii = false;
    if ((deletes & HIGHS) !== 0) this.hasDelete = true;
    return digits;
  }

  /** The ends of a line that are no whole word. */
  #countBytes(from: number, to: number): number {
    let digits = 0;
    for (let at = from; at < to; at += 1) {
      const byte = this.#bytes[at] ?? 0;
      if (byte < SPACE) this.hasControls = true;
      if (byte > DELETE) this.isAscii = false;
      if (byte === DELETE) this.hasDelete = true;
      if (byte >= ZERO && byte < ZERO + 10) digits += 1;
    }
    return digits;
  }

  /** Looks at every fourth word, and goes back from there to one with a sign that ends a run (as Boyer and Moore do). */
  #findRun(first: number, last: number): boolean {
    const words = this.#words;
    for (let at = first + WORDS_OF_A_RUN - 1; at < last;) {
      let back = at;
      const stop = at - WORDS_OF_A_RUN;
      for (;;) {
        const word = words[back] ?? 0;
        if (((((word - DASHES) & ~word) | word) & HIGHS) !== 0) break;
        back -= 1;
        if (back === stop) return true;
      }
      at = back + WORDS_OF_A_RUN;
    }
    return false;
  }
}

/** Where some texts stand next in a longer one: each is searched once through it, however many lines ask. */
export class Needles {
  readonly #needles: readonly string[];
  readonly #next: number[];
  #text = '';

  constructor(...needles: string[]) {
    this.#needles = needles;
    this.#next = needles.map(() => -1);
  }

  begin(text: string): void {
    this.#text = text;
    this.#next.fill(-1);
  }

  /** Whether one of them begins from `from` on and before `to`; asked in the order of places. */
  areIn(from: number, to: number): boolean {
    for (let at = 0; at < this.#needles.length; at += 1) {
      let next = this.#next[at] ?? -1;
      if (next < from) {
        const found = this.#text.indexOf(this.#needles[at] ?? '', from);
        next = found < 0 ? Infinity : found;
        this.#next[at] = next;
      }
      if (next < to) return true;
    }
    return false;
  }
}
