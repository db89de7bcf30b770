/** The file is not in the bucket, or not in the version that was pinned. */
export class FileGone extends Error {
  constructor(key: string) {
    super(`${key.split('/').at(-1)} is no longer in the bucket in the version that was uploaded.`);
    this.name = 'FileGone';
  }
}

/** The stored bytes of versions. Reads are pinned to an S3 VersionId (I6). */
export interface DatasetFiles {
  /** The whole file in chunks. Throws `FileGone`. */
  open(key: string, versionId: string): AsyncIterable<Uint8Array>;
  /** At most `length` bytes from `from` on; fewer at the file's end, none beyond it. Throws `FileGone`. */
  range(key: string, versionId: string, from: number, length: number): Promise<Buffer>;
  write(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  read(key: string): Promise<Buffer | undefined>;
  /** Everything below a prefix, earlier versions included. */
  removeAll(prefix: string): Promise<void>;
}
