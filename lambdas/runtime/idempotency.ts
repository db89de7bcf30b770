/** The rule of `Idempotency-Key`: same key and body give the same answer, another body is refused (I12). */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { LIMITS } from '../../contracts/limits.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { Owner, Timestamp } from '../../contracts/values.ts';

/** Printable ASCII without the space, as the OpenAPI file says. */
const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{8,128}$/);

/** One request as its repeats are known: by owner, operation and key; `requestHash` tells another request apart. */
export interface Idempotency {
  owner: string;
  operationId: string;
  key: string;
  requestHash: string;
}

export const IdempotencyRecord = z.object({
  shape: z.literal(1),
  owner: Owner,
  operationId: z.string(),
  key: z.string(),
  requestHash: z.string(),
  /** The id of what the first request created; the answer is made again from its record. */
  createdId: z.string(),
  createdAt: Timestamp,
  /** Epoch seconds; an expired row counts as absent wherever it is read or conditioned on. */
  expiresAt: z.int(),
});
export type IdempotencyRecord = z.infer<typeof IdempotencyRecord>;

/** The header's key. Throws `idempotency-key-missing`, or `invalid-request` when it cannot be a key. */
export function idempotencyKeyOf(header: string | undefined): string {
  if (header === undefined || header === '') throw new ProblemError('idempotency-key-missing');
  const key = IdempotencyKey.safeParse(header);
  if (key.success) return key.data;
  throw new ProblemError('invalid-request', undefined, [
    { path: 'Idempotency-Key', message: '8 to 128 printable ASCII characters without spaces' },
  ]);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

/** SHA-256 over what was asked, after parsing: order of fields and omitted defaults make no difference. */
export function requestHash(path: unknown, body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted({ path, body })))
    .digest('hex');
}

export function idempotencyRecord(idempotency: Idempotency, createdId: string, now: Date): IdempotencyRecord {
  return {
    shape: 1,
    ...idempotency,
    createdId,
    createdAt: now.toISOString(),
    expiresAt: Math.floor(now.getTime() / 1000) + LIMITS.idempotencyHours * 3600,
  };
}

/**
 * What a stored row means for this request: the id to answer again with, or nothing when the request is new.
 * Throws `idempotency-key-reused` when the same key came with another request.
 */
export function decideReplay(
  stored: IdempotencyRecord | undefined,
  idempotency: Idempotency,
  now: Date,
): string | undefined {
  if (!stored || stored.expiresAt <= Math.floor(now.getTime() / 1000)) return undefined;
  if (stored.requestHash !== idempotency.requestHash) throw new ProblemError('idempotency-key-reused');
  return stored.createdId;
}
