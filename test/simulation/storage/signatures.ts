/** Presigned URLs as S3 checks them: signature version 4 in the query, its time, its method, its headers. */
import { createHash, createHmac } from 'node:crypto';

export interface PresignedRequest {
  method: string;
  url: URL;
  /** Names in lower case; `host` is the URL's. */
  headers: Readonly<Record<string, string>>;
}

export interface Signer {
  accessKeyId: string;
  secretAccessKey: string;
}

/** Seven days (facts.md §2). */
const LONGEST_SECONDS = 604_800;
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
/** As RFC 3986 wants it, and as signatures are made of it. */
const escaped = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

function signatureOf({ method, url, headers }: PresignedRequest, signer: Signer): string {
  const query = url.searchParams;
  const given = (name: string) => query.get(name) ?? '';
  const names = given('X-Amz-SignedHeaders').split(';');
  const scope = given('X-Amz-Credential').split('/').slice(1);
  const canonical = [
    method,
    url.pathname
      .split('/')
      .map((part) => escaped(decodeURIComponent(part)))
      .join('/'),
    [...query]
      .filter(([name]) => name !== 'X-Amz-Signature')
      .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${name === 'host' ? url.host : (headers[name] ?? '')}`),
    '',
    names.join(';'),
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const hash = createHash('sha256').update(canonical).digest('hex');
  const toSign = ['AWS4-HMAC-SHA256', given('X-Amz-Date'), scope.join('/'), hash].join('\n');
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${signer.secretAccessKey}`);
  return hmac(key, toSign).toString('hex');
}

/** Epoch milliseconds of `20261123T100000Z`; NaN for anything else. */
function signedAt(text: string): number {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text)?.slice(1);
  const [year = NaN, month = NaN, day, hour, minute, second] = (found ?? []).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** S3's error code, where it would let nobody in; nothing where the request is signed and its time has not passed. */
export function refusal(request: PresignedRequest, signer: Signer, now: number): string | undefined {
  const query = request.url.searchParams;
  const from = signedAt(query.get('X-Amz-Date') ?? '');
  const seconds = Number(query.get('X-Amz-Expires'));
  const isWhole = query.get('X-Amz-Algorithm') === 'AWS4-HMAC-SHA256' && query.has('X-Amz-Signature');
  if (!isWhole || Number.isNaN(from) || !(seconds >= 1 && seconds <= LONGEST_SECONDS))
    return 'AuthorizationQueryParametersError';
  // A clock may be a quarter of an hour behind that of whoever signed.
  if (now > from + seconds * 1000 || from > now + 15 * 60_000) return 'AccessDenied';
  if (!query.get('X-Amz-Credential')?.startsWith(`${signer.accessKeyId}/`)) return 'InvalidAccessKeyId';
  return signatureOf(request, signer) === query.get('X-Amz-Signature') ? undefined : 'SignatureDoesNotMatch';
}
