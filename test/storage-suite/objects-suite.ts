/** What our adapters and whoever holds a presigned URL take for granted of S3. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect } from '@jest/globals';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { multipartUploads, signingClient } from '../../lambdas/runtime/s3-multipart.ts';
import { guarantee, type StorageKind } from './storage-under-test.ts';

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('base64');
const FIVE_MEBIBYTES = 5 * 1024 * 1024;

export function objectsSuite(kind: StorageKind, bucketOf: () => string): void {
  let s3: S3Client;
  let Bucket: string;
  beforeAll(() => {
    s3 = signingClient();
    Bucket = bucketOf();
  });
  const holds = (name: string, work: () => Promise<void>) => guarantee(kind, name, work);
  const put = async (Key: string, Body: string) =>
    (await s3.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId ?? '';
  const read = async (Key: string, more: { VersionId?: string; Range?: string } = {}) => {
    const { Body, ContentRange } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
    return [await Body?.transformToString(), ContentRange];
  };
  const refused = (work: Promise<unknown>, name: string) => expect(work).rejects.toMatchObject({ name });

  describe('versions', () => {
    holds(
      'an overwritten object is still there by its version, and a head says which is the newest',
      async () => {
        const [first, second] = [await put('v/a', 'one'), await put('v/a', 'three')];
        expect(first).not.toBe(second);
        expect(await read('v/a')).toEqual(['three', undefined]);
        expect(await read('v/a', { VersionId: first })).toEqual(['one', undefined]);
        const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'v/a' }));
        expect([head.VersionId, head.ContentLength]).toEqual([second, 5]);
      },
    );

    holds('what is not there is named', async () => {
      await refused(s3.send(new HeadObjectCommand({ Bucket, Key: 'v/none' })), 'NotFound');
      await refused(read('v/none'), 'NoSuchKey');
    });

    holds('a marker hides an object, and is no object itself', async () => {
      const version = await put('v/hidden', 'one');
      const Delete = { Objects: [{ Key: 'v/hidden' }] };
      await s3.send(new DeleteObjectsCommand({ Bucket, Delete }));
      await refused(read('v/hidden'), 'NoSuchKey');
      expect(await read('v/hidden', { VersionId: version })).toEqual(['one', undefined]);
      const all = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'v/hidden' }));
      const [marker] = all.DeleteMarkers ?? [];
      await refused(read('v/hidden', { VersionId: marker?.VersionId ?? '' }), 'MethodNotAllowed');
      const listed = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'v/hidden' }));
      expect(listed.Contents ?? []).toEqual([]);
    });

    holds('pages of versions hold each once, and deleting them leaves nothing', async () => {
      for (const text of ['1', '2', '3']) await put('pages/a', text);
      await put('pages/b', '1');
      const found: { Key: string; VersionId: string | undefined }[] = [];
      let at: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
      for (let isOver = false; !isOver;) {
        const page = await s3.send(
          new ListObjectVersionsCommand({ Bucket, Prefix: 'pages/', MaxKeys: 3, ...at }),
        );
        found.push(...(page.Versions ?? []).map(({ Key = '', VersionId }) => ({ Key, VersionId })));
        isOver = page.IsTruncated !== true;
        at = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
      }
      expect(found.map(({ Key }) => Key)).toEqual(['pages/a', 'pages/a', 'pages/a', 'pages/b']);
      expect(new Set(found.map(({ VersionId }) => VersionId)).size).toBe(4);
      await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: found, Quiet: true } }));
      const left = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'pages/' }));
      expect([left.Versions ?? [], left.DeleteMarkers ?? []]).toEqual([[], []]);
    });

    holds('pages of keys hold each once', async () => {
      for (const key of ['c', 'a', 'b']) await put(`keys/${key}`, key);
      const found: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({
            Bucket,
            Prefix: 'keys/',
            MaxKeys: 2,
            ...(ContinuationToken ? { ContinuationToken } : {}),
          }),
        );
        found.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken);
      expect(found).toEqual(['keys/a', 'keys/b', 'keys/c']);
    });

    holds('a range is answered as one, and one behind the end is refused', async () => {
      await put('range', '0123456789');
      expect(await read('range', { Range: 'bytes=2-4' })).toEqual(['234', 'bytes 2-4/10']);
      expect(await read('range', { Range: 'bytes=8-99' })).toEqual(['89', 'bytes 8-9/10']);
      await refused(read('range', { Range: 'bytes=10-12' }), 'InvalidRange');
    });

    holds('bytes that are not those of their checksum are refused', async () => {
      const wrong = new PutObjectCommand({
        Bucket,
        Key: 'wrong',
        Body: 'bytes',
        ChecksumSHA256: sha256('other'),
      });
      await refused(s3.send(wrong), 'BadDigest');
      await refused(s3.send(new HeadObjectCommand({ Bucket, Key: 'wrong' })), 'NotFound');
    });
  });

  describe('uploads in parts', () => {
    const begin = async (Key: string) => {
      const { UploadId } = await s3.send(
        new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'SHA256' }),
      );
      const of = { Bucket, Key, UploadId: UploadId ?? '' };
      return {
        ...of,
        async part(PartNumber: number, text: string) {
          const ChecksumSHA256 = sha256(text);
          const answer = await s3.send(
            new UploadPartCommand({ ...of, PartNumber, Body: text, ChecksumSHA256 }),
          );
          return { PartNumber, ETag: answer.ETag, ChecksumSHA256 };
        },
        complete: (Parts: { PartNumber: number; ETag?: string | undefined; ChecksumSHA256?: string }[]) =>
          s3.send(new CompleteMultipartUploadCommand({ ...of, MultipartUpload: { Parts } })),
      };
    };
    const large = 'x'.repeat(FIVE_MEBIBYTES);

    holds('are one object with a checksum over their parts, once', async () => {
      const upload = await begin('parts/whole');
      const parts = [await upload.part(1, large), await upload.part(2, 'end')];
      const digests = parts.map(({ ChecksumSHA256 }) => Buffer.from(ChecksumSHA256, 'base64'));
      const composite = `${sha256(Buffer.concat(digests))}-2`;
      const done = await upload.complete(parts);
      expect(done.ChecksumSHA256).toBe(composite);
      const head = await s3.send(
        new HeadObjectCommand({ Bucket, Key: 'parts/whole', ChecksumMode: 'ENABLED' }),
      );
      expect([head.ChecksumSHA256, head.ContentLength]).toEqual([composite, FIVE_MEBIBYTES + 3]);
      expect(head.VersionId).toBe(done.VersionId);
    });

    holds('are over with their end', async () => {
      const upload = await begin('parts/over');
      const part = await upload.part(1, 'end');
      await upload.complete([part]);
      await refused(upload.part(2, 'more'), 'NoSuchUpload');
      const { Bucket: _, Key, UploadId } = upload;
      await refused(s3.send(new ListPartsCommand({ Bucket, Key, UploadId })), 'NoSuchUpload');
      await refused(s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })), 'NoSuchUpload');
    });

    holds('are not completed once more', async () => {
      const upload = await begin('parts/once');
      const part = await upload.part(1, 'end');
      await upload.complete([part]);
      await refused(upload.complete([part]), 'NoSuchUpload');
    });

    holds('of another key are not found', async () => {
      const { UploadId } = await begin('parts/mine');
      await refused(s3.send(new ListPartsCommand({ Bucket, Key: 'parts/other', UploadId })), 'NoSuchUpload');
    });

    holds('take a part again in its place', async () => {
      const upload = await begin('parts/again');
      await upload.part(1, 'first');
      const second = await upload.part(1, 'second');
      const listed = await s3.send(
        new ListPartsCommand({ Bucket, Key: upload.Key, UploadId: upload.UploadId }),
      );
      expect(listed.Parts).toMatchObject([{ PartNumber: 1, Size: 6, ChecksumSHA256: sha256('second') }]);
      await upload.complete([second]);
      expect((await read('parts/again'))[0]).toBe('second');
    });

    holds('are listed in pages', async () => {
      const upload = await begin('parts/pages');
      for (const number of [3, 1, 2]) await upload.part(number, `${number}`);
      const page = async (PartNumberMarker?: string) =>
        s3.send(
          new ListPartsCommand({
            Bucket,
            Key: upload.Key,
            UploadId: upload.UploadId,
            MaxParts: 2,
            ...(PartNumberMarker ? { PartNumberMarker } : {}),
          }),
        );
      const first = await page();
      expect(first.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([1, 2]);
      const second = await page(first.NextPartNumberMarker);
      expect([second.Parts?.map(({ PartNumber }) => PartNumber), second.IsTruncated]).toEqual([[3], false]);
    });

    holds('with a part that never came are not put together', async () => {
      const upload = await begin('parts/missing');
      const part = await upload.part(1, large);
      await refused(upload.complete([part, { ...part, PartNumber: 2 }]), 'InvalidPart');
    });

    holds('with another part than was counted are not put together', async () => {
      const upload = await begin('parts/other');
      const part = await upload.part(1, 'counted');
      await refused(upload.complete([{ ...part, ChecksumSHA256: sha256('other') }]), 'InvalidPart');
    });

    holds('out of order are refused', async () => {
      const upload = await begin('parts/order');
      const [one, two] = [await upload.part(1, large), await upload.part(2, large)];
      await refused(upload.complete([two, one]), 'InvalidPartOrder');
    });

    holds('have no small part before the last', async () => {
      const upload = await begin('parts/small');
      await refused(
        upload.complete([await upload.part(1, 'a'), await upload.part(2, 'b')]),
        'EntityTooSmall',
      );
    });
  });

  describe('a presigned URL', () => {
    const door = async (Key: string, expiresIn = 60, signingDate = new Date()) =>
      getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }), { expiresIn, signingDate });
    const partDoor = async (Key: string, text: string) => {
      const uploads = multipartUploads(s3, Bucket);
      const uploadId = await uploads.start(Key);
      const [signed] = await uploads.sign(
        Key,
        uploadId,
        [{ partNumber: 1, sha256: sha256(text) }],
        new Date(),
      );
      const arrived = async () => (await uploads.arrived(Key, uploadId))?.length;
      return { ...signed!, arrived };
    };
    const send = (url: string, headers: Record<string, string>, text: string) =>
      fetch(url, { method: 'PUT', headers, body: new TextEncoder().encode(text) });

    holds('opens its object and its version', async () => {
      const version = await put('door', 'one');
      await put('door', 'two');
      expect(await (await fetch(await door('door'))).text()).toBe('two');
      const command = new GetObjectCommand({ Bucket, Key: 'door', VersionId: version });
      expect(await (await fetch(await getSignedUrl(s3, command))).text()).toBe('one');
    });

    holds('is shut once its time has passed', async () => {
      await put('door', 'one');
      const late = await door('door', 60, new Date(Date.now() - 61_000));
      expect((await fetch(late)).status).toBe(403);
    });

    holds('opens nothing else than what was signed', async () => {
      await put('door', 'one');
      await put('other', 'secret');
      const url = await door('door');
      expect((await fetch(url.replace('/door?', '/other?'))).status).toBe(403);
      expect((await fetch(`${url}&versionId=null`)).status).toBe(403);
      const longer = url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600');
      expect((await fetch(longer)).status).toBe(403);
    });

    holds('to read does not let anybody write', async () => {
      await put('door', 'one');
      expect((await send(await door('door'), {}, 'two')).status).toBe(403);
      expect((await read('door'))[0]).toBe('one');
    });

    holds('of a part takes its bytes and no others', async () => {
      const { url, headers, arrived } = await partDoor('door/part', 'right');
      expect((await send(url, headers, 'wrong')).status).toBe(400);
      expect(await arrived()).toBe(0);
      expect((await send(url, headers, 'right')).status).toBe(200);
      expect(await arrived()).toBe(1);
    });

    holds('of a part takes no other checksum than the one it was signed for', async () => {
      const { url, arrived } = await partDoor('door/header', 'right');
      expect((await send(url, { 'x-amz-checksum-sha256': sha256('wrong') }, 'wrong')).status).toBe(403);
      expect((await send(url, {}, 'wrong')).status).toBe(403);
      expect(await arrived()).toBe(0);
    });
  });
}
