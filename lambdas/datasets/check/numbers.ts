/** A row of numbers that grows, for what goes from thread to thread as one piece of memory. */
export class Numbers {
  array: Uint32Array<ArrayBuffer>;
  #length = 0;

  constructor(room = 4096) {
    this.array = new Uint32Array(room);
  }

  /** Makes room for so many more and answers where they begin. */
  next(count: number): number {
    const from = this.#length;
    this.#length += count;
    if (this.#length > this.array.length) {
      const larger = new Uint32Array(Math.max(this.#length, 2 * this.array.length));
      larger.set(this.array);
      this.array = larger;
    }
    return from;
  }

  /** What was written, in memory of its own; the next begins anew. */
  taken(): Uint32Array<ArrayBuffer> {
    const taken = this.array.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }
}
