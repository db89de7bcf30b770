import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type * as z from 'zod';
import { LIMITS } from '../../contracts/limits.ts';
import { CheckpointManifest, FrozenRunSpec } from '../../contracts/run-spec.ts';
import { multipartUploads } from '../runtime/s3-multipart.ts';
import type { PinnedFile, RunFiles } from './run-files.ts';
import { runSpecKey } from './run-keys.ts';

/** A checkpoint's manifest names a handful of files: larger than this it is none. */
const MANIFEST_BYTES = 256 * 1024;

function parsed<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export function s3RunFiles(s3: S3Client, buckets: { datasets: string; models: string }): RunFiles {
  const models = multipartUploads(s3, buckets.models);

  async function text(key: string, versionId?: string): Promise<string | undefined> {
    const stored = await models.stored(key, versionId);
    if (!stored || stored.bytes > MANIFEST_BYTES) return undefined;
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: buckets.models, Key: key, VersionId: stored.versionId }),
    );
    return Body?.transformToString('utf-8');
  }

  const fetchable = async (bucket: string, file: PinnedFile, now: Date) => ({
    path: file.path,
    url: await getSignedUrl(
      s3,
      new GetObjectCommand({ Bucket: bucket, Key: file.key, VersionId: file.versionId }),
      { expiresIn: LIMITS.downloadUrlSeconds, signingDate: now },
    ),
    bytes: file.bytes,
    sha256: file.sha256,
    expiresAt: new Date(now.getTime() + LIMITS.downloadUrlSeconds * 1000).toISOString(),
  });

  return {
    async spec(owner, jobId) {
      const found = await text(runSpecKey({ owner, jobId }));
      return found === undefined ? undefined : FrozenRunSpec.parse(JSON.parse(found));
    },
    async checkpointManifest(key, versionId) {
      const found = await text(key, versionId);
      return found === undefined ? undefined : parsed(CheckpointManifest, found);
    },
    async isStored(key, file) {
      const stored = await models.stored(key, file.versionId);
      return stored?.bytes === file.bytes && stored.compositeSha256 === file.compositeSha256;
    },
    datasetFile: (file, now) => fetchable(buckets.datasets, file, now),
    modelFile: (file, now) => fetchable(buckets.models, file, now),
  };
}
