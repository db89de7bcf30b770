/**
 * Where words end, by hand-written scanners of the three regular expressions in use. They read UTF-16 units from an
 * array, which is five times as fast as `String.match` and makes no string of any word; the tests hold them against
 * the regular expressions themselves.
 */
import type { WordRule } from './tokenizer-file.ts';

const OTHER = 0;
const LETTER = 1;
const NUMBER = 2;
const SPACE = 3;
const NEWLINE = 4;
/** The first half of a character beyond the basic plane: its kind is told by both halves. */
const HIGH_HALF = 5;

function kindOfCharacter(character: string): number {
  if (/\p{L}/u.test(character)) return LETTER;
  if (/\p{N}/u.test(character)) return NUMBER;
  if (character === '\n' || character === '\r') return NEWLINE;
  return /\p{White_Space}/u.test(character) ? SPACE : OTHER;
}

const isHighHalf = (unit: number) => (unit & 0xfc00) === 0xd800;
const isLowHalf = (unit: number) => (unit & 0xfc00) === 0xdc00;

/** The kind of every UTF-16 unit; made on first use, in 10 ms. */
let kindsOfUnits: Uint8Array | undefined;
const kinds = (): Uint8Array =>
  (kindsOfUnits ??= Uint8Array.from({ length: 0x10000 }, (_, unit) =>
    isHighHalf(unit) ? HIGH_HALF : kindOfCharacter(String.fromCharCode(unit)),
  ));
/** The kinds of characters beyond the basic plane, as they are met. */
const kindsBeyond = new Map<number, number>();

const BLANK = 0x20;
const APOSTROPHE = 0x27;
/** A regular expression that ignores case takes ſ for s. */
const LONG_S = 0x17f;

/** Splits what lies in `units`, from 0 to `end`. */
export class WordScanner {
  units = new Uint16Array(0);
  end = 0;
  readonly #kinds = kinds();

  /** Where the word that begins at `at` ends. */
  wordEnd: (at: number) => number;

  constructor(rule: WordRule) {
    this.wordEnd =
      rule === 'gpt-2' ? (at) => this.#gpt2(at) : (at) => this.#llama3(at, rule === 'llama-3' ? 3 : 1);
  }

  /** `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+` */
  #gpt2(at: number): number {
    const first = this.units[at];
    if (first === APOSTROPHE) {
      const end = this.#contractionEnd(at, false);
      if (end > at) return end;
    }
    const from = first === BLANK && at + 1 < this.end ? at + 1 : at;
    const kind = this.#kindAt(from);
    return kind === SPACE || kind === NEWLINE ? this.#spaceEnd(at) : this.#runEnd(from, kind);
  }

  /**
   * `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
   * Qwen's differs in taking one digit at a time.
   */
  #llama3(at: number, digits: number): number {
    const first = this.units[at];
    if (first === APOSTROPHE) {
      const end = this.#contractionEnd(at, true);
      if (end > at) return end;
    }
    const kind = this.#kindAt(at);
    if (kind === LETTER) return this.#runEnd(at, LETTER);
    const second = at + this.#widthAt(at);
    if (kind === NUMBER) return this.#digitsEnd(second, digits - 1);
    const kindOfSecond = second < this.end ? this.#kindAt(second) : SPACE;
    if (kindOfSecond === LETTER && kind !== NEWLINE) return this.#runEnd(second, LETTER);
    if (kind === OTHER || (first === BLANK && kindOfSecond === OTHER)) {
      let end = this.#runEnd(second, OTHER);
      while (end < this.end && this.#kinds[this.units[end] as number] === NEWLINE) end += 1;
      return end;
    }
    return this.#lineEnd(at) || this.#spaceEnd(at);
  }

  #kindAt(at: number): number {
    const kind = this.#kinds[this.units[at] as number] as number;
    return kind === HIGH_HALF ? this.#kindOfPair(at) : kind;
  }

  #widthAt(at: number): number {
    return isHighHalf(this.units[at] as number) &&
      at + 1 < this.end &&
      isLowHalf(this.units[at + 1] as number)
      ? 2
      : 1;
  }

  #kindOfPair(at: number): number {
    if (this.#widthAt(at) === 1) return OTHER;
    const code =
      0x10000 + (((this.units[at] as number) & 0x3ff) << 10) + ((this.units[at + 1] as number) & 0x3ff);
    let kind = kindsBeyond.get(code);
    if (kind === undefined) {
      kind = kindOfCharacter(String.fromCodePoint(code));
      kindsBeyond.set(code, kind);
    }
    return kind;
  }

  /** Where characters of one kind end; `at` itself where there is none. */
  #runEnd(at: number, kind: number): number {
    const { units, end } = this;
    const kinds = this.#kinds;
    let place = at;
    while (place < end) {
      const found = kinds[units[place] as number];
      if (found === kind) place += 1;
      else if (found === HIGH_HALF && this.#kindOfPair(place) === kind) place += this.#widthAt(place);
      else break;
    }
    return place;
  }

  #digitsEnd(at: number, most: number): number {
    let place = at;
    for (let left = most; left > 0 && place < this.end && this.#kindAt(place) === NUMBER; left -= 1) {
      place += this.#widthAt(place);
    }
    return place;
  }

  /** `\s*[\r\n]+`: behind the last line break of the white space that begins here; 0 where there is none. */
  #lineEnd(at: number): number {
    let last = 0;
    for (let place = at; place < this.end; place += 1) {
      const kind = this.#kinds[this.units[place] as number];
      if (kind === NEWLINE) last = place + 1;
      else if (kind !== SPACE) break;
    }
    return last;
  }

  /** `\s+(?!\S)|\s+`: white space, without its last character where a word follows. */
  #spaceEnd(at: number): number {
    let place = at;
    while (place < this.end) {
      const kind = this.#kinds[this.units[place] as number];
      if (kind !== SPACE && kind !== NEWLINE) break;
      place += 1;
    }
    return place < this.end && place - at > 1 ? place - 1 : place;
  }

  #contractionEnd(at: number, anyCase: boolean): number {
    const letter = (place: number): number => {
      if (place >= this.end) return 0;
      const unit = this.units[place] as number;
      if (!anyCase) return unit;
      return unit === LONG_S ? 0x73 : unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit;
    };
    const first = letter(at + 1);
    // s, t, m, d
    if (first === 0x73 || first === 0x74 || first === 0x6d || first === 0x64) return at + 2;
    const second = letter(at + 2);
    // re, ve, ll
    if (second === 0x65 && (first === 0x72 || first === 0x76)) return at + 3;
    return first === 0x6c && second === 0x6c ? at + 3 : at;
  }
}
