/** What a table answers for a fingerprint it does not have; a line is never 0. */
const NOWHERE = 0;

/** Twelve of sixteen slots at most are taken: a look-up then passes two on average. */
const FULL = 0.85;

/**
 * Remembers fingerprints with a number each, in eight bytes a slot and in one place of the memory: the number, and
 * 32 bits of the fingerprint beside the ones that chose the slot. With 3.5 million rows the chance that any of them
 * is taken for another by mistake is 0.3 %. The table never grows: what it needs, it has from the start, and pages
 * of it that nobody writes to cost nothing.
 */
export class SeenRows {
  /** 2^22 slots are 32 MiB; a check has two tables (rows and prompts) within its 256 MB. */
  static readonly MOST = Math.floor(FULL * 2 ** 22);
  readonly #most: number;
  readonly #mask: number;
  readonly #slots: Uint32Array;
  #count = 0;

  constructor(most: number = SeenRows.MOST) {
    this.#most = Math.min(most, SeenRows.MOST);
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, this.#most / FULL)));
    this.#mask = slots - 1;
    this.#slots = new Uint32Array(2 * slots);
  }

  get isFull(): boolean {
    return this.#count >= this.#most;
  }

  /**
   * The number this fingerprint came with first, or 0; where it is new, it is remembered with this number, as long
   * as there is room.
   */
  findOrAdd(low: number, high: number, value: number): number {
    const slots = this.#slots;
    const at = this.#slotOf(low, high);
    const known = slots[at + 1] ?? NOWHERE;
    if (known !== NOWHERE || this.isFull) return known;
    slots[at] = high;
    slots[at + 1] = value;
    this.#count += 1;
    return NOWHERE;
  }

  /** Gives a fingerprint that is known another number. */
  replace(low: number, high: number, value: number): void {
    const at = this.#slotOf(low, high);
    if (this.#slots[at + 1] !== NOWHERE) this.#slots[at + 1] = value;
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
