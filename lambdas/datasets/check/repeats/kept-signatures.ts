/** The signatures of rows in fixed memory, a byte for each bin, and how much the row at hand shares with one of them. */
import { BINS, EMPTY, FEWEST_WORDS_FOR_BINS, FIRST_BIN, WHOLE, WHOLE_TOO, WORDS } from './row-signature.ts';

const { imul } = Math;

/** Bins are compared four at a time. */
const BIN_WORDS = BINS / 4;

/** How many of the four bytes are 0. */
function zeroBytes(bytes: number): number {
  const others = (((bytes & 0x7f7f7f7f) + 0x7f7f7f7f) | bytes) & 0x80808080;
  return 4 - (imul(others >>> 7, 0x01010101) >>> 24);
}

/**
 * Rows with bins are numbered from 0 up, those without, which are the short ones, from the last number down. A row takes
 * 4 bytes of the line, 4 of its words' hash, and 40 of bins or 4 of the hash's second half: those of short rows stand
 * at the end of the bins, and `rows` of both kinds never meet there. Pages never written cost nothing.
 */
export class KeptSignatures {
  /** The row at hand: its bins, and whether it has any. */
  readonly bins = new Uint8Array(BINS);
  isLong = false;
  readonly #words = new Uint32Array(this.bins.buffer);
  #whole = 0;
  #wholeToo = 0;
  readonly #rows: number;
  readonly #lines: Uint32Array;
  readonly #wholes: Uint32Array;
  readonly #keptWords: Uint32Array;
  readonly #keptBins: Uint8Array;
  #long = 0;
  #short = 0;

  constructor(rows: number) {
    this.#rows = rows;
    this.#lines = new Uint32Array(rows);
    this.#wholes = new Uint32Array(rows);
    this.#keptWords = new Uint32Array(rows * BIN_WORDS);
    this.#keptBins = new Uint8Array(this.#keptWords.buffer);
  }

  get count(): number {
    return this.#long + this.#short;
  }

  /** Makes this the row at hand. */
  take(signature: Uint32Array): void {
    this.#whole = signature[WHOLE] ?? 0;
    this.#wholeToo = signature[WHOLE_TOO] ?? 0;
    this.isLong = (signature[WORDS] ?? 0) >= FEWEST_WORDS_FOR_BINS;
    if (!this.isLong) return;
    for (let bin = 0; bin < BINS; bin += 1) {
      const run = signature[FIRST_BIN + bin] ?? EMPTY;
      this.bins[bin] = run === EMPTY ? 0 : run & 255 || 1;
    }
  }

  /** Keeps the row at hand and answers its number; undefined where there is no more room. */
  keep(line: number): number | undefined {
    if (this.count === this.#rows) return undefined;
    const row = this.isLong ? this.#long : this.#rows - 1 - this.#short;
    if (this.isLong) this.#keptBins.set(this.bins, row * BINS);
    else this.#keptWords[this.#placeOfShort(row)] = this.#wholeToo;
    if (this.isLong) this.#long += 1;
    else this.#short += 1;
    this.#lines[row] = line;
    this.#wholes[row] = this.#whole;
    return row;
  }

  lineOf(row: number): number {
    return this.#lines[row] ?? 0;
  }

  /** The bin of a row that has them. */
  binOf(row: number, bin: number): number {
    return this.#keptBins[row * BINS + bin] ?? 0;
  }

  /** Whether a row says the same words. Of short ones 64 bits are compared: 32 would take 57 pairs of 700,000 for same. */
  isSame(row: number): boolean {
    if (this.#wholes[row] !== this.#whole || this.#isShort(row) === this.isLong) return false;
    return this.isLong ? this.shared(row) === 1 : this.#keptWords[this.#placeOfShort(row)] === this.#wholeToo;
  }

  /** The share of equal bins among those that the row at hand or this one has. */
  shared(row: number): number {
    if (this.#isShort(row)) return 0;
    let neither = 0;
    let equal = 0;
    for (let word = 0; word < BIN_WORDS; word += 1) {
      const one = this.#words[word] ?? 0;
      const other = this.#keptWords[row * BIN_WORDS + word] ?? 0;
      neither += zeroBytes(one | other);
      equal += zeroBytes(one ^ other);
    }
    return neither === BINS ? 0 : (equal - neither) / (BINS - neither);
  }

  #isShort(row: number): boolean {
    return row >= this.#long;
  }

  #placeOfShort(row: number): number {
    return this.#keptWords.length - this.#rows + row;
  }
}
