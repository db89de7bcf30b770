import { LIMITS } from '../../../contracts/limits.ts';

const NEWLINE = 0x0a;

/** One line of a file without its line feed. `bytes` is null where the line is longer than a line may be. */
export type OnLine = (bytes: Buffer | null, line: number) => void;

/**
 * Cuts a stream of chunks into lines and holds at most one line's limit in memory: a longer line is counted and
 * dropped before anybody parses it, whatever its length (faults 9 and 10).
 */
export class LineSplitter {
  readonly #onLine: OnLine;
  readonly #longest: number;
  #carried: Buffer[] = [];
  #carriedBytes = 0;
  #line = 0;

  constructor(onLine: OnLine, longest: number = LIMITS.datasetLineBytes) {
    this.#onLine = onLine;
    this.#longest = longest;
  }

  /** Bytes held of a line that has not ended: never more than a line may have. */
  get heldBytes(): number {
    return this.#carried.reduce((sum, piece) => sum + piece.length, 0);
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.#emit(chunk.subarray(from, end));
      from = end + 1;
    }
    if (from < chunk.length) this.#carry(chunk.subarray(from));
  }

  /** The last line, where the file does not end with a line feed. */
  end(): void {
    if (this.#carriedBytes > 0) this.#emit(Buffer.alloc(0));
  }

  #carry(rest: Buffer): void {
    this.#carriedBytes += rest.length;
    if (this.#carriedBytes > this.#longest) this.#carried = [];
    else this.#carried.push(rest);
  }

  #emit(rest: Buffer): void {
    const length = this.#carriedBytes + rest.length;
    const whole = this.#carriedBytes === 0 ? rest : Buffer.concat([...this.#carried, rest]);
    this.#carried = [];
    this.#carriedBytes = 0;
    this.#line += 1;
    this.#onLine(length > this.#longest ? null : whole, this.#line);
  }
}
