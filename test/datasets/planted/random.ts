/** A seeded stream of numbers, so that a corpus is the same in every run and a miss can be looked at again. */

export interface Random {
  /** Integer from 0 to below − 1. */
  below(below: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** So many characters of an alphabet. */
  text(length: number, alphabet: string): string;
  digits(length: number): string;
}

export const HEX = '0123456789abcdef';
export const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** mulberry32 (public domain): 32 bits of state, enough to vary text. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const random: Random = {
    below: (below) => Math.floor(next() * below),
    pick(items) {
      const item = items[random.below(items.length)];
      if (item === undefined) throw new Error('There is nothing to pick from.');
      return item;
    },
    text: (length, alphabet) =>
      Array.from({ length }, () => alphabet.charAt(random.below(alphabet.length))).join(''),
    digits: (length) => random.text(length, '0123456789'),
  };
  return random;
}
