/** Fewer, larger writes: what comes out is uploaded in parts of several megabytes. */
const BATCH_BYTES = 1024 * 1024;

/** Writes lines in batches, and counts them. */
export class LineWriter {
  lines = 0;
  readonly #write: (chunk: Buffer) => Promise<void>;
  #batch: Buffer[] = [];
  #bytes = 0;

  constructor(write: (chunk: Buffer) => Promise<void>) {
    this.#write = write;
  }

  /** A line, or what goes on of one that came in pieces. */
  add(bytes: Buffer, isFirst: boolean): void {
    if (isFirst) this.lines += 1;
    this.#batch.push(bytes);
    this.#bytes += bytes.length;
  }

  /** Called between chunks, so that a slow receiver holds back the reading. */
  async flush(atLeast = BATCH_BYTES): Promise<void> {
    if (this.#bytes < atLeast || this.#bytes === 0) return;
    const chunk = Buffer.concat(this.#batch, this.#bytes);
    this.#batch = [];
    this.#bytes = 0;
    await this.#write(chunk);
  }
}
