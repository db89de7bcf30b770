/** Which marks of layout.ts a text has. */
import {
  HAS_AT,
  HAS_DASHES,
  HAS_DIGITS,
  HAS_RUN,
  HAS_UNPRINTED,
  IS_WIDE,
  MAY_BE_CUT,
  MAY_BE_MARKED,
} from '../layout';
import { byteBefore } from './vectors';

/** The shortest keys; as in sensitive/quick-look.ts. */
const RUN = 20;
/** The fewest digits of a number that somebody has; as there. */
const DIGITS = 6;
/** What may stand between two of them: three characters, of one byte each in ASCII and of three at most elsewhere. */
const GAP = 3;
const WIDE_GAP = 9;

let digits: i32 = 0;
let lastDigit: usize = 0;

/** Whether there are six digits that may belong together. `places` has a bit for each digit of the 16 bytes at `at`. */
function countDigits(at: usize, places: i32, gap: usize): bool {
  for (let left = places; left != 0; left &= left - 1) {
    const place = at + ctz(left);
    digits = place - lastDigit - 1 <= gap ? digits + 1 : 1;
    lastDigit = place;
    if (digits == DIGITS) return true;
  }
  return false;
}

/** The marks of the text from `from` to before `to`, behind which 16 bytes are written over; `known` are set already. */
export function marksIn(from: usize, to: usize, known: i32): i32 {
  const spaces = i8x16.splat(0x20);
  v128.store(to, spaces);
  let before = spaces;
  let marked = i8x16.splat(0);
  let unprinted = marked;
  let signs = marked;
  let run = 0;
  let dashes = 0;
  let ticks = 0;
  let marks = known;
  digits = 0;
  // Far before the text, so that its first digit begins anew.
  lastDigit = 0;
  const gap = known & IS_WIDE ? WIDE_GAP : GAP;
  for (let at = from; at < to; at += 16) {
    const bytes = v128.load(at);
    const earlier = byteBefore(before, bytes);
    before = bytes;
    // `<`, `#`, and the `]` behind INST, SYSTEM_PROMPT, AVAILABLE_TOOLS and TOOL_CALLS.
    const closing = v128.and(
      i8x16.eq(bytes, i8x16.splat(0x5d)),
      v128.or(i8x16.eq(earlier, i8x16.splat(0x54)), i8x16.eq(earlier, i8x16.splat(0x53))),
    );
    const opening = v128.or(i8x16.eq(bytes, i8x16.splat(0x3c)), i8x16.eq(bytes, i8x16.splat(0x23)));
    marked = v128.or(marked, v128.or(closing, opening));
    signs = v128.or(signs, i8x16.eq(bytes, i8x16.splat(0x40)));
    unprinted = v128.or(unprinted, v128.or(i8x16.lt_u(bytes, spaces), i8x16.eq(bytes, i8x16.splat(0x7f))));
    // Four dashes before BEGIN, three backticks.
    const dash = (i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(0x2d))) << 3) | dashes;
    const tick = (i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(0x60))) << 2) | ticks;
    dashes = dash >> 16;
    ticks = tick >> 16;
    if ((tick & (tick >> 1) & (tick >> 2)) != 0) marks |= MAY_BE_CUT;
    if ((dash & (dash >> 1) & (dash >> 2) & (dash >> 3)) != 0) marks |= HAS_DASHES;
    // A run of 20 of what keys are made of ends at each byte up to a comma, and beyond ASCII.
    const ends = 0xffff ^ i8x16.bitmask(i8x16.gt_s(bytes, i8x16.splat(0x2c)));
    if (ends == 0) run += 16;
    else {
      if (run + ctz(ends) >= RUN) marks |= HAS_RUN;
      run = clz(ends) - 16;
    }
    if (run >= RUN) marks |= HAS_RUN;
    const places = i8x16.bitmask(i8x16.lt_u(i8x16.sub(bytes, i8x16.splat(0x30)), i8x16.splat(10)));
    if (places != 0 && countDigits(at, places, gap)) marks |= HAS_DIGITS;
  }
  if (v128.any_true(marked)) marks |= MAY_BE_MARKED;
  if (v128.any_true(unprinted)) marks |= HAS_UNPRINTED;
  if (v128.any_true(signs)) marks |= HAS_AT;
  return mayEndInTheMiddle(from, to) ? marks | MAY_BE_CUT : marks;
}

/** By the last byte, as text-endings.ts and last-sentence.ts ask first; beyond ASCII all of it may be needed to tell. */
function mayEndInTheMiddle(from: usize, to: usize): bool {
  if (to == from) return false;
  const last = <u32>load<u8>(to - 1);
  // A full stop or a closing bracket, where a list's next number may stand before it.
  if (last == 0x2e || last == 0x29) return to - from > 1 && <u32>load<u8>(to - 2) - 0x30 < 10;
  if (last <= 0x20 || last >= 0x7f) return true;
  // A comma, an open bracket, a dash; a digit, a colon, a semicolon; a letter.
  if (last == 0x2c || last == 0x28 || last == 0x2d) return true;
  return last - 0x30 < 12 || (last | 0x20) - 0x61 < 26;
}
