/** What a table answers for a fingerprint it does not have; a line is never 0. */
const NOWHERE = 0;

/** So much of the slots is taken at most: a look-up then passes four on average, side by side. */
const FULL = 0.85;
/**
 * 8, 16 and 16 MiB, taken up one after the other as rows come: 891,000 rows fit into the first, as most files of
 * 500 MB have them, and 4.4 million into all. A check has two of these, of rows and of prompts, within its 256 MB.
 */
const SLOTS = [2 ** 20, 2 ** 21, 2 ** 21];

/** Eight bytes a slot, in one place of the memory: the number, and 32 bits beside those that chose the slot. */
class Table {
  readonly #slots: Uint32Array;
  readonly #mask: number;
  readonly #most: number;
  #count = 0;

  constructor(slots: number) {
    this.#slots = new Uint32Array(2 * slots);
    this.#mask = slots - 1;
    this.#most = Math.floor(FULL * slots);
  }

  get isFull(): boolean {
    return this.#count >= this.#most;
  }

  find(low: number, high: number): number {
    return this.#slots[this.#slotOf(low, high) + 1] ?? NOWHERE;
  }

  /** The number it is known with, and that one is kept; else it is put in with this one. */
  findOrPut(low: number, high: number, value: number): number {
    const at = this.#slotOf(low, high);
    const known = this.#slots[at + 1] ?? NOWHERE;
    if (known !== NOWHERE || this.isFull) return known;
    this.#slots[at] = high;
    this.#slots[at + 1] = value;
    this.#count += 1;
    return NOWHERE;
  }

  /** Whether it was there to be replaced. */
  replace(low: number, high: number, value: number): boolean {
    const at = this.#slotOf(low, high);
    if (this.#slots[at + 1] === NOWHERE) return false;
    this.#slots[at + 1] = value;
    return true;
  }

  /** Where a fingerprint stands or would stand: always found, because the table is never full to the last slot. */
  #slotOf(low: number, high: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    let slot = low & mask;
    while (slots[2 * slot + 1] !== NOWHERE && slots[2 * slot] !== high) slot = (slot + 1) & mask;
    return 2 * slot;
  }
}

/**
 * Remembers fingerprints with a number each. 52 bits of each are compared: with 4 million rows, the chance that any
 * of them is taken for another by mistake is below 1 %. What is beyond the tables is looked up but not remembered.
 */
export class SeenRows {
  static readonly MOST = SLOTS.reduce((sum, slots) => sum + Math.floor(FULL * slots), 0);
  readonly #slots: readonly number[];
  readonly #tables: Table[];

  constructor(most: number = SeenRows.MOST) {
    const [first = 16, ...more] = SLOTS;
    const wanted = 2 ** Math.ceil(Math.log2(Math.max(16, most / FULL)));
    this.#slots = wanted < first ? [wanted] : [first, ...more];
    this.#tables = [new Table(this.#slots[0] ?? first)];
  }

  get isFull(): boolean {
    return this.#tables.length === this.#slots.length && this.#newest.isFull;
  }

  /** The number this fingerprint came with first, or 0: then it is remembered with this one, while there is room. */
  findOrAdd(low: number, high: number, value: number): number {
    for (let at = 0; at + 1 < this.#tables.length; at += 1) {
      const known = this.#tables[at]?.find(low, high) ?? NOWHERE;
      if (known !== NOWHERE) return known;
    }
    const known = this.#newest.findOrPut(low, high, value);
    if (this.#newest.isFull) this.#grow();
    return known;
  }

  /** Gives a fingerprint that is known another number. */
  replace(low: number, high: number, value: number): void {
    this.#tables.some((table) => table.replace(low, high, value));
  }

  get #newest(): Table {
    const newest = this.#tables.at(-1);
    if (!newest) throw new Error('There is always a table.');
    return newest;
  }

  #grow(): void {
    const slots = this.#slots[this.#tables.length];
    if (slots !== undefined) this.#tables.push(new Table(slots));
  }
}
