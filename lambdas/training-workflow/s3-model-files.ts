import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ModelManifest } from '../../contracts/run-spec.ts';
import { besideManifest, runKey, runSpecKey } from '../runs/run-keys.ts';
import { multipartUploads } from '../runtime/s3-multipart.ts';
import type { ModelFiles } from './model-files.ts';

/** Samples, metrics and a dozen files: a manifest larger than this is none. */
const MANIFEST_BYTES = 4 * 1024 * 1024;
/** As the bucket's lifecycle rule has it (lib/data-stack.ts). */
const SUPERSEDED = [{ Key: 'brightrun:lifecycle', Value: 'superseded-checkpoint' }];

export function s3ModelFiles(s3: S3Client, bucket: string): ModelFiles {
  const objects = multipartUploads(s3, bucket);

  async function put(key: string, body: Uint8Array | string, contentType: string): Promise<void> {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType }));
  }

  return {
    writeSpec: (owner, spec) =>
      put(runSpecKey({ owner, jobId: spec.jobId }), JSON.stringify(spec), 'application/json'),
    async manifestVersion(run) {
      return (await objects.stored(runKey(run, 'manifest.json')))?.versionId;
    },
    async manifest(run, versionId) {
      const key = runKey(run, 'manifest.json');
      const stored = await objects.stored(key, versionId);
      if (!stored || stored.bytes > MANIFEST_BYTES) return undefined;
      const { Body } = await s3.send(
        new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }),
      );
      try {
        return ModelManifest.safeParse(JSON.parse((await Body?.transformToString('utf-8')) ?? '')).data;
      } catch (error) {
        if (error instanceof SyntaxError) return undefined;
        throw error;
      }
    },
    async isStored(run, file) {
      const key = besideManifest(runKey(run, 'manifest.json'), file.path);
      const stored = await objects.stored(key, file.versionId);
      return stored?.bytes === file.bytes && stored.compositeSha256 === file.compositeSha256;
    },
    archive: put,
    isArchived: async (key) => (await objects.stored(key)) !== undefined,
    async expireCheckpoints(owner, jobId) {
      const prefix = `models/${owner}/${jobId}/`;
      let token: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            ...(token ? { ContinuationToken: token } : {}),
          }),
        );
        for (const { Key } of page.Contents ?? []) {
          if (!Key || !/^attempt-\d+\/checkpoints\//.test(Key.slice(prefix.length))) continue;
          await s3.send(
            new PutObjectTaggingCommand({ Bucket: bucket, Key, Tagging: { TagSet: SUPERSEDED } }),
          );
        }
        token = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (token);
    },
  };
}
