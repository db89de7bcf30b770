import { isUtf8 } from 'node:buffer';
import type { Kernel } from '../kernel/kernel.ts';
import { UsualRow } from './usual-row.ts';

const NEWLINE = 0x0a;

const isMarked = (bytes: Buffer) => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

/** A line of a block. The same object is given again and again. */
export class Line {
  /** In the block, from 0. */
  number = 0;
  /** Where it begins in the block, and where a range read of it begins: the mark of UTF-8 is part of the first one. */
  byte = 0;
  /** Where its text begins and ends in the block. */
  from = 0;
  end = 0;
  /** Its row, where that has the usual form and nothing wrong with it. */
  usual: UsualRow | undefined;
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Undefined where its bytes are not UTF-8. */
  get text(): string | undefined {
    const { bytes, from, end } = this;
    return isUtf8(bytes.subarray(from, end)) ? bytes.toString('utf8', from, end) : undefined;
  }
}

/** The lines of blocks, and the rows of those that have the usual form: each of these is another with the next line. */
export class BlockLines {
  readonly #row: UsualRow;

  constructor(kernel: Kernel) {
    this.#row = new UsualRow(kernel);
  }

  *of(bytes: Buffer, isFirstOfFile: boolean): Generator<Line> {
    const line = new Line(bytes);
    this.#row.takeBlock(bytes);
    line.from = isFirstOfFile && isMarked(bytes) ? 3 : 0;
    while (line.from < bytes.length) {
      // A file may be nothing but line feeds.
      const isUsual = bytes[line.from] !== NEWLINE && this.#row.read(line.from);
      line.usual = isUsual ? this.#row : undefined;
      line.end = isUsual ? this.#row.end : endOfLine(bytes, line.from);
      yield line;
      line.number += 1;
      line.byte = line.end + 1;
      line.from = line.byte;
    }
  }
}

function endOfLine(bytes: Buffer, from: number): number {
  if (bytes[from] === NEWLINE) return from;
  const feed = bytes.indexOf(NEWLINE, from);
  return feed < 0 ? bytes.length : feed;
}
