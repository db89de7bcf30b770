/** Which rows are far longer than the others, told from all lengths when the last row is known. */

/** Eight bins to a doubling: lengths are told apart within 9 %. A line's 2^20 characters need 168. */
const BINS_PER_DOUBLING = 8;
const BINS = 21 * BINS_PER_DOUBLING;

/** Fewer rows have no distribution to stand outside of. */
const FEWEST_ROWS = 20;
/**
 * Outside is what Tukey calls far out, on the logarithm of the length: three times the distance between the quartiles
 * above the upper one. Lengths that are spread as a logarithmic bell have one such row in a million; and where all
 * rows are nearly alike, a row still has to be eight times as long as the middle one.
 */
const FAR_OUT = 3;
const LEAST_TIMES_MEDIAN = 8;

interface LongRow {
  characters: number;
  line: number;
  byte: number;
}

export class RowLengths {
  readonly #bins = new Uint32Array(BINS);
  #rows = 0;
  /** The longest rows, as many as a report takes; a heap with the shortest of them on top. */
  readonly #longest: LongRow[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(characters: number, line: number, byte: number): void {
    this.#rows += 1;
    const bin = binOf(characters);
    this.#bins[bin] = (this.#bins[bin] ?? 0) + 1;
    const heap = this.#longest;
    if (heap.length < this.#most) {
      heap.push({ characters, line, byte });
      rise(heap);
    } else if (characters > (heap[0]?.characters ?? 0)) {
      heap[0] = { characters, line, byte };
      sink(heap);
    }
  }

  /** The rows outside, in the order of lines, of so many as there are. */
  outside(): { count: number; median: number; rows: LongRow[] } {
    const median = edgeOf(this.#binAt(0.5));
    if (this.#rows < FEWEST_ROWS) return { count: 0, median, rows: [] };
    const [lower, upper] = [this.#binAt(0.25), this.#binAt(0.75)];
    const last = Math.max(
      upper + FAR_OUT * (upper - lower),
      this.#binAt(0.5) + Math.log2(LEAST_TIMES_MEDIAN) * BINS_PER_DOUBLING,
    );
    const count = this.#bins.subarray(last + 1).reduce((sum, rows) => sum + rows, 0);
    const rows = this.#longest.filter(({ characters }) => binOf(characters) > last);
    return { count, median, rows: rows.toSorted((a, b) => a.line - b.line) };
  }

  /** The bin that this share of the rows does not exceed. */
  #binAt(share: number): number {
    let rows = 0;
    for (let bin = 0; bin < BINS; bin += 1) {
      rows += this.#bins[bin] ?? 0;
      if (rows >= share * this.#rows) return bin;
    }
    return BINS - 1;
  }
}

const binOf = (characters: number): number =>
  Math.min(BINS - 1, Math.ceil(BINS_PER_DOUBLING * Math.log2(Math.max(1, characters))));
const edgeOf = (bin: number): number => Math.floor(2 ** (bin / BINS_PER_DOUBLING));

/** Whether `a` leaves the heap before `b`: the shorter, and of two as long the later. */
const goesBefore = (a: LongRow, b: LongRow) =>
  a.characters < b.characters || (a.characters === b.characters && a.line > b.line);

function rise(heap: LongRow[]): void {
  for (let at = heap.length - 1; at > 0;) {
    const parent = (at - 1) >> 1;
    if (!swapped(heap, at, parent)) return;
    at = parent;
  }
}

function sink(heap: LongRow[]): void {
  for (let at = 0; 2 * at + 1 < heap.length;) {
    const left = 2 * at + 1;
    const [one, other] = [heap[left], heap[left + 1]];
    const child = one && other && goesBefore(other, one) ? left + 1 : left;
    if (!swapped(heap, child, at)) return;
    at = child;
  }
}

/** Brings the child up where it goes before its parent. */
function swapped(heap: LongRow[], child: number, parent: number): boolean {
  const [below, above] = [heap[child], heap[parent]];
  if (!below || !above || !goesBefore(below, above)) return false;
  heap[child] = above;
  heap[parent] = below;
  return true;
}
