/** Numbers of lines, a bit each: 500 MB of nothing but line feeds are 63 MB, 700,000 rows 88 kB. */
export class LineSet {
  #bits = new Uint32Array(1024);
  size = 0;

  add(line: number): void {
    const word = line >>> 5;
    if (word >= this.#bits.length) {
      const more = new Uint32Array(Math.max(word + 1, this.#bits.length * 2));
      more.set(this.#bits);
      this.#bits = more;
    }
    if (this.has(line)) return;
    this.#bits[word] = (this.#bits[word] ?? 0) | (1 << (line & 31));
    this.size += 1;
  }

  has(line: number): boolean {
    return ((this.#bits[line >>> 5] ?? 0) & (1 << (line & 31))) !== 0;
  }
}
