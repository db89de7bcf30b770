import type { TokenCount } from '../../../contracts/datasets.ts';
import type { RowTokens } from './token-counter.ts';

/** Bins are a sixteenth of the context wide, so that one ends exactly where rows begin to be cut. */
const BINS_TO_CONTEXT = 16;
/** Up to one and a half contexts; the last bin holds everything longer. */
const BINS = 24;
/** Bins begin narrow and double as longer rows come: in a context of 131,072 all rows would else be in one bar. */
const NARROWEST = 16;

/** Adds up the tokens of rows; where only a sample was counted, sums are scaled by the characters of all rows. */
export class TokenSums {
  #rows = 0;
  #characters = 0;
  #countedRows = 0;
  #countedCharacters = 0;
  #total = 0;
  #trained = 0;
  #longest = 0;
  #overContext = 0;
  readonly #contextLength: number;
  /** Tokens a bin is wide: equal, so that the height of a bar is comparable with the next one's. */
  #binTokens: number;
  readonly #widestBin: number;
  readonly #bins = Array.from({ length: BINS }, () => 0);

  constructor(contextLength: number) {
    this.#contextLength = contextLength;
    this.#widestBin = Math.max(1, Math.ceil(contextLength / BINS_TO_CONTEXT));
    this.#binTokens = this.#widestBin;
    while (this.#binTokens % 2 === 0 && this.#binTokens > NARROWEST) this.#binTokens /= 2;
  }

  /** One row: its characters always, its tokens where it was counted. */
  add(characters: number, tokens: RowTokens | undefined): void {
    this.#rows += 1;
    this.#characters += characters;
    if (!tokens) return;
    this.#countedRows += 1;
    this.#countedCharacters += characters;
    this.#total += tokens.total;
    this.#trained += tokens.trained;
    this.longest(tokens.total);
    if (tokens.total > this.#contextLength) this.#overContext += 1;
    while (tokens.total > this.#binTokens * (BINS - 1) && this.#binTokens < this.#widestBin) this.#widen();
    const at = Math.min(BINS - 1, Math.max(0, Math.ceil(tokens.total / this.#binTokens) - 1));
    this.#bins[at] = (this.#bins[at] ?? 0) + 1;
  }

  #widen(): void {
    this.#binTokens *= 2;
    const pairs = Array.from({ length: BINS / 2 }, (_, at) => this.#bins.slice(2 * at, 2 * at + 2));
    const sums = pairs.map((pair) => pair.reduce((sum, rows) => sum + rows, 0));
    this.#bins.splice(0, BINS, ...sums, ...sums.map(() => 0));
  }

  /** A row counted only because it may be the longest; it is no part of a sample. */
  longest(total: number): void {
    this.#longest = Math.max(this.#longest, total);
  }

  get total(): number {
    return this.#byCharacters(this.#total);
  }

  counts(): Pick<TokenCount, 'total' | 'trained' | 'longestRow' | 'rowsOverContext' | 'histogram'> {
    return {
      total: this.total,
      trained: this.#byCharacters(this.#trained),
      longestRow: this.#longest,
      rowsOverContext: this.#byRows(this.#overContext),
      histogram: this.#histogram(),
    };
  }

  #histogram(): TokenCount['histogram'] {
    const first = this.#bins.findIndex((rows) => rows > 0);
    const last = this.#bins.findLastIndex((rows) => rows > 0);
    return this.#bins.flatMap((rows, at) =>
      first < 0 || at < first || at > last
        ? []
        : [
            {
              from: at === 0 ? 0 : at * this.#binTokens + 1,
              to: at === BINS - 1 ? null : (at + 1) * this.#binTokens,
              rows: this.#byRows(rows),
            },
          ],
    );
  }

  #byCharacters(sum: number): number {
    return this.#countedCharacters === 0 ? 0 : Math.round((sum * this.#characters) / this.#countedCharacters);
  }

  #byRows(rows: number): number {
    return this.#countedRows === 0 ? 0 : Math.round((rows * this.#rows) / this.#countedRows);
  }
}
