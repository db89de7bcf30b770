/** The small values every noun is made of: ids, times, money, checksums, pages. */
import * as z from 'zod';

const prefixedUlid = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`), `an id that begins with ${prefix}_`);

export const DatasetId = prefixedUlid('ds');
export const JobId = prefixedUlid('job');
export const ModelId = prefixedUlid('mdl');
export const NotificationId = prefixedUlid('ntf');

/** The `sub` of a verified Cognito access token; never taken from a request's body or path. */
export const Owner = z.string().min(1).max(128);

/** ISO 8601 in UTC, with milliseconds or without. */
export const Timestamp = z.iso.datetime();
/** A calendar day in UTC, `2026-11-23`. */
export const Day = z.iso.date();
/** A calendar month in UTC, `2026-11`. */
export const Month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month such as 2026-11');

/** Millionths of a US dollar. An integer, so that sums are exact; 2^53 micros are nine billion dollars. */
export const UsdMicros = z.int().nonnegative();

/** SHA-256 of a whole file in lower-case hex: what `sha256sum` prints. */
export const Sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex');
/** SHA-256 of one part in base64: what S3 takes in `x-amz-checksum-sha256`. */
export const Sha256Base64 = z.string().regex(/^[A-Za-z0-9+/]{43}=$/, 'a SHA-256 in base64');
/** S3's checksum of a multipart object: base64 of the SHA-256 over the parts' digests, a dash, the number of parts. */
export const CompositeSha256 = z.string().regex(/^[A-Za-z0-9+/]{43}=-[1-9]\d{0,4}$/);

/** A name a person gave: shown as text everywhere, trimmed, one line. */
export const DisplayName = z
  .string()
  .trim()
  .min(1, 'a name of at least one character')
  .max(100, 'a name of at most 100 characters')
  .regex(/^[^\p{Cc}]*$/u, 'a name without line breaks or control characters');

/** How a list is asked for. `cursor` is opaque and carries no key of an owner. */
export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(25),
  cursor: z.string().min(1).max(1024).optional(),
});

/** One page of a list; without `nextCursor` it was the last. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().optional() });

/** A low – expected – high triple: 80 % of runs are meant to end between low and high. */
export const rangeOf = <Value extends z.ZodType>(value: Value) =>
  z.object({ low: value, expected: value, high: value });

/** One part of a multipart upload, and where to PUT it. The URL signs the checksum as a header. */
export const SignedPart = z.object({
  partNumber: z.int().min(1).max(10_000),
  url: z.url(),
  /** Every header listed here must be sent exactly so, or S3 refuses the part. */
  headers: z.record(z.string(), z.string()),
  expiresAt: Timestamp,
});
export type SignedPart = z.infer<typeof SignedPart>;

/** The parts a client asks URLs for; at most 100 a call keeps an answer far below the gateway's 6 MB. */
export const PartsToSign = z
  .array(z.strictObject({ partNumber: z.int().min(1).max(10_000), sha256: Sha256Base64 }))
  .min(1)
  .max(100);
