/** Fewer are not made room for: 32 KiB. */
const LEAST_ROOM = 8192;

/** A row of numbers that grows, for what goes from thread to thread as one piece of memory. */
export class Numbers {
  array: Uint32Array<ArrayBuffer> = new Uint32Array(0);
  #length = 0;

  /** Begins anew, in memory that held such a row before where there is some. */
  begin(memory: ArrayBuffer | undefined): void {
    this.array = memory === undefined ? new Uint32Array(0) : new Uint32Array(memory);
    this.#length = 0;
  }

  /** Makes room for so many more and answers where they begin. */
  next(count: number): number {
    const from = this.#length;
    this.#length += count;
    if (this.#length > this.array.length) {
      const larger = new Uint32Array(Math.max(this.#length, LEAST_ROOM, 2 * this.array.length));
      larger.set(this.array);
      this.array = larger;
    }
    return from;
  }

  /** What was written; its memory may be longer. */
  taken(): Uint32Array<ArrayBuffer> {
    return this.array.subarray(0, this.#length);
  }
}
