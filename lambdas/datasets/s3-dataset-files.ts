import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { LIMITS } from '../../contracts/limits.ts';
import { type DatasetFiles, FileGone } from './dataset-files.ts';
import { s3FileWriter } from './s3-file-writer.ts';

/** A page has 1,000 objects; a version has seven at most, and 500 versions are a dataset. */
const MOST_ROUNDS = 50;

const GONE = new Set(['NoSuchKey', 'NoSuchVersion', 'NotFound', 'MethodNotAllowed']);
const isGone = (error: unknown) => error instanceof Error && GONE.has(error.name);

/** `length` bytes of a stream from `from` on; what follows is not waited for. */
async function piece(body: AsyncIterable<Uint8Array>, from: number, length: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let end = 0;
  for await (const chunk of body) {
    const begin = end;
    end += chunk.length;
    if (end > from) chunks.push(chunk.subarray(Math.max(0, from - begin), from + length - begin));
    if (end >= from + length) break;
  }
  return Buffer.concat(chunks);
}

export function s3DatasetFiles(client: S3Client, bucket: string): DatasetFiles {
  const get = async (key: string, more: { VersionId?: string; Range?: string }) => {
    const { Body, ContentRange } = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: key, ...more }),
    );
    if (!Body) throw new Error('S3 answered an object without a body.');
    // On Node the body is a readable stream; the SDK's type also covers browsers.
    return { body: Body as unknown as AsyncIterable<Uint8Array>, isRange: ContentRange !== undefined };
  };
  return {
    async *open(key, versionId) {
      const { body } = await get(key, { VersionId: versionId }).catch((error: unknown) => {
        throw isGone(error) ? new FileGone(key) : error;
      });
      yield* body;
    },

    async range(key, versionId, from, length) {
      try {
        const Range = `bytes=${from}-${from + length - 1}`;
        const { body, isRange } = await get(key, { VersionId: versionId, Range });
        // A server may answer a range with the whole (RFC 9110, 14.2): what lies before it is passed over.
        return await piece(body, isRange ? 0 : from, length);
      } catch (error) {
        if (error instanceof Error && error.name === 'InvalidRange') return Buffer.alloc(0);
        throw isGone(error) ? new FileGone(key) : error;
      }
    },

    async write(key, bytes, contentType) {
      await client.send(
        new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentType: contentType }),
      );
    },

    writer: (key) => s3FileWriter(client, bucket, key),

    async sign(key, now) {
      const object = { Bucket: bucket, Key: key };
      try {
        await client.send(new HeadObjectCommand(object));
      } catch (error) {
        if (isGone(error)) return undefined;
        throw error;
      }
      const name = key.slice(key.lastIndexOf('/') + 1);
      const command = new GetObjectCommand({
        ...object,
        ResponseContentDisposition: `attachment; filename="${name}"`,
      });
      const expiresIn = LIMITS.downloadUrlSeconds;
      const url = await getSignedUrl(client, command, { expiresIn, signingDate: now });
      return { url, expiresAt: new Date(now.getTime() + expiresIn * 1000).toISOString() };
    },

    async read(key) {
      try {
        return await piece((await get(key, {})).body, 0, Infinity);
      } catch (error) {
        if (isGone(error)) return undefined;
        throw error;
      }
    },

    async removeAll(prefix) {
      // Each round deletes what it listed, so the next begins anew: nothing has to be remembered between calls.
      for (let round = 0; round < MOST_ROUNDS; round += 1) {
        const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix }));
        const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
        if (found.length === 0) return;
        const { Errors = [] } = await client.send(
          new DeleteObjectsCommand({
            Bucket: bucket,
            Delete: {
              Quiet: true,
              Objects: found.map(({ Key, VersionId }) => ({ Key: Key ?? '', VersionId })),
            },
          }),
        );
        if (Errors.length > 0) {
          throw new Error(`S3 kept ${Errors.length} objects: ${Errors[0]?.Code ?? 'no reason given'}`);
        }
      }
      throw new Error('There is more to remove than one call can; the sweeper goes on.');
    },
  };
}
