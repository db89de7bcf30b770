/** Which rows are nearly the same as an earlier one, in fixed memory: an index of signatures, kept by one thread. */
import { KeptSignatures } from './kept-signatures.ts';
import { BINS, EMPTY, FIRST_BIN, WHOLE, WORDS } from './row-signature.ts';
import { MOST_ROWS, ROWS_PER_RUN, RunPosts } from './run-posts.ts';

export { signature } from './row-signature.ts';

interface NearPair {
  line: number;
  /** The earlier line that it is near to. */
  near: number;
  /** As it was given with the line. */
  byte: number;
}

/** Under how many of its runs a row can be found: of two rows that share half of theirs, 1 pair in 100 slips. */
const RUNS_PER_ROW = 4;
/**
 * Of the first rows nothing tells yet which runs are a template's or will be common, and a copy is not looked for under
 * those: so they stand under all their runs. At most 40 runs a row times 64 are a template's, and 4 rows fill each:
 * 10,240 posts that lead nowhere; these rows have 163,840, the others of which are for what becomes common.
 */
const FIRST_ROWS = 4096;
/** And under its words as a whole. */
const POSTS_PER_ROW = RUNS_PER_ROW + 1;
/** A row looks under so many runs that are not common, and so many in all; more find no more, but cost 60 ns each. */
const LOOKS_PER_ROW = 6;
const MOST_LOOKS = 16;

/** A run that 1 row in 64 has is a template's, not the row's; a few rows may be copies of one another. */
const TEMPLATE_SHARE = 64;
const FEWEST_OF_A_TEMPLATE = 7;
/** No row is posted or looked for under a run that is surely a template's. */
const SURELY_OF_A_TEMPLATE = 16;
/** Of the runs that are not a template's, so much must be shared. */
const LEAST_SHARED_OF_OWN = 1 / 2;
/** One or two runs that stay beside a template's are where it was found too seldom to be known as the template's. */
const FEWEST_SHARED_OF_OWN = 3;

/**
 * How much two rows of so many words must share: two changed words touch six runs of three, so of `words - 2` runs
 * `words - 8` stay and `words + 4` are in either. A twelfth less for what the bins estimate wrongly; from 44 words on
 * two thirds are enough, however much longer they are.
 */
const leastShared = (words: number) => Math.min(2 / 3, (words - 8) / (words + 4) - 1 / 12);

/** Judgements that wait for the whole file: 16 bytes each. Where more come, the rest is judged by the rows so far. */
const MOST_OPEN = 100_000;

/**
 * Told each row's signature in the order of lines, it says which rows are nearly the same as an earlier one: by `add`
 * at once where they differ in case, spacing and punctuation alone, the others by `settled` at the end. A template's
 * second row looks exactly as a copy of its first with a word changed; only the rows after it tell the two apart.
 *
 * Memory for 700,000 rows: 48 bytes of signature and 5 posts of 5.6 bytes make 76 a row, 53 MB, and of short rows 40,
 * 28 MB (pages never written cost nothing); 1 MB for the first rows, and 1.6 MB of open pairs. Rows beyond `mostRows`
 * are looked up but not remembered.
 */
export class NearDuplicates {
  /** 500 MB of rows of 700 bytes. */
  static readonly MOST = 700_000;
  readonly #kept: KeptSignatures;
  readonly #posts: RunPosts;
  #forgotten = 0;
  /** How many rows have each of the 256 values of a bin: tells a template's runs from a row's own. */
  readonly #frequency = new Uint32Array(BINS * 256);
  #longRows = 0;
  readonly #seen = new Uint32Array(MOST_LOOKS * ROWS_PER_RUN);
  readonly #openRows = new Uint32Array(MOST_OPEN);
  readonly #openNear = new Uint32Array(MOST_OPEN);
  readonly #openBytes = new Float64Array(MOST_OPEN);
  #open = 0;

  constructor(mostRows: number = NearDuplicates.MOST) {
    const most = Math.min(mostRows, MOST_ROWS);
    this.#kept = new KeptSignatures(most);
    const ofFirst = Math.min(FIRST_ROWS, most) * (BINS - RUNS_PER_ROW);
    this.#posts = new RunPosts(most * POSTS_PER_ROW + ofFirst);
  }

  /** Rows that could not be remembered: copies of them later in the file went unseen. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** The earlier line that says the same in other case, spacing or punctuation. `settled` knows the other pairs. */
  add(signature: Uint32Array, line: number, byte = 0): number | undefined {
    const kept = this.#kept;
    kept.take(signature);
    const whole = signature[WHOLE] ?? 0;
    const same = this.#sameWords(whole);
    if (same !== undefined) return kept.lineOf(same);
    const near = kept.isLong ? this.#nearest(signature) : undefined;
    const row = kept.keep(line);
    if (row === undefined) this.#forgotten += 1;
    else this.#posts.post(whole, row);
    if (!kept.isLong) return undefined;
    this.#countRuns();
    if (row !== undefined) this.#post(signature, row);
    if (near === undefined) return undefined;
    if (row === undefined || this.#open === MOST_OPEN) {
      return this.#isNear(undefined, near) ? kept.lineOf(near) : undefined;
    }
    this.#openRows[this.#open] = row;
    this.#openNear[this.#open] = near;
    this.#openBytes[this.#open] = byte;
    this.#open += 1;
    return undefined;
  }

