/** Which words a file ends its sentences with, learnt from a sample of its answers: no list of any language is needed. */
import { CLOSING, STOPS } from './last-sentence.ts';
import { folded, isUnspaced, withUnit } from './words.ts';

/** Three numbers each: a word, how often it stood within a sentence, and how often at its end. 3 MB have 25,000 words. */
const SLOTS = 2 ** 15;
const MASK = SLOTS - 1;
const MOST_WORDS = Math.floor(SLOTS * 0.85);
/** Beginnings of words that came twice, a bit each: 12,000 words have 50,000 of them, a tenth of these bits. */
const BEGINNING_BITS = 2 ** 19;
const SHORTEST_BEGINNING = 3;
/** One letter more may be a plural or a case. */
const FEWEST_MORE = 2;
/** How often a beginning of a known word is a word that is not known; the tenth of the bits counted in. */
const BEGINNING_BY_CHANCE = 0.15;

/** Of cuts inside a word, so many leave what is no word; the others leave one by chance. */
const LEAVES_NO_WORD = 0.7;
/** A word is taken for one that ends as many sentences as any other until it was seen a few times. */
const DOUBT = 2;

/** Behind a word: whether a sentence ends there, or its line does so that nobody can tell. */
const ENDS = new RegExp(`${CLOSING}(?:[${STOPS.spaced}]${CLOSING}(?:\\s|$)|[${STOPS.wide}])`, 'uy');
const BREAKS_OFF = /[^\p{L}\p{N}\n]*(?:\n|$)/uy;

const SPACE = 0x20;

const at = (pattern: RegExp, text: string, place: number): boolean => {
  pattern.lastIndex = place;
  return pattern.test(text);
};

/** How much likelier an answer ends with this word where it was cut than where somebody left its full stop away. */
export interface CutOdds {
  /** Cut between two words. */
  between: number;
  /** Cut inside of one. */
  inside: number;
}

export class WordEnds {
  /** Sentence ends that were read. */
  ends = 0;
  #within = 0;
  readonly #slots = new Uint32Array(3 * SLOTS);
  readonly #beginnings = new Uint32Array(BEGINNING_BITS / 32);
  #words = 0;
  #unknown: CutOdds | undefined;

  /** Reads an answer. A word behind which its line breaks off is left out: it is what is asked about. */
  add(text: string): void {
    let word = 0;
    for (let place = 0; place <= text.length; place += 1) {
      const unit = place < text.length ? folded(text, place) : 0;
      const isAlone = isUnspaced(unit);
      if (word !== 0 && (unit === 0 || isAlone)) {
        this.#count(word, text, place);
        word = 0;
      }
      if (isAlone) this.#count(unit, text, place + 1);
      else if (unit !== 0) word = withUnit(word, unit);
    }
  }

  oddsOf(word: number): CutOdds {
    const share = this.ends / (this.ends + this.#within);
    const slot = this.#slotOf(word);
    const within = this.#slots[slot + 1] ?? 0;
    const ends = this.#slots[slot + 2] ?? 0;
    if (within + ends === 0) {
      const { between, inside } = (this.#unknown ??= this.#oddsOfUnknown());
      return { between, inside: this.#isBeginning(word) ? inside / BEGINNING_BY_CHANCE : inside };
    }
    const endsHere = (ends + DOUBT * share) / (within + ends + DOUBT);
    const between = ((1 - endsHere) / (1 - share)) * (share / endsHere);
    return { between, inside: (1 - LEAVES_NO_WORD) * between };
  }

  /** By the words that were read once: so many more are still unread (Good and Turing). */
  #oddsOfUnknown(): CutOdds {
    let [once, onceAtEnd] = [0, 0];
    for (let slot = 0; slot < this.#slots.length; slot += 3) {
      const within = this.#slots[slot + 1] ?? 0;
      const ends = this.#slots[slot + 2] ?? 0;
      if (within + ends !== 1) continue;
      once += within;
      onceAtEnd += ends;
    }
    const unknownAtEnd = (onceAtEnd + 1) / (this.ends + 2);
    return {
      between: (once + 1) / (this.#within + 2) / unknownAtEnd,
      // Half of them begin as no word does that was read twice.
      inside: LEAVES_NO_WORD / 2 / unknownAtEnd,
    };
  }

  #count(word: number, text: string, end: number): void {
    // As it is behind six words of seven, and then no pattern is asked.
    const goesOn = text.charCodeAt(end) === SPACE && folded(text, end + 1) !== 0;
    const isEnd = !goesOn && at(ENDS, text, end);
    if (!goesOn && !isEnd && at(BREAKS_OFF, text, end)) return;
    if (isEnd) this.ends += 1;
    else this.#within += 1;
    const slots = this.#slots;
    const slot = this.#slotOf(word >>> 0);
    const before = (slots[slot + 1] ?? 0) + (slots[slot + 2] ?? 0);
    if (before === 0) {
      if (this.#words === MOST_WORDS) return;
      this.#words += 1;
      slots[slot] = word;
    }
    const counted = slot + (isEnd ? 2 : 1);
    slots[counted] = (slots[counted] ?? 0) + 1;
    if (before === 1) this.#addBeginnings(text, end);
  }

  /** Where a number stands or would stand; there is always a free slot. */
  #slotOf(word: number): number {
    let slot = (Math.imul(word, 0x9e3779b1) >>> 16) & MASK;
    for (; ; slot = (slot + 1) & MASK) {
      const place = 3 * slot;
      const isFree = this.#slots[place + 1] === 0 && this.#slots[place + 2] === 0;
      if (isFree || this.#slots[place] === word) return place;
    }
  }

  /** Of the word that ends before `end`. */
  #addBeginnings(text: string, end: number): void {
    let from = end;
    while (from > 0 && folded(text, from - 1) !== 0 && !isUnspaced(folded(text, from - 1))) from -= 1;
    let beginning = 0;
    for (let place = from; place < end - FEWEST_MORE; place += 1) {
      beginning = withUnit(beginning, folded(text, place));
      if (place - from + 1 < SHORTEST_BEGINNING) continue;
      const bit = bitOf(beginning);
      this.#beginnings[bit >>> 5] = (this.#beginnings[bit >>> 5] ?? 0) | (1 << (bit & 31));
    }
  }

  #isBeginning(word: number): boolean {
    const bit = bitOf(word);
    return ((this.#beginnings[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  }
}

const bitOf = (word: number): number => (Math.imul(word, 0x85ebca6b) >>> 13) % BEGINNING_BITS;
