/** S3 with versions, multipart uploads and composite checksums; presigned doors are the same calls. */
import { createHash } from 'node:crypto';
import { NotFound } from '@aws-sdk/client-s3';

type Input = Record<string, unknown>;

interface Version {
  versionId: string;
  bytes: Buffer;
  compositeSha256?: string;
}
interface Upload {
  bucket: string;
  key: string;
  parts: Map<number, { bytes: Buffer; sha256: string; etag: string }>;
}

const named = (name: string) => Object.assign(new Error(name), { name });
const text = (value: unknown) => (value === undefined ? undefined : String(value));

export class Objects {
  readonly #objects = new Map<string, Version[]>();
  readonly #uploads = new Map<string, Upload>();
  readonly tagged = new Map<string, unknown>();
  readonly #put: (bucket: string, key: string, versionId: string) => void;
  #number = 0;

  constructor(put: (bucket: string, key: string, versionId: string) => void) {
    this.#put = put;
  }

  store(bucket: string, key: string, bytes: Buffer, compositeSha256?: string): string {
    this.#number += 1;
    const versionId = `version-${this.#number}`;
    const version = { versionId, bytes, ...(compositeSha256 ? { compositeSha256 } : {}) };
    const name = `${bucket}/${key}`;
    this.#objects.set(name, [...(this.#objects.get(name) ?? []), version]);
    this.#put(bucket, key, versionId);
    return versionId;
  }

  #find(input: Input): Version | undefined {
    const versions = this.#objects.get(`${text(input['Bucket'])}/${text(input['Key'])}`);
    const id = text(input['VersionId']);
    return id === undefined ? versions?.at(-1) : versions?.find(({ versionId }) => versionId === id);
  }

  perform(name: string, input: Input): unknown {
    switch (name) {
      case 'PutObjectCommand': {
        const body = input['Body'] as Buffer | string;
        return { VersionId: this.store(String(input['Bucket']), String(input['Key']), Buffer.from(body)) };
      }
      case 'HeadObjectCommand': {
        const found = this.#find(input);
        if (!found) throw new NotFound({ message: 'NotFound', $metadata: {} });
        const { versionId, bytes, compositeSha256 } = found;
        return { VersionId: versionId, ContentLength: bytes.length, ChecksumSHA256: compositeSha256 };
      }
      case 'GetObjectCommand': {
        const found = this.#find(input);
        if (!found) throw named('NoSuchKey');
        const { bytes } = found;
        return {
          VersionId: found.versionId,
          ContentLength: bytes.length,
          Body: {
            transformToString: async () => bytes.toString(),
            transformToByteArray: async () => new Uint8Array(bytes),
          },
        };
      }
      case 'ListObjectsV2Command': {
        const beginning = `${text(input['Bucket'])}/${text(input['Prefix']) ?? ''}`;
        const keys = [...this.#objects.keys()].filter((key) => key.startsWith(beginning)).sort();
        const bucket = `${text(input['Bucket'])}/`;
        return { Contents: keys.map((key) => ({ Key: key.slice(bucket.length) })), IsTruncated: false };
      }
      case 'PutObjectTaggingCommand':
        this.tagged.set(`${text(input['Bucket'])}/${text(input['Key'])}`, input['Tagging']);
        return {};
      case 'CreateMultipartUploadCommand': {
        this.#number += 1;
        const id = `upload-${this.#number}`;
        this.#uploads.set(id, {
          bucket: String(input['Bucket']),
          key: String(input['Key']),
          parts: new Map(),
        });
        return { UploadId: id };
      }
      case 'ListPartsCommand': {
        const parts = [...this.#upload(input).parts.entries()].sort(([a], [b]) => a - b);
        return {
          IsTruncated: false,
          Parts: parts.map(([PartNumber, { bytes, sha256, etag }]) => ({
            PartNumber,
            Size: bytes.length,
            ChecksumSHA256: sha256,
            ETag: etag,
          })),
        };
      }
      case 'CompleteMultipartUploadCommand':
        return this.#complete(input);
      case 'AbortMultipartUploadCommand':
        this.#upload(input);
        this.#uploads.delete(String(input['UploadId']));
        return {};
      default:
        throw new Error(`The simulated buckets have no ${name}.`);
    }
  }

  #upload(input: Input): Upload {
    const upload = this.#uploads.get(String(input['UploadId']));
    if (!upload) throw named('NoSuchUpload');
    return upload;
  }

  #complete(input: Input): unknown {
    const upload = this.#upload(input);
    const { Parts } = input['MultipartUpload'] as { Parts: { PartNumber: number; ChecksumSHA256: string }[] };
    const digest = createHash('sha256');
    const bytes = Parts.map(({ PartNumber, ChecksumSHA256 }) => {
      const part = upload.parts.get(PartNumber);
      if (part?.sha256 !== ChecksumSHA256) throw named('InvalidPart');
      digest.update(Buffer.from(part.sha256, 'base64'));
      return part.bytes;
    });
    const composite = `${digest.digest('base64')}-${Parts.length}`;
    this.#uploads.delete(String(input['UploadId']));
    const versionId = this.store(upload.bucket, upload.key, Buffer.concat(bytes), composite);
    return { VersionId: versionId, ChecksumSHA256: composite };
  }

  // Presigned doors ---------------------------------------------------------

  /** A door says bucket and key in its path or host, and until when it is open. */
  #door(url: string, now: number): { bucket: string; key: string; query: URLSearchParams } | undefined {
    const { host, pathname, searchParams: query } = new URL(url);
    const signed = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/
      .exec(query.get('X-Amz-Date') ?? '')
      ?.slice(1)
      .map(Number);
    if (!signed || !query.get('X-Amz-Signature')) return undefined;
    const [year = 0, month = 1, ...rest] = signed;
    const from = Date.UTC(year, month - 1, ...(rest as [number]));
    if (now > from + Number(query.get('X-Amz-Expires')) * 1000) return undefined;
    return { bucket: host.split('.')[0] ?? '', key: decodeURIComponent(pathname.slice(1)), query };
  }

  fetched(url: string, now: number): { status: number; body: unknown } {
    const door = this.#door(url, now);
    if (!door) return { status: 403, body: undefined };
    const { bucket: Bucket, key: Key, query } = door;
    const found = this.#find({ Bucket, Key, VersionId: query.get('versionId') ?? undefined });
    return found ? { status: 200, body: found.bytes } : { status: 404, body: undefined };
  }

  sent(
    url: string,
    headers: Record<string, string>,
    bytes: Buffer,
    now: number,
  ): { status: number; body: unknown } {
    const door = this.#door(url, now);
    if (!door) return { status: 403, body: undefined };
    const upload = this.#uploads.get(door.query.get('uploadId') ?? '');
    if (!upload || upload.key !== door.key) return { status: 404, body: undefined };
    const sha256 = createHash('sha256').update(bytes).digest('base64');
    if (headers['x-amz-checksum-sha256'] !== sha256) return { status: 400, body: undefined };
    upload.parts.set(Number(door.query.get('partNumber')), {
      bytes,
      sha256,
      etag: `"${sha256.slice(0, 16)}"`,
    });
    return { status: 200, body: undefined };
  }
}
