/** The file is not in the bucket, or not in the version that was pinned. */
export class FileGone extends Error {
  constructor(key: string) {
    super(`${key.split('/').at(-1)} is no longer in the bucket in the version that was uploaded.`);
    this.name = 'FileGone';
  }
}

/** Writes one object of any length with bounded memory. Nothing is in the bucket before `finish` has answered. */
export interface FileWriter {
  /** Resolves when there is room for more. */
  write(chunk: Uint8Array): Promise<void>;
  /** The object as it lies in the bucket; nothing when nothing was written, for an empty file is none. */
  finish(): Promise<{ bytes: number; versionId: string } | undefined>;
  /** Nothing of it stays. */
  abort(): Promise<void>;
}

/** The stored bytes of versions. Reads are pinned to an S3 VersionId (I6). */
export interface DatasetFiles {
  /** The whole file in chunks. Throws `FileGone`. */
  open(key: string, versionId: string): AsyncIterable<Uint8Array>;
  /** At most `length` bytes from `from` on; fewer at the file's end, none beyond it. Throws `FileGone`. */
  range(key: string, versionId: string, from: number, length: number): Promise<Buffer>;
  write(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  writer(key: string): FileWriter;
  read(key: string): Promise<Buffer | undefined>;
  /** A URL that downloads what lies under the key now; nothing when there is none. */
  sign(key: string, now: Date): Promise<{ url: string; expiresAt: string } | undefined>;
  /** Everything below a prefix, earlier versions included. */
  removeAll(prefix: string): Promise<void>;
}
