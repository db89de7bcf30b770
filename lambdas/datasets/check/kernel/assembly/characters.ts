/** Characters beyond printed ASCII: whether their bytes are UTF-8, and what is to be known of them. */
import { HAS_UNPRINTED, IS_WIDE } from '../layout';

/** How many bytes the character has that was read last; 0 where they are not UTF-8. */
export let length: i32 = 0;

const rest = (at: usize, place: usize): u32 => (<u32>load<u8>(at + place)) ^ 0x80;

/** The character that begins here with a byte of 0x80 or more (Unicode, table 3-7). */
export function characterAt(at: usize): u32 {
  const lead = <u32>load<u8>(at);
  const second = rest(at, 1);
  length = 0;
  if (lead < 0xc2 || lead > 0xf4 || second > 0x3f) return 0;
  if (lead < 0xe0) {
    length = 2;
    return ((lead & 0x1f) << 6) | second;
  }
  const third = rest(at, 2);
  if (third > 0x3f) return 0;
  if (lead < 0xf0) {
    const code = ((lead & 0x0f) << 12) | (second << 6) | third;
    if (code >= 0x800 && !isSurrogate(code)) length = 3;
    return code;
  }
  const fourth = rest(at, 3);
  const code = ((lead & 0x07) << 18) | (second << 12) | (third << 6) | fourth;
  if (fourth <= 0x3f && code >= 0x10000 && code <= 0x10ffff) length = 4;
  return code;
}

export const isSurrogate = (code: u32): bool => (code & 0xfffff800) == 0xd800;

/** Writes a character of 0x80 or more; answers how many bytes it has. */
export function writeCharacter(at: usize, code: u32): usize {
  if (code < 0x800) {
    store<u8>(at, 0xc0 | (code >> 6));
    store<u8>(at + 1, 0x80 | (code & 0x3f));
    return 2;
  }
  if (code < 0x10000) {
    store<u8>(at, 0xe0 | (code >> 12));
    store<u8>(at + 1, 0x80 | ((code >> 6) & 0x3f));
    store<u8>(at + 2, 0x80 | (code & 0x3f));
    return 3;
  }
  store<u8>(at, 0xf0 | (code >> 18));
  store<u8>(at + 1, 0x80 | ((code >> 12) & 0x3f));
  store<u8>(at + 2, 0x80 | ((code >> 6) & 0x3f));
  store<u8>(at + 3, 0x80 | (code & 0x3f));
  return 4;
}

/** Typographic quotes, dashes and dots are as good as printed ASCII; as in text-quality.ts. */
export function marksOf(code: u32): i32 {
  const isTypographic =
    code == 0x2018 ||
    code == 0x2019 ||
    code == 0x201c ||
    code == 0x201d ||
    code == 0x2013 ||
    code == 0x2014 ||
    code == 0x2026;
  return isTypographic ? IS_WIDE : IS_WIDE | HAS_UNPRINTED;
}

/** What `trim` of JavaScript takes away, and a few more: a text of these alone is left to it. */
export const mayBeBlank = (code: u32): bool =>
  code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code < 0x2070) || code == 0x3000 || code == 0xfeff;
