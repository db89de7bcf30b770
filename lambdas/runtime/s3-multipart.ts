/** Uploads in parts: every part's URL signs its SHA-256, and only the server puts the parts together (facts.md §2). */
import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListPartsCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { LIMITS } from '../../contracts/limits.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type { SignedPart } from '../../contracts/values.ts';

export interface ArrivedPart {
  partNumber: number;
  bytes: number;
  /** Base64, as S3 verified it when the part came. */
  sha256: string;
  /** S3's own name for the part's bytes; completing wants it back. */
  etag: string;
}

interface StoredObject {
  bytes: number;
  versionId: string;
  /** S3's checksum over the parts' digests; absent on objects that were not uploaded in parts. */
  compositeSha256: string | undefined;
}

export interface MultipartUploads {
  start(key: string): Promise<string>;
  sign(
    key: string,
    uploadId: string,
    parts: readonly { partNumber: number; sha256: string }[],
    now: Date,
  ): Promise<SignedPart[]>;
  /** In order of their numbers; nothing when the upload has ended or never was. */
  arrived(key: string, uploadId: string): Promise<ArrivedPart[] | undefined>;
  /** Puts the parts together; nothing when the upload has ended meanwhile. */
  complete(key: string, uploadId: string, parts: readonly ArrivedPart[]): Promise<StoredObject | undefined>;
  /** What lies under the key now, or under this version of it; nothing when there is none. */
  stored(key: string, versionId?: string): Promise<StoredObject | undefined>;
  /** Ends an upload; one that has ended is no error. */
  abort(key: string, uploadId: string): Promise<void>;
}

/** A client whose presigned PUTs carry no checksum of an empty body (facts.md §1). */
export const signingClient = (): S3Client => new S3Client({ requestChecksumCalculation: 'WHEN_REQUIRED' });

const CHECKSUM_HEADER = 'x-amz-checksum-sha256';
const isNamed = (error: unknown, ...names: string[]) => error instanceof Error && names.includes(error.name);

/** S3's composite: base64 of the SHA-256 over the parts' digests, a dash, the number of parts. */
function compositeSha256(parts: readonly { sha256: string }[]): string {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(Buffer.from(part.sha256, 'base64'));
  return `${digest.digest('base64')}-${parts.length}`;
}

export function multipartUploads(s3: S3Client, bucket: string): MultipartUploads {
  async function stored(key: string, versionId?: string): Promise<StoredObject | undefined> {
    try {
      const head = await s3.send(
        new HeadObjectCommand({
          Bucket: bucket,
          Key: key,
          ChecksumMode: 'ENABLED',
          ...(versionId ? { VersionId: versionId } : {}),
        }),
      );
      const found = head.VersionId ?? versionId;
      if (!found) throw new Error('The bucket does not keep versions.');
      return { bytes: head.ContentLength ?? 0, versionId: found, compositeSha256: head.ChecksumSHA256 };
    } catch (error) {
      // An unknown version answers 404 or 400, by its form.
      if (isNamed(error, 'NotFound', 'NoSuchKey', 'NoSuchVersion', 'BadRequest', '400')) return undefined;
      throw error;
    }
  }

  return {
    stored,
    async start(key) {
      const { UploadId } = await s3.send(
        new CreateMultipartUploadCommand({ Bucket: bucket, Key: key, ChecksumAlgorithm: 'SHA256' }),
      );
      if (!UploadId) throw new Error('S3 started an upload without an id.');
      return UploadId;
    },
    sign: (key, uploadId, parts, now) =>
      Promise.all(
        parts.map(async ({ partNumber, sha256 }) => ({
          partNumber,
          url: await getSignedUrl(
            s3,
            new UploadPartCommand({
              Bucket: bucket,
              Key: key,
              UploadId: uploadId,
              PartNumber: partNumber,
              ChecksumSHA256: sha256,
            }),
            {
              expiresIn: LIMITS.uploadUrlSeconds,
              signingDate: now,
              // In the query it would not be verified; as a signed header a part with other bytes is refused.
              unhoistableHeaders: new Set([CHECKSUM_HEADER]),
            },
          ),
          headers: { [CHECKSUM_HEADER]: sha256 },
          expiresAt: new Date(now.getTime() + LIMITS.uploadUrlSeconds * 1000).toISOString(),
        })),
      ),
    async arrived(key, uploadId) {
      const parts: ArrivedPart[] = [];
      let marker: string | undefined;
      try {
        do {
          const page = await s3.send(
            new ListPartsCommand({
              Bucket: bucket,
              Key: key,
              UploadId: uploadId,
              ...(marker ? { PartNumberMarker: marker } : {}),
            }),
          );
          for (const part of page.Parts ?? []) {
            parts.push({
              partNumber: part.PartNumber ?? 0,
              bytes: part.Size ?? 0,
              sha256: part.ChecksumSHA256 ?? '',
              etag: part.ETag ?? '',
            });
          }
          marker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
        } while (marker);
      } catch (error) {
        if (isNamed(error, 'NoSuchUpload', 'NotFound')) return undefined;
        throw error;
      }
      return parts.sort((a, b) => a.partNumber - b.partNumber);
    },
    async complete(key, uploadId, parts) {
      try {
        const done = await s3.send(
          new CompleteMultipartUploadCommand({
            Bucket: bucket,
            Key: key,
            UploadId: uploadId,
            MultipartUpload: {
              Parts: parts.map(({ partNumber, sha256, etag }) => ({
                PartNumber: partNumber,
                ETag: etag,
                ChecksumSHA256: sha256,
              })),
            },
          }),
        );
        const versionId = done.VersionId;
        if (versionId) {
          return {
            bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
            versionId,
            compositeSha256: done.ChecksumSHA256 ?? compositeSha256(parts),
          };
        }
        return await stored(key);
      } catch (error) {
        if (isNamed(error, 'NoSuchUpload', 'NotFound')) return undefined;
        // The parts that were counted are named by their checksums: another one in a place of theirs is refused.
        if (isNamed(error, 'InvalidPart')) {
          throw new ProblemError('upload-incomplete', 'A part came again while the file was put together.');
        }
        throw error;
      }
    },
    async abort(key, uploadId) {
      try {
        await s3.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId }));
      } catch (error) {
        if (!isNamed(error, 'NoSuchUpload', 'NotFound')) throw error;
      }
    },
  };
}
