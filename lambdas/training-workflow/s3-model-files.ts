import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  CheckpointManifest,
  FrozenRunSpec,
  type ManifestFile,
  ModelManifest,
} from '../../contracts/run-spec.ts';
import type * as z from 'zod';
import { besideManifest, runKey, runSpecKey } from '../runs/run-keys.ts';
import { multipartUploads } from '../runtime/s3-multipart.ts';
import type { ModelFiles } from './model-files.ts';

/** Samples, metrics and a dozen files: a manifest larger than this is none. */
const MANIFEST_BYTES = 4 * 1024 * 1024;
/** As the bucket's lifecycle rules have them (lib/data-stack.ts). */
const SUPERSEDED = [{ Key: 'brightrun:lifecycle', Value: 'superseded-checkpoint' }];
const RESUMABLE = [{ Key: 'brightrun:lifecycle', Value: 'resumable-checkpoint' }];

export function s3ModelFiles(s3: S3Client, bucket: string): ModelFiles {
  const objects = multipartUploads(s3, bucket);

  async function put(key: string, body: Uint8Array | string, contentType: string): Promise<void> {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType: contentType }));
  }

  /** An object as what it should be; nothing where it is not there, too large or something else. */
  async function parsed<Schema extends z.ZodType>(
    schema: Schema,
    key: string,
    versionId?: string,
  ): Promise<z.output<Schema> | undefined> {
    const stored = await objects.stored(key, versionId);
    if (!stored || stored.bytes > MANIFEST_BYTES) return undefined;
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: stored.versionId }),
    );
    try {
      return schema.safeParse(JSON.parse((await Body?.transformToString('utf-8')) ?? '')).data;
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  async function isStoredAt(key: string, file: ManifestFile): Promise<boolean> {
    const stored = await objects.stored(key, file.versionId);
    return stored?.bytes === file.bytes && stored.compositeSha256 === file.compositeSha256;
  }

  return {
    writeSpec: (owner, spec) =>
      put(runSpecKey({ owner, jobId: spec.jobId }), JSON.stringify(spec), 'application/json'),
    async manifestVersion(run) {
      return (await objects.stored(runKey(run, 'manifest.json')))?.versionId;
    },
    manifest: (run, versionId) => parsed(ModelManifest, runKey(run, 'manifest.json'), versionId),
    spec: (owner, jobId) => parsed(FrozenRunSpec, runSpecKey({ owner, jobId })),
    async isWhole({ manifestKey, manifestVersionId }) {
      const manifest = await parsed(CheckpointManifest, manifestKey, manifestVersionId);
      if (!manifest) return false;
      const stored = await Promise.all(
        manifest.files.map((file) => isStoredAt(besideManifest(manifestKey, file.path), file)),
      );
      return stored.every(Boolean);
    },
    isStored: (run, file) => isStoredAt(besideManifest(runKey(run, 'manifest.json'), file.path), file),
    archive: put,
    isArchived: async (key) => (await objects.stored(key)) !== undefined,
    async expireCheckpoints(owner, jobId, keep) {
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
          const TagSet = keep !== undefined && Key.startsWith(keep) ? RESUMABLE : SUPERSEDED;
          await s3.send(new PutObjectTaggingCommand({ Bucket: bucket, Key, Tagging: { TagSet } }));
        }
        token = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (token);
    },
  };
}
