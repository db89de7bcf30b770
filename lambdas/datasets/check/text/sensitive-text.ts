import { SENSITIVE_KINDS } from '../../../../contracts/dataset-issues.ts';
import { addressPasswords } from '../../sensitive/address-passwords.ts';
import { emails } from '../../sensitive/emails.ts';
import { numbers } from '../../sensitive/numbers.ts';
import { privateKeys } from '../../sensitive/private-keys.ts';
import { longRunAt, SIX_DIGITS } from '../../sensitive/quick-look.ts';
import { secrets } from '../../sensitive/secrets.ts';
import { ALL_MARKS, HAS_AT, HAS_DASHES, HAS_DIGITS, HAS_RUN } from '../kernel/layout.ts';
import type { Finding, SensitiveMatch } from '../../sensitive/sensitive-match.ts';

export type { SensitiveMatch } from '../../sensitive/sensitive-match.ts';

/** What may be in the text, the surest first: where two overlap, the earlier in this list is kept. */
function findings(text: string, marks: number): Finding[] {
  const run = (marks & HAS_RUN) === 0 ? -1 : longRunAt(text, 0);
  const sign = (marks & HAS_AT) === 0 ? -1 : text.indexOf('@');
  SIX_DIGITS.lastIndex = 0;
  const hasNumber = (marks & HAS_DIGITS) !== 0 && SIX_DIGITS.test(text);
  const found: Finding[] = [];
  if (hasPrivateKey(text, marks)) privateKeys(text, found);
  if (run >= 0) secrets(text, run, found);
  if (run >= 0 || sign >= 0) addressPasswords(text, found);
  if (hasNumber) numbers(text, found);
  if (sign >= 0) emails(text, sign, found);
  return found;
}

/** Four dashes and BEGIN, with a space between or without; PuTTY's keys begin with a run. */
function hasPrivateKey(text: string, marks: number): boolean {
  if ((marks & HAS_DASHES) !== 0 && (text.includes('--- BEGIN') || text.includes('----BEGIN'))) return true;
  return (marks & HAS_RUN) !== 0 && text.includes('PuTTY-User-Key');
}

/** In order and not overlapping. */
function select(found: readonly Finding[], codes?: ReadonlySet<SensitiveMatch['code']>): SensitiveMatch[] {
  const ranked = found
    .map((finding, rank) => ({ ...finding, code: SENSITIVE_KINDS[finding.kind].code, rank }))
    .filter(({ code }) => codes === undefined || codes.has(code))
    .toSorted((a, b) => a.from - b.from || a.rank - b.rank);
  const kept: typeof ranked = [];
  for (const match of ranked) {
    const last = kept.at(-1);
    if (last === undefined || match.from >= last.to) kept.push(match);
    else if (match.rank < last.rank) kept[kept.length - 1] = match;
  }
  return kept.map(({ code, kind, from, to, shown }) => ({ code, kind, from, to, shown }));
}

/** `marks` are those the text has of kernel/layout.ts; left out, all of it is read. */
export function findSensitive(text: string, marks: number = ALL_MARKS): SensitiveMatch[] {
  const found = findings(text, marks);
  return found.length === 0 ? [] : select(found);
}

const MASKS = {
  email: '[email]',
  phone: '[phone]',
  'card-number': '[card number]',
  iban: '[IBAN]',
  'national-id': '[national id]',
} as const satisfies Partial<Record<SensitiveMatch['kind'], string>>;
const maskOf = (kind: SensitiveMatch['kind']): string =>
  (MASKS as Partial<Record<string, string>>)[kind] ?? '[redacted]';

/** The rest of what overlapped may be one itself, so masking goes on until nothing is found; twice is the usual. */
const MOST_ROUNDS = 8;

/** Masks what has one of the codes; a second time it finds nothing to do. */
export function maskSensitive(text: string, codes: ReadonlySet<SensitiveMatch['code']>): string {
  let masked = text;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const matches = select(findings(masked, ALL_MARKS), codes);
    if (matches.length === 0) return masked;
    let rest = 0;
    let out = '';
    for (const { from, to, kind } of matches) {
      out += masked.slice(rest, from) + maskOf(kind);
      rest = to;
    }
    masked = out + masked.slice(rest);
  }
  return masked;
}
