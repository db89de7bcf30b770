const { imul } = Math;

/** Rows kept under one run: one that more rows share is common and says little. */
export const ROWS_PER_RUN = 4;
/** Seven tenths of the slots are filled at most: beyond that, probing grows long. */
const SLOTS_PER_POST = 1.4;
/** A slot is 22 bits of row number and 10 of the run's hash, so that one wrong row in 1,000 is looked at. */
const TAG_BITS = 10;
const TAG_MASK = (1 << TAG_BITS) - 1;
export const MOST_ROWS = 2 ** (32 - TAG_BITS) - 1;

/** Hash of a run of words → the rows it was posted for: one flat table of a fixed size, 5.6 bytes a post. */
export class RunPosts {
  /** The rows that `find` found, first posted first. */
  readonly found = new Uint32Array(ROWS_PER_RUN);
  readonly #slots: Uint32Array;
  #room: number;

  constructor(mostPosts: number) {
    this.#room = mostPosts;
    // At least one slot stays empty: it ends the search.
    this.#slots = new Uint32Array(Math.ceil(mostPosts * SLOTS_PER_POST) + 1);
  }

  /** How many rows stand under a run; that many of `found` are theirs. */
  find(run: number): number {
    const slots = this.#slots;
    const tag = run & TAG_MASK;
    let rows = 0;
    for (let slot = this.#home(run); rows < ROWS_PER_RUN; slot += 1) {
      if (slot === slots.length) slot = 0;
      const held = slots[slot] ?? 0;
      if (held === 0) return rows;
      if ((held & TAG_MASK) !== tag) continue;
      this.found[rows] = (held >>> TAG_BITS) - 1;
      rows += 1;
    }
    return rows;
  }

  post(run: number, row: number): void {
    if (this.#room === 0) return;
    this.#room -= 1;
    const slots = this.#slots;
    let slot = this.#home(run);
    while (slots[slot] !== 0) slot = slot + 1 === slots.length ? 0 : slot + 1;
    slots[slot] = ((row + 1) << TAG_BITS) | (run & TAG_MASK);
  }

  #home(run: number): number {
    return Math.floor(((imul(run, 0x9e3779b1) >>> 0) / 2 ** 32) * this.#slots.length);
  }
}
