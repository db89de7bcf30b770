/** Words as numbers, so that a file's words can be counted without keeping one of them. */

const { imul } = Math;

/** What a number in figures counts as: which one it is says nothing about where a sentence ends. */
const FIGURE = 0x30;

/** Each UTF-16 unit → 0 where it parts words, else its lower case; a digit is any digit. */
const FOLDED = Uint16Array.from({ length: 0x10000 }, (_, unit) => {
  if (unit >= 0xd800 && unit < 0xe000) return unit;
  const character = String.fromCharCode(unit);
  if (/\p{N}/u.test(character)) return FIGURE;
  return /[\p{L}\p{M}]/u.test(character) ? character.toLowerCase().charCodeAt(0) : 0;
});
export const folded = (text: string, at: number): number => FOLDED[text.charCodeAt(at)] ?? 0;

/** Scripts that write no spaces, where each character counts as a word: Thai to Khmer, Han and kana. */
export const isUnspaced = (unit: number): boolean =>
  unit >= 0x0e00 &&
  (unit <= 0x0eff ||
    (unit >= 0x1000 && unit <= 0x109f) ||
    (unit >= 0x1780 && unit <= 0x17ff) ||
    (unit >= 0x3040 && unit <= 0x9fff) ||
    (unit >= 0xf900 && unit <= 0xfaff));

/** The word so far and one unit more; figures of any length are one word. */
export function withUnit(word: number, unit: number): number {
  if (unit === FIGURE && word === FIGURE) return word;
  return word === 0 ? unit : imul(word, 0x5bd1e995) + unit + 1;
}

/** The word that a text ends with, behind which anything but a word may stand; 0 where it has none. */
export function lastWord(text: string): number {
  let end = text.length;
  while (end > 0 && folded(text, end - 1) === 0) end -= 1;
  if (end === 0) return 0;
  const last = folded(text, end - 1);
  if (isUnspaced(last)) return last;
  let from = end - 1;
  while (from > 0 && folded(text, from - 1) !== 0 && !isUnspaced(folded(text, from - 1))) from -= 1;
  let word = 0;
  for (; from < end; from += 1) word = withUnit(word, folded(text, from));
  return word >>> 0;
}
