import { LIMITS } from '../../../contracts/limits.ts';

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** A line with its line feed; of a line that is longer than a line may be, one of the pieces that it came in. */
export interface LinePiece {
  line: number;
  bytes: Buffer;
  isLong: boolean;
  /** False for all but the first piece of a long line. */
  isFirst: boolean;
}

/**
 * Cuts a stream into lines, every byte of it in one piece or another: what a repair does not touch it writes as it came.
 * A line beyond the limit passes through in pieces, so that at most one line's limit is held.
 */
export class LinePieces {
  #held: Buffer[] = [];
  #heldBytes = 0;
  #line = 1;
  /** Whether pieces of the line that is going on were given already. */
  #isPassing = false;

  *push(chunk: Buffer): Generator<LinePiece> {
    let from = 0;
    while (from < chunk.length) {
      const end = chunk.indexOf(NEWLINE, from);
      const to = end < 0 ? chunk.length : end + 1;
      yield* this.#add(chunk.subarray(from, to), end >= 0);
      from = to;
    }
  }

  /** The last line, where the file does not end with a line feed. */
  *end(): Generator<LinePiece> {
    if (this.#heldBytes > 0) yield this.#taken(false);
  }

  *#add(bytes: Buffer, isWhole: boolean): Generator<LinePiece> {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    const length = this.#heldBytes - (isWhole ? 1 : 0);
    const isLong = this.#isPassing || length > LIMITS.datasetLineBytes;
    if (isWhole || isLong) yield this.#taken(isLong);
    this.#isPassing = isLong && !isWhole;
    if (isWhole) this.#line += 1;
  }

  #taken(isLong: boolean): LinePiece {
    const [only] = this.#held;
    const bytes = this.#held.length === 1 && only ? only : Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    return { line: this.#line, bytes, isLong: isLong || this.#isPassing, isFirst: !this.#isPassing };
  }
}

/** What stands in a line, and what stands around it: a byte order mark, a line feed with or without its return. */
export function contentOf({ line, bytes }: LinePiece): { before: Buffer; content: Buffer; after: Buffer } {
  const start = line === 1 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  let end = bytes.length;
  if (bytes[end - 1] === NEWLINE) end -= bytes[end - 2] === 0x0d ? 2 : 1;
  return {
    before: bytes.subarray(0, start),
    content: bytes.subarray(start, end),
    after: bytes.subarray(end),
  };
}
