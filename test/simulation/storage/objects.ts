/** S3 as its client and its presigned URLs see it: versions, markers, ranges, multipart uploads, checksums, events. */
import { Readable } from 'node:stream';
import { S3Error, s3Error } from './s3-errors.ts';
import { refusal, type Signer } from './signatures.ts';
import { Uploads } from './uploads.ts';
import { isOlder, rangeOf, sha256Of, type Version, Versions } from './versions.ts';

type Input = Record<string, unknown>;
const text = (value: unknown) => (value === undefined ? undefined : String(value));
const PAGE = 1000;

export interface Stored {
  bucket: string;
  key: string;
  versionId: string;
  bytes: number;
}
export interface HttpAnswer {
  status: number;
  /** Of a GET; nothing otherwise. */
  body: Buffer | undefined;
  /** S3's code, where it refused. */
  code?: string;
}

export class Objects {
  /** By bucket and key, the tags an object was given. */
  readonly tagged = new Map<string, unknown>();
  readonly uploads = new Uploads();
  readonly #buckets = new Map<string, Versions>();
  readonly #created: (object: Stored) => void;
  readonly #signer: () => Signer;

  /** `created` is told of each object that comes to be, as S3's events are. */
  constructor(buckets: readonly string[], signer: () => Signer, created: (object: Stored) => void) {
    for (const name of buckets) this.#buckets.set(name, new Versions());
    this.#signer = signer;
    this.#created = created;
  }

  /** Every version of a bucket, markers too. */
  versions(bucket: string, prefix = ''): Version[] {
    return this.#bucket(bucket).all(prefix);
  }

  store(bucket: string, key: string, pieces: readonly Buffer[], checksum?: string): string {
    const { versionId, bytes } = this.#bucket(bucket).add(key, pieces, checksum);
    this.#created({ bucket, key, versionId, bytes });
    return versionId;
  }

