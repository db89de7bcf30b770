import { isAscii, isUtf8 } from 'node:buffer';

const NEWLINE = 0x0a;

/**
 * So many bytes are turned into text at once. Larger strings lie outside the young generation of a thread's memory,
 * where a block of a megabyte stays for seconds after its last line was looked at.
 */
const PORTION_BYTES = 64 * 1024;

/** A line as text, or the reason why it has none. */
export interface Line {
  /** Undefined where its bytes are not UTF-8. */
  text: string | undefined;
  /** In the block, from 0. */
  number: number;
  /** Where it begins in the block, and where a range read of it begins: the mark of UTF-8 is part of the first one. */
  byte: number;
  /** Where its text begins and ends in the block. */
  from: number;
  end: number;
}

const isMarked = (bytes: Buffer) => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

/**
 * The lines of a block, in portions: one that is ASCII throughout, as most are, is turned into text at once, and its
 * lines are pieces of that text without a copy. The same object is given again and again.
 */
export function* linesOf(bytes: Buffer, isFirstOfFile: boolean): Generator<Line> {
  const line: Line = { text: '', number: 0, byte: 0, from: 0, end: 0 };
  let from = isFirstOfFile && isMarked(bytes) ? 3 : 0;
  while (from < bytes.length) {
    const to = endOfPortion(bytes, from);
    const portion = bytes.subarray(from, to);
    const whole = isAscii(portion) ? portion.toString('latin1') : undefined;
    for (let at = from; at < to;) {
      const feed = whole === undefined ? bytes.indexOf(NEWLINE, at) : whole.indexOf('\n', at - from);
      const end = feed < 0 ? to : whole === undefined ? feed : feed + from;
      line.text = whole === undefined ? textOf(bytes.subarray(at, end)) : whole.slice(at - from, end - from);
      line.from = at;
      line.end = end;
      yield line;
      line.byte = end + 1;
      line.number += 1;
      at = end + 1;
    }
    from = to;
  }
}

/** Behind the last line feed within a portion; behind the first one beyond where a line is longer. */
function endOfPortion(bytes: Buffer, from: number): number {
  if (bytes.length - from <= PORTION_BYTES) return bytes.length;
  const last = bytes.lastIndexOf(NEWLINE, from + PORTION_BYTES - 1);
  const feed = last >= from ? last : bytes.indexOf(NEWLINE, from);
  return feed < 0 ? bytes.length : feed + 1;
}

function textOf(line: Buffer): string | undefined {
  if (isAscii(line)) return line.toString('latin1');
  return isUtf8(line) ? line.toString('utf8') : undefined;
}
