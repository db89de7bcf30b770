/** Chance that comes out the same for the same seed. */
export interface Chance {
  (): number;
  below: (n: number) => number;
  of: <T>(list: readonly T[]) => T;
  chars: (length: number, from: string) => string;
}
export const DIGITS = '0123456789';
export const HEX = '0123456789abcdef';
export const LOWER = 'abcdefghijklmnopqrstuvwxyz';
export const UPPER = LOWER.toUpperCase();
export const WORD = DIGITS + LOWER + UPPER;

export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n: number) => Math.floor(next() * n);
  return Object.assign(next, {
    below,
    of: <T>(list: readonly T[]) => list[below(list.length)]!,
    chars: (length: number, from: string) => Array.from({ length }, () => from[below(from.length)]).join(''),
  });
}
