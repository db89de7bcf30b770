import { isAscii, isUtf8 } from 'node:buffer';

const NEWLINE = 0x0a;

/** A line as text, or the reason why it has none. */
export interface Line {
  /** Undefined where its bytes are not UTF-8. */
  text: string | undefined;
  /** In the block, from 0. */
  number: number;
  /** Where it begins in the block. */
  byte: number;
  end: number;
}

const isMarked = (bytes: Buffer) => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

/**
 * The lines of a block. One that is ASCII throughout, as most are, is turned into text at once, and its lines are
 * pieces of that text without a copy. The same object is given again and again.
 */
export function* linesOf(bytes: Buffer, isFirstOfFile: boolean): Generator<Line> {
  const start = isFirstOfFile && isMarked(bytes) ? 3 : 0;
  const line: Line = { text: '', number: 0, byte: 0, end: 0 };
  const whole = isAscii(bytes) ? bytes.toString('latin1') : undefined;
  let from = start;
  while (from < bytes.length) {
    const found = whole === undefined ? bytes.indexOf(NEWLINE, from) : whole.indexOf('\n', from);
    const end = found < 0 ? bytes.length : found;
    if (whole !== undefined) line.text = whole.slice(from, end);
    else {
      const own = bytes.subarray(from, end);
      line.text = isAscii(own) ? own.toString('latin1') : isUtf8(own) ? own.toString('utf8') : undefined;
    }
    line.byte = from === start ? 0 : from;
    line.end = end;
    yield line;
    line.number += 1;
    from = end + 1;
  }
}
