import { isUtf8 } from 'node:buffer';
import { LineScan, Needles } from './line-scan.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;

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
  /** Whether all its texts are printed ASCII apart from line ends and tabs. */
  isPlain: boolean;
  /** Whether a secret or a personal number could be in it. */
  mayBeSensitive: boolean;
  /** Whether a mark of a chat template could be in it. */
  mayBeMarked: boolean;
}

/** Beside runs and digits; as in check/text/sensitive-text.ts. */
const SENSITIVE = ['@', 'BEGIN', 'PuTTY-User-Key'];
/** As in check/text/text-template-tokens.ts, where marks in brackets end with one. */
const MARKS = ['<', '###'];
/** A chat ends with `]}`; the bracket of a mark stands in a text, so at least `"}` is behind it. */
const END_CHARACTERS = 2;

const isMarked = (bytes: Buffer) => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

/**
 * The lines of a block. They are taken in portions: each is turned into text as if it were ASCII, and those of its
 * lines that are so are pieces of that text without a copy. The same object is given again and again.
 */
export function* linesOf(bytes: Buffer, isFirstOfFile: boolean): Generator<Line> {
  const line: Line = {
    text: '',
    number: 0,
    byte: 0,
    from: 0,
    end: 0,
    isPrinted: true,
    isPlain: true,
    mayBeSensitive: false,
    mayBeMarked: false,
  };
  const scan = new LineScan(bytes);
  const escapes = new Needles('\\');
  const sensitive = new Needles(...SENSITIVE);
  const marks = new Needles(...MARKS);
  let from = isFirstOfFile && isMarked(bytes) ? 3 : 0;
  while (from < bytes.length) {
    const to = endOfPortion(bytes, from);
    const portion = bytes.toString('latin1', from, to);
    /** Known when the first line that is not ASCII comes. */
    let isText: boolean | undefined;
    for (const needles of [escapes, sensitive, marks]) needles.begin(portion);
    for (let at = from; at < to;) {
      const feed = portion.indexOf('\n', at - from);
      const end = feed < 0 ? to : feed + from;
      line.from = at;
      line.end = end;
      // A file may be nothing but line feeds.
      if (end === at) {
        line.text = '';
        yield line;
        line.byte = at += 1;
        line.number += 1;
        continue;
      }
      const [start, stop] = [at - from, end - from];
      scan.take(at, end);
      if (scan.isAscii) line.text = portion.slice(start, stop);
      else {
        isText ??= isUtf8(bytes.subarray(from, to));
        line.text = isText || isUtf8(bytes.subarray(at, end)) ? bytes.toString('utf8', at, end) : undefined;
      }
      line.isPrinted = !scan.hasControls || endsAlone(bytes, at, end);
      const hasEscapes = escapes.areIn(start, stop);
      const mayHide = hasEscapes && line.text?.includes('\\u') !== false;
      line.isPlain =
        scan.isAscii && !mayHide && !scan.hasDelete && !(hasEscapes && hasControlEscapes(line.text));
      line.mayBeSensitive = mayHide || scan.hasRun || scan.hasDigits || sensitive.areIn(start, stop);
      const bracket = portion.indexOf(']', start);
      const last = (bytes[end - 1] === RETURN ? stop - 1 : stop) - END_CHARACTERS;
      line.mayBeMarked = mayHide || (bracket >= 0 && bracket < last) || marks.areIn(start, stop);
      yield line;
      line.byte = end + 1;
      line.number += 1;
      at = end + 1;
    }
    from = to;
  }
}

const hasControlEscapes = (text = ''): boolean => text.includes('\\b') || text.includes('\\f');

/** Behind the last line feed within a portion; behind the first one beyond where a line is longer. */
function endOfPortion(bytes: Buffer, from: number): number {
  if (bytes.length - from <= PORTION_BYTES) return bytes.length;
  const last = bytes.lastIndexOf(NEWLINE, from + PORTION_BYTES - 1);
  const feed = last >= from ? last : bytes.indexOf(NEWLINE, from);
  return feed < 0 ? bytes.length : feed + 1;
}

/** Whether the one control character of a line is the return at its end, as Windows ends lines. */
function endsAlone(bytes: Buffer, from: number, end: number): boolean {
  if (bytes[end - 1] !== RETURN) return false;
  for (let at = from; at < end - 1; at += 1) if ((bytes[at] ?? 0) < 0x20) return false;
  return true;
}
