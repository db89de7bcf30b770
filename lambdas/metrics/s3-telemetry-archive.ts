import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';
import type * as z from 'zod';
import { AttemptPoint, JobEvent } from '../../contracts/metrics.ts';
import { archiveKeys } from './archive-keys.ts';
import type { TelemetryArchive } from './telemetry-store.ts';

function lines<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => schema.parse(JSON.parse(line)));
}

export function s3TelemetryArchive(s3: S3Client, bucket: string): TelemetryArchive {
  async function read(key: string): Promise<Buffer | undefined> {
    try {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return Body && Buffer.from(await Body.transformToByteArray());
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }
  return {
    async metrics(owner, jobId) {
      const bytes = await read(archiveKeys(owner, jobId).metrics);
      return bytes && lines(bytes.toString('utf8'), AttemptPoint);
    },
    async events(owner, jobId) {
      const bytes = await read(archiveKeys(owner, jobId).events);
      return bytes && lines(bytes.toString('utf8'), JobEvent).reverse();
    },
    async log(owner, jobId, limit) {
      const bytes = await read(archiveKeys(owner, jobId).log);
      if (!bytes) return undefined;
      const text = gunzipSync(bytes);
      return {
        text: text.subarray(Math.max(0, text.length - limit)).toString('utf8'),
        truncated: text.length > limit,
      };
    },
  };
}
