/** Multipart uploads as S3 has them: parts with their checksums, and what it takes to put them together. */
import { createHash } from 'node:crypto';
import { s3Error } from './s3-errors.ts';
import { sha256Of } from './versions.ts';

interface Part {
  bytes: Buffer;
  sha256: string;
  etag: string;
}
interface Upload {
  bucket: string;
  key: string;
  parts: Map<number, Part>;
}
type Input = Record<string, unknown>;

/** Every part but the last has at least so many bytes. */
const LEAST_PART_BYTES = 5 * 1024 * 1024;
const PARTS_PER_PAGE = 1000;
const MOST_PARTS = 10_000;

export class Uploads {
  readonly #uploads = new Map<string, Upload>();
  #number = 0;

  /** Those that were begun and neither completed nor aborted. */
  get open(): readonly { id: string; bucket: string; key: string; bytes: number }[] {
    return [...this.#uploads].map(([id, { bucket, key, parts }]) => ({
      id,
      bucket,
      key,
      bytes: [...parts.values()].reduce((sum, { bytes }) => sum + bytes.length, 0),
    }));
  }

  start(bucket: string, key: string): { UploadId: string } {
    this.#number += 1;
    const UploadId = `upload-${this.#number}`;
    this.#uploads.set(UploadId, { bucket, key, parts: new Map() });
    return { UploadId };
  }

  #upload(input: Input): Upload {
    const upload = this.#uploads.get(String(input['UploadId']));
    if (upload && upload.bucket === input['Bucket'] && upload.key === input['Key']) return upload;
    throw s3Error('NoSuchUpload');
  }

  /** A part that comes again takes the place of the one before. */
  put(
    input: Input,
    bytes: Buffer,
    claimedSha256: string | undefined,
  ): { ETag: string; ChecksumSHA256: string } {
    const upload = this.#upload(input);
    const number = Number(input['PartNumber']);
    if (!(number >= 1 && number <= MOST_PARTS)) throw s3Error('InvalidArgument');
    const sha256 = sha256Of(bytes);
    if (claimedSha256 !== undefined && claimedSha256 !== sha256) throw s3Error('BadDigest');
    const etag = `"${createHash('md5').update(sha256).digest('hex')}"`;
    upload.parts.set(number, { bytes, sha256, etag });
    return { ETag: etag, ChecksumSHA256: sha256 };
  }

  list(input: Input): unknown {
    const after = Number(input['PartNumberMarker'] ?? 0);
    const most = Math.min(PARTS_PER_PAGE, Number(input['MaxParts'] ?? PARTS_PER_PAGE));
    const parts = [...this.#upload(input).parts]
      .filter(([number]) => number > after)
      .sort(([a], [b]) => a - b);
    const page = parts.slice(0, most);
    const IsTruncated = page.length < parts.length;
    return {
      IsTruncated,
      ...(IsTruncated ? { NextPartNumberMarker: String(page.at(-1)?.[0]) } : {}),
      Parts: page.map(([PartNumber, { bytes, sha256, etag }]) => ({
        PartNumber,
        Size: bytes.length,
        ChecksumSHA256: sha256,
        ETag: etag,
      })),
    };
  }

  /** The pieces of the object and its composite checksum; the upload is over then. */
  complete(input: Input): { pieces: Buffer[]; composite: string } {
    const upload = this.#upload(input);
    const asked = (input['MultipartUpload'] as { Parts?: Input[] }).Parts ?? [];
    if (asked.length === 0) throw s3Error('MalformedXML');
    const digest = createHash('sha256');
    let before = 0;
    const pieces = asked.map(({ PartNumber, ChecksumSHA256, ETag }, place) => {
      const number = Number(PartNumber);
      if (number <= before) throw s3Error('InvalidPartOrder');
      before = number;
      const part = upload.parts.get(number);
      const isNamed =
        part?.etag === ETag && (ChecksumSHA256 === undefined || part?.sha256 === ChecksumSHA256);
      if (!part || !isNamed) throw s3Error('InvalidPart');
      if (place < asked.length - 1 && part.bytes.length < LEAST_PART_BYTES) throw s3Error('EntityTooSmall');
      digest.update(Buffer.from(part.sha256, 'base64'));
      return part.bytes;
    });
    this.#uploads.delete(String(input['UploadId']));
    return { pieces, composite: `${digest.digest('base64')}-${asked.length}` };
  }

  abort(input: Input): void {
    this.#upload(input);
    this.#uploads.delete(String(input['UploadId']));
  }
}