  #bucket(name: unknown): Versions {
    const bucket = this.#buckets.get(String(name));
    if (!bucket) throw s3Error('NoSuchBucket');
    return bucket;
  }

  /** A version with bytes; a marker answers as S3 does. */
  #find(input: Input, missing: string): Version & { pieces: readonly Buffer[] } {
    const id = text(input['VersionId']);
    const found = this.#bucket(input['Bucket']).find(String(input['Key']), id);
    if (found?.pieces) return { ...found, pieces: found.pieces };
    if (found && id !== undefined) throw s3Error('MethodNotAllowed');
    // A head has no body that could name the reason.
    throw s3Error(missing === 'NotFound' || id === undefined ? missing : 'NoSuchVersion');
  }

  perform(name: string, input: Input): unknown {
    switch (name) {
      case 'PutObjectCommand':
        return this.#put(input);
      case 'HeadObjectCommand': {
        const { versionId, bytes, checksumSha256 } = this.#find(input, 'NotFound');
        const isAsked = input['ChecksumMode'] === 'ENABLED' && checksumSha256 !== undefined;
        return {
          VersionId: versionId,
          ContentLength: bytes,
          ...(isAsked ? { ChecksumSHA256: checksumSha256 } : {}),
        };
      }
      case 'GetObjectCommand':
        return this.#get(input);
      case 'DeleteObjectsCommand':
        return this.#delete(input);
      case 'ListObjectsV2Command':
        return this.#list(input);
      case 'ListObjectVersionsCommand':
        return this.#listVersions(input);
      case 'PutObjectTaggingCommand':
        this.#find(input, 'NoSuchKey');
        this.tagged.set(`${text(input['Bucket'])}/${text(input['Key'])}`, input['Tagging']);
        return {};
      case 'CreateMultipartUploadCommand':
        this.#bucket(input['Bucket']);
        return this.uploads.start(String(input['Bucket']), String(input['Key']));
      case 'UploadPartCommand':
        return this.uploads.put(
          input,
          Buffer.from(input['Body'] as Uint8Array),
          text(input['ChecksumSHA256']),
        );
      case 'ListPartsCommand':
        return this.uploads.list(input);
      case 'CompleteMultipartUploadCommand': {
        const { pieces, composite } = this.uploads.complete(input);
        const versionId = this.store(String(input['Bucket']), String(input['Key']), pieces, composite);
        return { VersionId: versionId, ChecksumSHA256: composite };
      }
      case 'AbortMultipartUploadCommand':
        this.uploads.abort(input);
        return {};
      default:
        throw new Error(`The simulated buckets have no ${name}.`);
    }
  }

  #put(input: Input): unknown {
    const body = Buffer.from(input['Body'] as Buffer | string);
    const claimed = text(input['ChecksumSHA256']);
    if (claimed !== undefined && claimed !== sha256Of(body)) throw s3Error('BadDigest');
    return { VersionId: this.store(String(input['Bucket']), String(input['Key']), [body], claimed) };
  }

  #get(input: Input): unknown {
    const found = this.#find(input, 'NoSuchKey');
    const Range = text(input['Range']);
    const range = Range === undefined ? undefined : rangeOf(found, Range);
    if (Range !== undefined && !range) throw s3Error('InvalidRange');
    const pieces = range?.pieces ?? found.pieces;
    return {
      VersionId: found.versionId,
      ContentLength: pieces.reduce((sum, { length }) => sum + length, 0),
      ...(range ? { ContentRange: range.said } : {}),
      Body: bodyOf(pieces),
    };
  }

  #delete(input: Input): unknown {
    const { Objects: asked = [] } = input['Delete'] as { Objects?: { Key: string; VersionId?: string }[] };
    if (asked.length > PAGE) throw s3Error('MalformedXML');
    const bucket = this.#bucket(input['Bucket']);
    for (const { Key, VersionId } of asked) {
      if (VersionId === undefined) bucket.add(Key, undefined);
      else bucket.remove(Key, VersionId);
    }
    return {};
  }

  #list(input: Input): unknown {
    const after = text(input['ContinuationToken']) ?? text(input['StartAfter']) ?? '';
    const bucket = this.#bucket(input['Bucket']);
    const keys = [...new Set(bucket.all(text(input['Prefix'])).map(({ key }) => key))].filter(
      (key) => key > after && bucket.find(key)?.pieces,
    );
    const page = keys.slice(0, Math.min(PAGE, Number(input['MaxKeys'] ?? PAGE)));
    const IsTruncated = page.length < keys.length;
    return {
      KeyCount: page.length,
      IsTruncated,
      ...(IsTruncated ? { NextContinuationToken: page.at(-1) } : {}),
      ...(page.length > 0 ? { Contents: page.map((Key) => ({ Key, Size: bucket.find(Key)?.bytes })) } : {}),
    };
  }

  #listVersions(input: Input): unknown {
    const [key, id] = [text(input['KeyMarker']) ?? '', text(input['VersionIdMarker'])];
    const isAfter = (one: Version) =>
      one.key > key || (one.key === key && id !== undefined && isOlder(one.versionId, id));
    const all = this.#bucket(input['Bucket']).all(text(input['Prefix'])).filter(isAfter);
    const page = all.slice(0, Math.min(PAGE, Number(input['MaxKeys'] ?? PAGE)));
    const last = page.at(-1);
    const IsTruncated = page.length < all.length;
    const named = ({ key: Key, versionId: VersionId }: Version) => ({ Key, VersionId });
    return {
      IsTruncated,
      ...(IsTruncated && last ? { NextKeyMarker: last.key, NextVersionIdMarker: last.versionId } : {}),
      Versions: page.filter(({ pieces }) => pieces).map(named),
      DeleteMarkers: page.filter(({ pieces }) => !pieces).map(named),
    };
  }

  // Presigned doors ---------------------------------------------------------

  /** One request to a presigned URL: a GET of an object, a PUT of an object or of a part. */
  http(
    method: 'GET' | 'PUT',
    address: string,
    { headers = {}, body, now }: { headers?: Record<string, string>; body?: Buffer; now: number },
  ): HttpAnswer {
    const url = new URL(address);
    const refused = refusal({ method, url, headers: lowerCase(headers) }, this.#signer(), now);
    if (refused !== undefined) return { status: s3Error(refused).status, body: undefined, code: refused };
    const query = url.searchParams;
    const input = {
      Bucket: url.host.split('.')[0],
      Key: decodeURIComponent(url.pathname.slice(1)),
      VersionId: query.get('versionId') ?? undefined,
      UploadId: query.get('uploadId') ?? undefined,
      PartNumber: query.get('partNumber') ?? undefined,
    };
    // Only as a header is a checksum held against the bytes (facts.md §1); in the query S3 passes it over.
    const claimed = lowerCase(headers)['x-amz-checksum-sha256'];
    try {
      if (method === 'GET')
        return { status: 200, body: Buffer.concat(this.#find(input, 'NoSuchKey').pieces) };
      const bytes = body ?? Buffer.alloc(0);
      if (input.UploadId === undefined) this.#put({ ...input, Body: bytes, ChecksumSHA256: claimed });
      else this.uploads.put(input, bytes, claimed);
      return { status: 200, body: undefined };
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      return { status: error.status, body: undefined, code: error.name };
    }
  }
}

const lowerCase = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** As the SDK hands a body out on Node: a stream with the SDK's own ways to take all of it. */
function bodyOf(pieces: readonly Buffer[]): unknown {
  const stream = Readable.from(chunksOf(pieces), { objectMode: false });
  const all = () => Buffer.concat(pieces);
  return Object.assign(stream, {
    transformToString: async () => all().toString(),
    transformToByteArray: async () => new Uint8Array(all()),
  });
}

/** About what a socket hands out at a time. */
const CHUNK_BYTES = 64 * 1024;

function* chunksOf(pieces: readonly Buffer[]): Generator<Buffer> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += CHUNK_BYTES) yield piece.subarray(at, at + CHUNK_BYTES);
  }
}
