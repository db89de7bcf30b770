/** A stored file as the containers read it: as a stream, and by place for what has its table of contents at the end. */
export interface FileSource {
  bytes: number;
  chunks: () => AsyncIterable<Uint8Array>;
  /** At most `length` bytes from `from` on; fewer at the file's end. */
  range: (from: number, length: number) => Promise<Buffer>;
}
