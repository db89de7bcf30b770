import { countrySpecs, isValidIBAN } from 'ibantools';
import { shownEnd, type Finding } from './sensitive-match.ts';

/** Country, check digits, and the rest in blocks of four, or in none, or as the bank writes it. */
const BEGINS = /(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}/y;
const LENGTHS = new Map(Object.entries(countrySpecs).map(([country, { chars }]) => [country, chars ?? 0]));

/** The IBAN that begins at `at`; answers where it ends, or 0. */
export function ibanAt(text: string, at: number, found: Finding[]): number {
  BEGINS.lastIndex = at;
  if (!BEGINS.test(text)) return 0;
  const length = LENGTHS.get(text.slice(at, at + 2).toUpperCase()) ?? 0;
  if (length === 0) return 0;
  let compact = '';
  let to = at;
  for (; compact.length < length && to < text.length; to += 1) {
    const character = text[to] ?? '';
    if (/[A-Za-z0-9]/.test(character)) compact += character;
    else if (!/[ \u00a0\u202f.-]/.test(character) || !/[A-Za-z0-9]/.test(text[to - 1] ?? '')) return 0;
  }
  if (compact.length < length || /[A-Za-z0-9]/.test(text[to] ?? '')) return 0;
  if (new Set(compact.slice(4)).size < 2 || !isValidIBAN(compact.toUpperCase())) return 0;
  found.push({
    kind: 'iban',
    from: at,
    to,
    shown: `${compact.slice(0, 2).toUpperCase()}${shownEnd(compact)}`,
  });
  return to;
}
