/** The two tokens of a run: an HMAC over what they name. Nothing is stored, so there is nothing to leak or to expire from. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';
import { JobId, Owner } from '../../contracts/values.ts';

/**
 * A run token outlives any gap between two reports (60 s) and an outage of the API of nearly two hours; each report
 * renews it. It is void at once when its attempt is not the live one, whatever its time says.
 */
export const RUN_TOKEN_SECONDS = 2 * 3600;

export interface RunIdentity {
  owner: string;
  jobId: string;
  attempt: number;
}
export interface RunTokenClaims extends RunIdentity {
  kind: 'bootstrap' | 'run';
}

/** The payload: kind, owner, job, attempt, and for a run token the epoch second it ends at. */
const Payload = z.union([
  z.tuple([z.literal('bootstrap'), Owner, JobId, z.int().positive()]),
  z.tuple([z.literal('run'), Owner, JobId, z.int().positive(), z.int().positive()]),
]);

/** What is signed begins so, lest a signature made with this key for another purpose ever fit. */
const PURPOSE = 'brightrun-run-token-v1.';

const signature = (key: string, payload: string) =>
  createHmac('sha256', key)
    .update(PURPOSE + payload)
    .digest();

function token(key: string, payload: z.infer<typeof Payload>): string {
  const text = Buffer.from(JSON.stringify(payload)).toString('base64url');
  return `${text}.${signature(key, text).toString('base64url')}`;
}

/** Re-derivable: a repeated submit carries the very same token (design.md §7). */
export const bootstrapToken = (key: string, { owner, jobId, attempt }: RunIdentity): string =>
  token(key, ['bootstrap', owner, jobId, attempt]);

export function runToken(
  key: string,
  { owner, jobId, attempt }: RunIdentity,
  now: Date,
): { runToken: string; runTokenExpiresAt: string } {
  const expiresAt = Math.floor(now.getTime() / 1000) + RUN_TOKEN_SECONDS;
  return {
    runToken: token(key, ['run', owner, jobId, attempt, expiresAt]),
    runTokenExpiresAt: new Date(expiresAt * 1000).toISOString(),
  };
}

/** Longer than any token of ours: nothing larger is decoded. */
const LONGEST_TOKEN = 1024;

function decoded(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/**
 * What a token says, when one of the keys signed it and its time has not passed; else nothing. Several keys are
 * tried so that a rotation in the middle of a job cuts nobody off (fault 44).
 */
export function verifyToken(given: string, keys: readonly string[], now: Date): RunTokenClaims | undefined {
  if (given.length > LONGEST_TOKEN) return undefined;
  const [text, signed, ...more] = given.split('.');
  if (!text || !signed || more.length > 0) return undefined;
  const proof = Buffer.from(signed, 'base64url');
  // Base64 has several spellings of one value; only the one we wrote counts.
  if (proof.toString('base64url') !== signed) return undefined;
  const isOurs = keys.some((key) => {
    const expected = signature(key, text);
    return proof.length === expected.length && timingSafeEqual(proof, expected);
  });
  if (!isOurs) return undefined;
  const payload = Payload.safeParse(decoded(text));
  if (!payload.success) return undefined;
  const [kind, owner, jobId, attempt, expiresAt] = payload.data;
  if (expiresAt !== undefined && expiresAt * 1000 <= now.getTime()) return undefined;
  return { kind, owner, jobId, attempt };
}

/** The token of an `Authorization: Bearer …` header. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer ([A-Za-z0-9._~+/=-]+)$/i.exec(header?.trim() ?? '')?.[1];
}
