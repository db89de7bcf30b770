/** Where things lie: what is found first, then the block of lines, a text that was put in, and the text that is looked at. */
import { MOST_TURNS, ROW_NUMBERS, TURN_NUMBERS } from '../layout';

/** A vector and the longest sign that is read ahead may lie behind the last byte. */
const PAD: usize = 64;

/** What was found of a row and its turns; its places are named in layout.ts. */
export const found: usize = memory.data(4 * (ROW_NUMBERS + MOST_TURNS * TURN_NUMBERS), 16);

let room: usize = 0;
export let blockAt: usize = 0;
export let textAt: usize = 0;
/** The text that is looked at, without its escapes and with one space for each run of white space. */
export let tidyAt: usize = 0;

/** Makes room for a block or a text of so many bytes; memory grows and never shrinks. */
export function makeRoom(bytes: i32): void {
  const wanted = ((<usize>bytes + 15) & ~15) + PAD;
  if (wanted <= room) return;
  room = wanted;
  blockAt = (__heap_base + 15) & ~15;
  textAt = blockAt + room;
  tidyAt = textAt + room;
  const pages = <i32>((tidyAt + room + 0xffff) >> 16);
  if (pages > memory.size()) memory.grow(pages - memory.size());
}

/** Ends what was put in with a control character, at which every search stops. */
export function endAt(at: usize): void {
  v128.store(at, i8x16.splat(0));
}
