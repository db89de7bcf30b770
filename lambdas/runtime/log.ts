/** One object a line through the console: Lambda's own JSON logging makes fields of it. */

type Fields = Record<string, unknown>;

const SECRET_FIELDS = /^(authorization|cookie|password|.*api_?key|.*token|.*secret)$/i;
/** What must never stand in a log (I11): what signs a presigned URL, bearer tokens, JSON web tokens, AWS key ids, tokens of a hub. */
const SECRET_TEXT: readonly [RegExp, string][] = [
  [/(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s"']+/gi, '$1[redacted]'],
  [/(Bearer\s+)[A-Za-z0-9._~+/=-]+/gi, '$1[redacted]'],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g, '[redacted]'],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, '[redacted]'],
  [/\bhf_[A-Za-z0-9]{20,}\b/g, '[redacted]'],
];
/** A log line is no place for whole documents: 4,000 characters keep any error's text and stack. */
const LONGEST_TEXT = 4000;
const DEEPEST = 6;

/** Text without what signs or authorises. */
export function redactText(text: string): string {
  let redacted = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  for (const [pattern, replacement] of SECRET_TEXT) redacted = redacted.replace(pattern, replacement);
  return redacted;
}

/** A copy that may be logged: secrets replaced by name and by form, errors as name, message and stack. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return '[deeper]';
  if (value instanceof Error) {
    return {
      name: value.name,
      message: redactText(value.message),
      stack: redactText(value.stack ?? ''),
      ...(value.cause === undefined ? {} : { cause: redact(value.cause, depth + 1) }),
    };
  }
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      SECRET_FIELDS.test(key) && item !== undefined ? '[redacted]' : redact(item, depth + 1),
    ]),
  );
}

const line = (message: string, fields: Fields) => ({ message, ...(redact(fields) as Fields) });

/** `message` is a fixed sentence that can be searched for; what varies goes into the fields. */
export const log = {
  info: (message: string, fields: Fields = {}) => console.info(line(message, fields)),
  warn: (message: string, fields: Fields = {}) => console.warn(line(message, fields)),
  error: (message: string, fields: Fields = {}) => console.error(line(message, fields)),
};
