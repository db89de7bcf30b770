/** S3's errors, by the names the SDK gives them. */
const STATUS: Readonly<Record<string, number>> = {
  NotFound: 404,
  NoSuchKey: 404,
  NoSuchVersion: 404,
  NoSuchUpload: 404,
  NoSuchBucket: 404,
  MethodNotAllowed: 405,
  InvalidRange: 416,
  AccessDenied: 403,
  SignatureDoesNotMatch: 403,
  InvalidAccessKeyId: 403,
};

export class S3Error extends Error {
  /** Of the answer over HTTP; 400 where nothing else is said. */
  readonly status: number;

  constructor(name: string) {
    super(name);
    this.name = name;
    this.status = STATUS[name] ?? 400;
  }
}

export const s3Error = (name: string): S3Error => new S3Error(name);
