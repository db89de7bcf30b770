/** Which rows were seen, as 64-bit fingerprints in flat arrays: 12 bytes a slot, bounded, no object per row. */
import type { Turn } from './row.ts';

export interface Fingerprint {
  low: number;
  high: number;
}

/** Held here: looked up on a global for each character, it is most of the time in a context of its own (jest). */
const { imul } = Math;

const isSpace = (code: number) =>
  code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0x3000;

/**
 * Two rows that say the same in other spacing have one fingerprint, as in the trainer's split. Not a cryptographic
 * hash: at 4 million rows a pair collides by chance once in two million files.
 */
export function fingerprint(turns: readonly Turn[]): Fingerprint {
  let low = 0x9e3779b9;
  let high = 0x85ebca6b;
  const mix = (code: number) => {
    low = imul(low ^ code, 2654435761);
    high = imul(high ^ code, 1597334677);
  };
  for (const { role, content } of turns) {
    mix(role.charCodeAt(0) | 0x10000);
    let gap = false;
    let begun = false;
    for (let at = 0; at < content.length; at += 1) {
      const code = content.charCodeAt(at);
      if (isSpace(code)) {
        gap = begun;
        continue;
      }
      if (gap) mix(32);
      gap = false;
      begun = true;
      low = imul(low ^ code, 2654435761);
      high = imul(high ^ code, 1597334677);
    }
    mix(0x20000);
  }
  low = imul(low ^ (low >>> 16), 2246822507) ^ imul(high ^ (high >>> 13), 3266489909);
  high = imul(high ^ (high >>> 16), 2246822507) ^ imul(low ^ (low >>> 13), 3266489909);
  return { low: low >>> 0, high: high >>> 0 };
}

/** Remembers fingerprints with a number each (a line, an answer). */
export class SeenRows {
  /** 4 million rows: 8 million slots of 12 bytes are 96 MB, what a check of 256 MB can spare. */
  static readonly MOST = 4_000_000;
  readonly #most: number;
  #slots = 1 << 12;
  #low = new Uint32Array(this.#slots);
  #high = new Uint32Array(this.#slots);
  #value = new Uint32Array(this.#slots);
  #count = 0;

  constructor(most: number = SeenRows.MOST) {
    this.#most = most;
  }

  /** The number it was first seen with, or nothing; 0 is never a value. */
  find({ low, high }: Fingerprint): number | undefined {
    return this.#value[this.#slotOf(low, high)] || undefined;
  }

  /** Remembers the first number of a fingerprint. Rows beyond the limit are looked up but not remembered. */
  add({ low, high }: Fingerprint, value: number): void {
    if (this.#count >= this.#most) return;
    if (this.#count * 2 >= this.#slots) this.#grow();
    const slot = this.#slotOf(low, high);
    if (this.#value[slot] !== 0) return;
    this.#low[slot] = low;
    this.#high[slot] = high;
    this.#value[slot] = value;
    this.#count += 1;
  }

  #slotOf(low: number, high: number): number {
    const mask = this.#slots - 1;
    let slot = low & mask;
    while (this.#value[slot] !== 0 && (this.#low[slot] !== low || this.#high[slot] !== high)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const [low, high, value] = [this.#low, this.#high, this.#value];
    this.#slots *= 2;
    this.#low = new Uint32Array(this.#slots);
    this.#high = new Uint32Array(this.#slots);
    this.#value = new Uint32Array(this.#slots);
    for (let old = 0; old < value.length; old += 1) {
      const kept = value[old];
      if (!kept) continue;
      const slot = this.#slotOf(low[old] ?? 0, high[old] ?? 0);
      this.#low[slot] = low[old] ?? 0;
      this.#high[slot] = high[old] ?? 0;
      this.#value[slot] = kept;
    }
  }
}
