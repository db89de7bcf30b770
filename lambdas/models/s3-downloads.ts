import { DeleteObjectsCommand, GetObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { signingClient } from '../runtime/s3-multipart.ts';
import type { ModelFiles } from './model-store.ts';

export function s3Downloads(bucket: string): ModelFiles {
  const client = signingClient();
  return {
    sign: (key, versionId, expiresIn) =>
      getSignedUrl(
        client,
        new GetObjectCommand({
          Bucket: bucket,
          Key: key,
          VersionId: versionId,
          // Names of published files are letters, digits, dots, dashes and underscores (contracts/runs.ts).
          ResponseContentDisposition: `attachment; filename="${key.slice(key.lastIndexOf('/') + 1)}"`,
        }),
        { expiresIn },
      ),
    async deleteAll(prefix) {
      let KeyMarker: string | undefined;
      let VersionIdMarker: string | undefined;
      do {
        // A page has at most 1,000 versions, which is also what one delete takes.
        const page = await client.send(
          new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, KeyMarker, VersionIdMarker }),
        );
        const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
        if (found.length > 0) {
          const { Errors: errors = [] } = await client.send(
            new DeleteObjectsCommand({
              Bucket: bucket,
              Delete: { Objects: found.map(({ Key, VersionId }) => ({ Key, VersionId })), Quiet: true },
            }),
          );
          if (errors.length > 0) throw new Error(`${errors.length} versions could not be deleted.`);
        }
        KeyMarker = page.IsTruncated ? page.NextKeyMarker : undefined;
        VersionIdMarker = page.IsTruncated ? page.NextVersionIdMarker : undefined;
      } while (KeyMarker !== undefined);
    },
  };
}
