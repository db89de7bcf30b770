import { createHash } from 'node:crypto';

/** An answer with a header or a status of its own; handlers otherwise return the body alone. */
export class Reply<Body> {
  readonly body: Body | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Only 304 differs from what the operation says; its body is left out. */
  readonly status: 304 | undefined;
  constructor(body: Body | undefined, headers: Readonly<Record<string, string>>, status: 304 | undefined) {
    this.body = body;
    this.headers = headers;
    this.status = status;
  }
}

/** The body with headers beside it, such as `content-disposition` of an export. */
export function reply<Body>(body: Body, more: { headers?: Record<string, string> } = {}): Reply<Body> {
  return new Reply(body, more.headers ?? {}, undefined);
}

/** An entity tag over everything that identifies a state; equal input, equal tag. */
export function entityTag(...state: readonly unknown[]): string {
  return `"${createHash('sha256').update(JSON.stringify(state)).digest('base64url').slice(0, 22)}"`;
}

/** The body under its entity tag, or 304 without one when the caller already has that state. */
export function replyUnlessKnown<Body>(
  ifNoneMatch: string | undefined,
  tag: string,
  body: () => Body,
): Reply<Body> {
  const known = (ifNoneMatch ?? '').split(',').some((item) => item.trim().replace(/^W\//, '') === tag);
  return known ? new Reply<Body>(undefined, { etag: tag }, 304) : new Reply(body(), { etag: tag }, undefined);
}
