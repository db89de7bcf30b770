import { addressPasswords } from './address-passwords.ts';
import { privateKeys } from './private-keys.ts';
import { longRunAt } from './quick-look.ts';
import { secrets } from './secrets.ts';
import type { Finding } from './sensitive-match.ts';

/**
 * A line's text without its secrets, to be shown where it is no row. What looks for phone and account numbers is a
 * quarter of a megabyte that a function of the API would load at each start, so this does without.
 */
export function maskSecrets(text: string): string {
  const found: Finding[] = [];
  const run = longRunAt(text, 0);
  privateKeys(text, found);
  if (run >= 0) secrets(text, run, found);
  addressPasswords(text, found);
  let shown = '';
  let rest = 0;
  for (const { from, to } of found.toSorted((a, b) => a.from - b.from)) {
    if (from >= rest) shown += `${text.slice(rest, from)}[redacted]`;
    rest = Math.max(rest, to);
  }
  return shown + text.slice(rest);
}
