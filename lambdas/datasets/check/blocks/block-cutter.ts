import { LIMITS } from '../../../../contracts/limits.ts';

const NEWLINE = 0x0a;

/** Exactly the longest line that is allowed and its line feed: a full block without one holds a line that is too long. */
const BLOCK_BYTES = LIMITS.datasetLineBytes + 1;

/** Of a dropped line so much is shown, to tell a binary file by it. */
const HEAD_BYTES = 4096;

/** Whole lines, or the place of a line that was dropped because it is too long. `head` holds until the next push. */
export type Cut =
  | { kind: 'lines'; bytes: Uint8Array<ArrayBuffer>; startByte: number }
  | { kind: 'long-line'; head: Uint8Array; startByte: number };

/**
 * Cuts a stream into blocks at line ends. Where it cuts depends on the bytes alone, not on the chunks they come in,
 * so that a file has one report. A line beyond the limit is dropped while it comes, whatever its length: at no time
 * more than one block is held here.
 */
export class BlockCutter {
  readonly #buffers: BlockBuffers;
  readonly #blockBytes: number;
  #block: Uint8Array<ArrayBuffer>;
  #used = 0;
  /** Where the block begins in the file. */
  #startByte = 0;
  #isSkipping = false;

  constructor(buffers: BlockBuffers) {
    this.#buffers = buffers;
    this.#blockBytes = buffers.blockBytes;
    this.#block = buffers.take();
  }

  *push(chunk: Buffer): Generator<Cut> {
    let from = 0;
    while (from < chunk.length) {
      if (this.#isSkipping) {
        const end = chunk.indexOf(NEWLINE, from);
        const next = end < 0 ? chunk.length : end + 1;
        this.#startByte += next - from;
        this.#isSkipping = end < 0;
        from = next;
        continue;
      }
      const taken = Math.min(chunk.length - from, this.#blockBytes - this.#used);
      this.#block.set(chunk.subarray(from, from + taken), this.#used);
      this.#used += taken;
      from += taken;
      if (this.#used === this.#blockBytes) yield this.#cut();
    }
  }

  /** What is left: the last lines, of which the last may lack its line feed. */
  *end(): Generator<Cut> {
    if (this.#used > 0) yield this.#lines(this.#used);
    else this.#buffers.give(this.#block.buffer);
  }

  #cut(): Cut {
    const end = this.#block.lastIndexOf(NEWLINE, this.#used - 1);
    if (end >= 0) return this.#lines(end + 1);
    const startByte = this.#startByte;
    this.#startByte += this.#used;
    this.#used = 0;
    this.#isSkipping = true;
    return { kind: 'long-line', head: this.#block.subarray(0, HEAD_BYTES), startByte };
  }

  #lines(length: number): Cut {
    const cut = {
      kind: 'lines' as const,
      bytes: this.#block.subarray(0, length),
      startByte: this.#startByte,
    };
    const next = this.#buffers.take();
    next.set(this.#block.subarray(length, this.#used));
    this.#used -= length;
    this.#startByte += length;
    this.#block = next;
    return cut;
  }
}

/** Buffers of one block each, used again and again: each is sent to a thread and comes back. */
export class BlockBuffers {
  readonly blockBytes: number;
  readonly #free: ArrayBuffer[] = [];

  constructor(blockBytes: number = BLOCK_BYTES) {
    this.blockBytes = blockBytes;
  }

  take(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#free.pop() ?? new ArrayBuffer(this.blockBytes));
  }

  give(buffer: ArrayBuffer): void {
    this.#free.push(buffer);
  }
}
