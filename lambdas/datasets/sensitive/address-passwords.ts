import { isExamplePassword } from './placeholders.ts';
import type { Finding } from './sensitive-match.ts';

/** scheme://user:password@host. A password may hold @ or / where nobody encoded it: the last @ before the host counts. */
const ADDRESS =
  /([A-Za-z][A-Za-z0-9+.-]{1,30}):\/\/([^\s:/?#"'`<>@[\]]{0,80}):([^\s"'`<>/]{1,200})@([A-Za-z0-9_.-]{1,200}|\[[0-9a-fA-F:.]{2,45}\])/g;
const OWN_HOST =
  /^(?:localhost|127\.|0\.0\.0\.0|host\.docker\.internal|\[::1\])|^[\w-]+$|(?:^|\.)(?:example\.(?:com|org|net)|example|invalid|test|localhost|local)$/i;

/** Server=…;Password=… of ADO and ODBC, and ?user=…&password=… of JDBC. */
const SETTING =
  /(?<![A-Za-z._])(?:password|pwd)\s{0,2}=\s{0,2}(?:"([^"\n]{3,100})"|'([^'\n]{3,100})'|([^;\s"'&<>]{3,100}))/gi;
const SETTING_NEAR =
  /(?:server|data source|host|addr(?:ess)?|user ?id|uid|user(?:name)?|database|initial catalog|dbname)\s{0,2}=/i;

/** Small letters or digits alone, and few: what stands in every docker-compose file. */
const isWeak = (password: string) => password.length <= 10 && /^(?:[a-z]*|\d*)$/.test(password);

const isSecret = (user: string, password: string, host: string) => {
  if (isExamplePassword(password) || password === user) return false;
  return !(OWN_HOST.test(host) && isWeak(password)) && password.length >= 3;
};

/** Finds the password alone, so that what is left of the address still says where it led. */
export function addressPasswords(text: string, found: Finding[]): void {
  if (text.includes('://') && text.includes('@'))
    for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
      let from = at;
      while (from > 0 && at - from < 30 && /[A-Za-z0-9+.-]/.test(text[from - 1] ?? '')) from -= 1;
      const window = text.slice(from, at + 520);
      if (!window.includes('@')) continue;
      ADDRESS.lastIndex = 0;
      const hit = ADDRESS.exec(window);
      if (!hit || hit.index + (hit[1] ?? '').length !== at - from) continue;
      const [, scheme = '', user = '', password = '', host = ''] = hit;
      if (!isSecret(user, password, host)) continue;
      const start = at + 3 + user.length + 1;
      found.push({
        kind: 'password-in-url',
        from: start,
        to: start + password.length,
        shown: `${scheme}://${user.slice(0, 20)}:••••@${host.slice(0, 60)}`,
      });
    }
  if (!text.includes('=') || !/password|pwd/i.test(text)) return;
  for (const hit of text.matchAll(SETTING)) {
    const password = hit[1] ?? hit[2] ?? hit[3] ?? '';
    const around = text.slice(Math.max(0, hit.index - 200), hit.index + hit[0].length + 120);
    if (!SETTING_NEAR.test(around) || !/;|&|:\/\/|dbname/.test(around) || isExamplePassword(password))
      continue;
    if (isWeak(password) && password.length < 6) continue;
    // In code a name or a call stands there; in a connection string a semicolon or an ampersand follows.
    const next = text[hit.index + hit[0].length] ?? '';
    if (
      /^[\w$?.]*[A-Za-z_$][\w$]*(?:[([]|\??\.[A-Za-z_])/.test(password) ||
      (/^[A-Za-z_.]+,?$/.test(password) && next !== ';' && next !== '&')
    )
      continue;
    const from = hit.index + hit[0].lastIndexOf(password);
    const host = /(?:server|data source|host)\s{0,2}=\s{0,2}([\w.:,-]{1,60})/i.exec(around)?.[1];
    found.push({
      kind: 'password-in-url',
      from,
      to: from + password.length,
      shown: `password=••••${host === undefined ? '' : ` at ${host}`}`,
    });
  }
}
