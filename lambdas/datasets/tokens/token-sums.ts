/** Adds up the tokens of rows. Worker threads each add up their part and hand it over to be merged. */
import type { TokenCount } from '../../../contracts/dataset-versions.ts';
import type { RowTokens } from './chat-template.ts';

/** At most so many bars: the last is open and holds everything longer. */
const BINS = 24;
/** Bars are a power of two wide and at least so many tokens, so that 256, 2,048, 4,096 and 8,192 end one. */
const NARROWEST = 16;
/** A bar ends at the context limit, and so many at the least lie below it: none but the open one holds both what fits and what is cut. */
const FEWEST_TO_LIMIT = 4;
/** Bars reach as far as 99 of 100 rows, of 8 as far as 7: one of 100,000 tokens shall not put all others into one bar. */
const SHARE_IN_CLOSED_BINS = 0.99;
/** Lengths are kept exactly up to here, beyond with an error of at most 1/64: some 4,500 different ones at the most. */
const EXACT_LENGTHS = 4096;

/** The sums as they travel between threads. */
export interface TokenSumsPart {
  rows: number;
  characters: number;
  countedRows: number;
  countedCharacters: number;
  total: number;
  trained: number;
  longest: number;
  overContext: number;
  tokensCut: number;
  answersCut: number;
  /** Length of the longest sequence of a row → how many rows. */
  lengths: [length: number, rows: number][];
}

/** The upper end of the step in which a length lies. */
function steppedLength(length: number): number {
  if (length <= EXACT_LENGTHS) return length;
  const step = 2 ** (Math.floor(Math.log2(length - 1)) - 6);
  return Math.ceil(length / step) * step;
}

/** The upper ends of all bars but the open last one: wide enough to reach a length, at most a fourth of the context. */
function barEdges(contextLength: number, reach: number): number[] {
  const widest = contextLength / FEWEST_TO_LIMIT;
  let width = NARROWEST;
  while (width * (BINS - 1) < reach && width * 2 <= widest) width *= 2;
  // Exactly `width` wide where that divides the context, else a little less: 1,000 tokens have four bars of 250.
  const toLimit = Math.ceil(contextLength / Math.min(width, widest));
  return Array.from({ length: BINS - 1 }, (_, at) => Math.round(((at + 1) * contextLength) / toLimit));
}

/** Where only a sample of the rows was counted, sums are scaled by the characters of all rows. */
export class TokenSums {
  readonly #contextLength: number;
  readonly #lengths = new Map<number, number>();
  readonly #sums: Omit<TokenSumsPart, 'lengths'> = {
    rows: 0,
    characters: 0,
    countedRows: 0,
    countedCharacters: 0,
    total: 0,
    trained: 0,
    longest: 0,
    overContext: 0,
    tokensCut: 0,
    answersCut: 0,
  };

  constructor(contextLength: number) {
    this.#contextLength = contextLength;
  }

  /** One row: its characters always, its tokens where it was counted. */
  add(characters: number, tokens: RowTokens | undefined): void {
    const sums = this.#sums;
    sums.rows += 1;
    sums.characters += characters;
    if (!tokens) return;
    sums.countedRows += 1;
    sums.countedCharacters += characters;
    sums.total += tokens.total;
    sums.trained += tokens.trained;
    this.longest(tokens.longest);
    if (tokens.longest > this.#contextLength) sums.overContext += 1;
    sums.tokensCut += tokens.cut;
    if (tokens.answerCut) sums.answersCut += 1;
    const stepped = steppedLength(tokens.longest);
    // A step that reaches over the limit would make a row that fits one that is cut.
    const fits = tokens.longest <= this.#contextLength;
    const length = fits ? Math.min(stepped, this.#contextLength) : stepped;
    this.#lengths.set(length, (this.#lengths.get(length) ?? 0) + 1);
  }

  /** A row counted only because it may be the longest; it is no part of a sample. */
  longest(tokens: number): void {
    if (tokens > this.#sums.longest) this.#sums.longest = tokens;
  }

  /** What was added so far, to be merged by another. */
  part(): TokenSumsPart {
    return { ...this.#sums, lengths: [...this.#lengths] };
  }

  merge({ lengths, longest, ...part }: TokenSumsPart): void {
    const sums = this.#sums;
    for (const name of Object.keys(part) as (keyof typeof part)[]) sums[name] += part[name];
    this.longest(longest);
    for (const [length, rows] of lengths) this.#lengths.set(length, (this.#lengths.get(length) ?? 0) + rows);
  }

  get total(): number {
    return this.#byCharacters(this.#sums.total);
  }

  counts(): Omit<TokenCount, 'tokenizer' | 'method' | 'contextLength' | 'validation'> {
    const sums = this.#sums;
    return {
      total: this.total,
      trained: this.#byCharacters(sums.trained),
      longestRow: sums.longest,
      rowsOverContext: this.#byRows(sums.overContext),
      histogram: this.#histogram(),
      median: this.#lengthOf(sums.countedRows * 0.5),
      p95: this.#lengthOf(sums.countedRows * 0.95),
      tokensCut: this.#byCharacters(sums.tokensCut),
      answersCut: this.#byRows(sums.answersCut),
    };
  }

  /** The length that so many of the rows do not exceed. */
  #lengthOf(wanted: number): number {
    let rows = 0;
    for (const [length, more] of [...this.#lengths].toSorted(([a], [b]) => a - b)) {
      rows += more;
      if (rows >= wanted) return Math.min(length, this.#sums.longest);
    }
    return 0;
  }

  #histogram(): TokenCount['histogram'] {
    if (this.#lengths.size === 0) return [];
    const closedRows = Math.floor(this.#sums.countedRows * SHARE_IN_CLOSED_BINS);
    const edges = barEdges(this.#contextLength, this.#lengthOf(closedRows));
    const bins = Array.from({ length: BINS }, () => 0);
    for (const [length, rows] of this.#lengths) {
      const closed = edges.findIndex((edge) => length <= edge);
      const at = closed === -1 ? BINS - 1 : closed;
      bins[at] = (bins[at] ?? 0) + rows;
    }
    const first = bins.findIndex((rows) => rows > 0);
    const last = bins.findLastIndex((rows) => rows > 0);
    return bins.slice(first, last + 1).map((rows, index) => {
      const at = first + index;
      const before = edges[at - 1];
      return {
        from: before === undefined ? 0 : before + 1,
        to: edges[at] ?? null,
        rows: this.#byRows(rows),
      };
    });
  }

  #byCharacters(sum: number): number {
    const { characters, countedCharacters } = this.#sums;
    return countedCharacters === 0 ? 0 : Math.round((sum * characters) / countedCharacters);
  }

  #byRows(rows: number): number {
    const { rows: all, countedRows } = this.#sums;
    return countedRows === 0 ? 0 : Math.round((rows * all) / countedRows);
  }
}
