import { isAscii, isUtf8 } from 'node:buffer';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const SPACES = 0x20202020;
const HIGHS = 0x80808080 | 0;

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
  /** Whether no control character is in it but for a return at its end. */
  isPrinted: boolean;
}

const isMarked = (bytes: Buffer) => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

/**
 * The lines of a block, in portions: one that is ASCII throughout, as most are, is turned into text at once, and its
 * lines are pieces of that text without a copy. The same object is given again and again.
 */
export function* linesOf(bytes: Buffer, isFirstOfFile: boolean): Generator<Line> {
  const line: Line = { text: '', number: 0, byte: 0, from: 0, end: 0, isPrinted: true };
  let from = isFirstOfFile && isMarked(bytes) ? 3 : 0;
  while (from < bytes.length) {
    const to = endOfPortion(bytes, from);
    const portion = bytes.subarray(from, to);
    line.isPrinted = !hasControls(bytes, from, to);
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

/**
 * Whether any byte is a control character that does not end a line. Four bytes at a time: looked at one by one, 500 MB
 * cost half a core-second.
 */
function hasControls(bytes: Buffer, from: number, to: number): boolean {
  const words = new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >> 2);
  const { byteOffset } = bytes;
  const first = (byteOffset + from + 3) >> 2;
  const last = (byteOffset + to) >> 2;
  if (last <= first) return bytesHaveControls(bytes, from, to);
  for (let at = first; at < last; at += 1) {
    const word = words[at] ?? 0;
    // The top bit of each byte below a space (or, now and then, of the one after it: that costs time alone).
    if (((word - SPACES) & ~word & HIGHS) === 0) continue;
    const byte = 4 * at - byteOffset;
    if (bytesHaveControls(bytes, byte, byte + 4)) return true;
  }
  return (
    bytesHaveControls(bytes, from, 4 * first - byteOffset) ||
    bytesHaveControls(bytes, 4 * last - byteOffset, to)
  );
}

function bytesHaveControls(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte < SPACE && byte !== NEWLINE && !(byte === RETURN && bytes[at + 1] === NEWLINE)) return true;
  }
  return false;
}

function textOf(line: Buffer): string | undefined {
  if (isAscii(line)) return line.toString('latin1');
  return isUtf8(line) ? line.toString('utf8') : undefined;
}