  /** The pairs that only the whole file could tell, in the order of lines. */
  *settled(): Generator<NearPair> {
    for (let at = 0; at < this.#open; at += 1) {
      const row = this.#openRows[at] ?? 0;
      const near = this.#openNear[at] ?? 0;
      if (!this.#isNear(row, near)) continue;
      yield {
        line: this.#kept.lineOf(row),
        near: this.#kept.lineOf(near),
        byte: this.#openBytes[at] ?? 0,
      };
    }
  }

  #sameWords(whole: number): number | undefined {
    const rows = this.#posts.find(whole);
    for (let at = 0; at < rows; at += 1) {
      const row = this.#posts.found[at] ?? 0;
      if (this.#kept.isSame(row)) return row;
    }
    return undefined;
  }

  #countRuns(): void {
    this.#longRows += 1;
    for (let bin = 0; bin < BINS; bin += 1) {
      const at = bin * 256 + (this.#kept.bins[bin] ?? 0);
      this.#frequency[at] = (this.#frequency[at] ?? 0) + 1;
    }
  }

  #post(signature: Uint32Array, row: number): void {
    const most = this.#kept.count <= FIRST_ROWS ? BINS : RUNS_PER_ROW;
    let posts = 0;
    for (let bin = 0; bin < BINS && posts < most; bin += 1) {
      const run = signature[FIRST_BIN + bin] ?? EMPTY;
      if (run === EMPTY || this.#isTemplates(bin, this.#kept.bins[bin], SURELY_OF_A_TEMPLATE)) continue;
      if (this.#posts.find(run) === ROWS_PER_RUN) continue;
      this.#posts.post(run, row);
      posts += 1;
    }
  }

  /** The row that shares most with the added one, where that is enough. */
  #nearest(signature: Uint32Array): number | undefined {
    const { found } = this.#posts;
    let most = leastShared(signature[WORDS] ?? 0);
    let nearest: number | undefined;
    let seen = 0;
    let rareLooks = 0;
    let looks = 0;
    for (let bin = 0; bin < BINS && rareLooks < LOOKS_PER_ROW && looks < MOST_LOOKS; bin += 1) {
      const run = signature[FIRST_BIN + bin] ?? EMPTY;
      if (run === EMPTY || this.#isTemplates(bin, this.#kept.bins[bin], SURELY_OF_A_TEMPLATE)) continue;
      const rows = this.#posts.find(run);
      looks += 1;
      // Under a common run stand the first rows that had it: worth comparing where two such runs lead to one row.
      const isCommon = rows === ROWS_PER_RUN;
      if (!isCommon) rareLooks += 1;
      for (let at = 0; at < (isCommon ? 1 : rows); at += 1) {
        const row = found[at] ?? 0;
        const times = this.#timesSeen(row, seen);
        this.#seen[seen] = row;
        seen += 1;
        if (isCommon && times !== 1) continue;
        const shared = this.#kept.shared(row);
        if (shared < most) continue;
        most = shared;
        nearest = row;
      }
    }
    return nearest;
  }

  #timesSeen(row: number, seen: number): number {
    let times = 0;
    for (let at = 0; at < seen; at += 1) if (this.#seen[at] === row) times += 1;
    return times;
  }

  /** Whether two rows that share enough share more than a template; where `row` is none, the row at hand is meant. */
  #isNear(row: number | undefined, near: number): boolean {
    const kept = this.#kept;
    let ofTemplate = 0;
    let either = 0;
    let both = 0;
    for (let bin = 0; bin < BINS; bin += 1) {
      const one = row === undefined ? (kept.bins[bin] ?? 0) : kept.binOf(row, bin);
      const other = kept.binOf(near, bin);
      if ((one | other) === 0) continue;
      if (one === other && this.#isTemplates(bin, one, FEWEST_OF_A_TEMPLATE)) ofTemplate += 1;
      else either += 1;
      if (one === other) both += 1;
    }
    const own = both - ofTemplate;
    return ofTemplate === 0 || (own >= FEWEST_SHARED_OF_OWN && own >= either * LEAST_SHARED_OF_OWN);
  }

  #isTemplates(bin: number, value: number | undefined, fewest: number): boolean {
    const rows = this.#frequency[bin * 256 + (value ?? 0)] ?? 0;
    return rows > fewest && rows > this.#longRows / TEMPLATE_SHARE + 2;
  }
}
