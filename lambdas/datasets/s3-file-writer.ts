import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { LIMITS } from '../../contracts/limits.ts';
import type { FileWriter } from './dataset-files.ts';

/** Of one part that is filled and one that is under way there are never more: 16 MiB. */
const PART_BYTES = LIMITS.uploadPartBytes;

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64');

function idOf(answer: { VersionId?: string | undefined }): string {
  if (answer.VersionId === undefined) throw new Error('The bucket does not keep versions.');
  return answer.VersionId;
}

/** In parts, each verified by S3 against its SHA-256; what fits into one part is put at once. */
export function s3FileWriter(client: S3Client, bucket: string, key: string): FileWriter {
  const object = { Bucket: bucket, Key: key };
  const parts: CompletedPart[] = [];
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let bytes = 0;
  let UploadId: string | undefined;
  let sending: Promise<void> = Promise.resolve();

  const take = (): Buffer => {
    const part = Buffer.concat(held);
    held = [];
    heldBytes = 0;
    return part;
  };
  const send = async (Body: Buffer): Promise<void> => {
    if (UploadId === undefined) {
      const begun = await client.send(
        new CreateMultipartUploadCommand({ ...object, ChecksumAlgorithm: 'SHA256' }),
      );
      UploadId = begun.UploadId;
      if (UploadId === undefined) throw new Error('S3 started an upload without an id.');
    }
    const PartNumber = parts.length + 1;
    const ChecksumSHA256 = sha256(Body);
    const { ETag } = await client.send(
      new UploadPartCommand({ ...object, UploadId, PartNumber, Body, ChecksumSHA256 }),
    );
    parts.push({ PartNumber, ETag, ChecksumSHA256 });
  };

  return {
    async write(chunk) {
      held.push(chunk);
      heldBytes += chunk.length;
      bytes += chunk.length;
      if (heldBytes < PART_BYTES) return;
      await sending;
      sending = send(take());
      // Whoever waits for it next is told; until then it is nobody's unhandled rejection.
      sending.catch(() => undefined);
    },

    async finish() {
      await sending;
      const last = take();
      if (UploadId === undefined) {
        if (last.length === 0) return undefined;
        const put = new PutObjectCommand({ ...object, Body: last, ChecksumSHA256: sha256(last) });
        return { bytes, versionId: idOf(await client.send(put)) };
      }
      if (last.length > 0) await send(last);
      const done = await client.send(
        new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts: parts } }),
      );
      return { bytes, versionId: idOf(done) };
    },

    async abort() {
      await sending.catch(() => undefined);
      if (UploadId === undefined) return;
      try {
        await client.send(new AbortMultipartUploadCommand({ ...object, UploadId }));
      } catch (error) {
        if (!(error instanceof Error) || !['NoSuchUpload', 'NotFound'].includes(error.name)) throw error;
      }
    },
  };
}
