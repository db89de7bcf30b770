/** A text is copied to where it is looked at, without its escapes and with its white space tidied. */
import { HAS_UNPRINTED, IS_ESCAPED } from '../layout';
import { characterAt, isSurrogate, length, marksOf, mayBeBlank, writeCharacter } from './characters';
import { tidyAt } from './memory';
import { byteBefore } from './vectors';

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;
const SPACE: u8 = 0x20;

/** Where the tidy text ends that was made last. */
export let tidyEnd: usize = 0;
/** Where it ended in its line: at its quote. */
export let endOfLiteral: usize = 0;
export let marks: i32 = 0;
/** How many UTF-16 units it has, before it was tidied. */
export let units: i32 = 0;
/** Whether something is in it that is surely no white space. */
export let says: bool = false;

/** What is read next, and where what is tidy goes on. */
let at: usize = 0;
let out: usize = 0;
let isAtEnd: bool = false;
let isBroken: bool = false;

const isWhite = (byte: u32): bool => byte == SPACE || (byte >= 9 && byte <= 13);
const endsWhite = (): bool => out == tidyAt || load<u8>(out - 1) == SPACE;

function putWhite(): void {
  if (endsWhite()) return;
  store<u8>(out, SPACE);
  out += 1;
}

/** One character that an escape or plain text holds; of those beyond ASCII the bytes are known to be whole. */
function put(code: u32): void {
  if (isWhite(code)) {
    // A vertical tab and a form feed are control characters too.
    if (code == 11 || code == 12) marks |= HAS_UNPRINTED;
    putWhite();
  } else if (code < 0x80) {
    store<u8>(out, code);
    out += 1;
  } else {
    marks |= marksOf(code);
    if (!mayBeBlank(code)) says = true;
    out += writeCharacter(out, code);
  }
}

const digitOf = (byte: u32): i32 => {
  if (byte - 0x30 < 10) return byte - 0x30;
  const letter = (byte | 0x20) - 0x61;
  return letter < 6 ? letter + 10 : -1;
};

/** The unit that four digits in base 16 write; less than 0 where they are none. */
const unitAt = (at: usize): i32 =>
  (digitOf(load<u8>(at)) << 12) |
  (digitOf(load<u8>(at + 1)) << 8) |
  (digitOf(load<u8>(at + 2)) << 4) |
  digitOf(load<u8>(at + 3));

/** `\uXXXX`, two of them for a character beyond 0xffff. Half of one is for JSON.parse to tell. */
function passUnicode(): void {
  const first = unitAt(at + 2);
  const second = load<u16>(at + 6) == 0x755c ? unitAt(at + 8) : -1;
  if (first < 0) isBroken = true;
  else if (!isSurrogate(first)) {
    put(first);
    units -= 5;
    at += 6;
  } else if (first >= 0xdc00 || second < 0xdc00 || second > 0xdfff) isBroken = true;
  else {
    put(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
    units -= 10;
    at += 12;
  }
}

/** What the letter behind a backslash stands for; 0 where it is no escape of one letter. */
function escaped(sign: u32): u32 {
  switch (sign) {
    case 0x6e:
    case 0x72:
    case 0x74:
      return SPACE;
    case 0x62:
      return 8;
    case 0x66:
      return 12;
    case 0x22:
    case 0x5c:
    case 0x2f:
      return sign;
    default:
      return 0;
  }
}

function passEscape(): void {
  marks |= IS_ESCAPED;
  const sign = <u32>load<u8>(at + 1);
  if (sign == 0x75) return passUnicode();
  const meant = escaped(sign);
  if (meant == 0) isBroken = true;
  else put(meant);
  units -= 1;
  at += 2;
}

/** One character beyond ASCII as it stands. */
function passWide(): void {
  const code = characterAt(at);
  if (length == 0) isBroken = true;
  else put(code);
  units -= length == 4 ? 2 : length - 1;
  at += length;
}

/** Passes what stands here, unless it is printed ASCII: then it answers false. */
function passSign(to: usize, isLiteral: bool): bool {
  const byte = <u32>load<u8>(at);
  if (byte >= 0x80) passWide();
  else if (isLiteral && byte == QUOTE) isAtEnd = true;
  else if (isLiteral && byte == BACKSLASH) passEscape();
  else if (byte > SPACE) return false;
  else if (byte == SPACE || (!isLiteral && at < to)) {
    put(byte);
    at += 1;
  } else if (isLiteral) isBroken = true;
  else isAtEnd = true;
  return true;
}

/** Copies 16 bytes at a time, up to the first sign that is no printed ASCII and no single space. */
function passPrinted(isLiteral: bool): void {
  const spaces = i8x16.splat(SPACE);
  // In a plain text nothing but a control character stands for these.
  const quotes = i8x16.splat(isLiteral ? QUOTE : 0);
  const backslashes = i8x16.splat(isLiteral ? BACKSLASH : 0);
  let from = at;
  let to = out;
  let spacesBefore = i8x16.splat(endsWhite() ? -1 : 0);
  for (;;) {
    const bytes = v128.load(from);
    const here = i8x16.eq(bytes, spaces);
    const earlier = byteBefore(spacesBefore, here);
    // Signed, what is less than a space is a control character or beyond ASCII.
    const stops = v128.or(
      v128.or(i8x16.eq(bytes, quotes), i8x16.eq(bytes, backslashes)),
      v128.or(i8x16.lt_s(bytes, spaces), v128.and(here, earlier)),
    );
    v128.store(to, bytes);
    if (v128.any_true(stops)) {
      const passed = ctz(i8x16.bitmask(stops));
      at = from + passed;
      out = to + passed;
      return;
    }
    from += 16;
    to += 16;
    spacesBefore = here;
  }
}

/**
 * Reads what begins at `from`: where `isLiteral`, up to the quote that ends it; else, as a text without escapes, up
 * to `to`. Answers whether it is what JSON has between quotes, in UTF-8. A control character must stand at `to`.
 */
export function readText(from: usize, to: usize, isLiteral: bool): bool {
  at = from;
  out = tidyAt;
  marks = 0;
  units = 0;
  says = false;
  isAtEnd = false;
  isBroken = false;
  while (!isAtEnd && !isBroken) {
    if (!passSign(to, isLiteral)) passPrinted(isLiteral);
  }
  if (isBroken) return false;
  units += <i32>(at - from);
  endOfLiteral = at;
  if (out > tidyAt && load<u8>(out - 1) == SPACE) out -= 1;
  tidyEnd = out;
  if (out > tidyAt && load<u8>(tidyAt) > SPACE && load<u8>(tidyAt) < 0x7f) says = true;
  return true;
}
