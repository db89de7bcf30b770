import type { Finding } from './sensitive-match.ts';
import { TOP_LEVEL_DOMAINS } from './top-level-domains.ts';

/** Lengths as in RFC 5321: 64 before the sign, labels of 63. Latin letters with accents are allowed since RFC 6531. */
const LOCAL = /[A-Za-z0-9!#$%&'*+/=?^_{|}~.\u00c0-\u024f-]/;
const DOMAIN =
  /(?:[A-Za-z0-9\u00c0-\u024f](?:[A-Za-z0-9\u00c0-\u024f-]{0,62})\.){1,8}(?:xn--[a-z0-9-]{2,20}|[A-Za-z]{2,24})(?![A-Za-z0-9_])/y;
/** What RFC 2606 keeps for examples is nobody's. */
const NOBODYS_DOMAIN =
  /(?:^|\.)(?:example\.[a-z]{2,3}(?:\.[a-z]{2})?|example|invalid|test|localhost)$|^(?:your|my|some)-?(?:domain|company|site|website|server|host|mail|email|org|app|provider)\.|noreply\.github\.com$/i;
const NOBODY = /^(?:no-?reply|do-?not-?reply|no_reply|donotreply|git|this|return|super|self)$/i;
const YOUR =
  /^(?:your?|my|some)?[._-]?(?:name|e?mail|user(?:name)?|someone|somebody|address|firstname[._-]?lastname|first\.last|foo|xxx+|abc|test|admin|me|you)$/i;
const SOME_DOMAIN =
  /^(?:domain|company|e?mail|website|site|server|host|foo|bar|acme|xxx+|abc|address|provider|organi[sz]ation|test|sample|placeholder)\.(?:com|org|net|io|co|tld)$/i;

const isNobodys = (local: string, domain: string) =>
  NOBODYS_DOMAIN.test(domain) ||
  NOBODY.test(local) ||
  (YOUR.test(local) && SOME_DOMAIN.test(domain)) ||
  // An image at twice its size, a machine to log on to.
  (/^(?:ec2-user|ubuntu|root)$/.test(local) && /compute|internal|amazonaws/.test(domain));

/** The end of the domain if it is under a real top level; a sentence may go on right after it ("…firm.com.Please"). */
function domainAt(text: string, from: number): string | undefined {
  DOMAIN.lastIndex = from;
  let domain = DOMAIN.exec(text)?.[0];
  while (domain !== undefined) {
    const dot = domain.lastIndexOf('.');
    if (dot < 0) return undefined;
    const last = domain.slice(dot + 1);
    if (last.startsWith('xn--') || TOP_LEVEL_DOMAINS.has(last.toLowerCase()))
      return /^[a-z]+$|^[A-Z]+$|^[A-Z][a-z]+$|^xn--/.test(last) ? domain : undefined;
    if (!/^[A-Z]/.test(last)) return undefined;
    domain = domain.slice(0, dot);
  }
  return undefined;
}

export function emails(text: string, firstSign: number, found: Finding[]): void {
  for (let sign = firstSign; sign >= 0; sign = text.indexOf('@', sign + 1)) {
    let from = sign;
    while (from > 0 && sign - from < 64 && LOCAL.test(text[from - 1] ?? '')) from -= 1;
    // Quotes, paths and assignments stand before an address more often than in it.
    let local = text.slice(from, sign);
    const outside = /^.*[/=?&|'{}#!*$]|^[.]+/.exec(local)?.[0].length ?? 0;
    local = local.slice(outside);
    from += outside;
    // An escaped line end before it leaves its letter: \nanna@…
    if (text[from - 1] === '\\' && /^[nrt]./.test(local)) {
      local = local.slice(1);
      from += 1;
    }
    if (!/[A-Za-z0-9\u00c0-\u024f]/.test(local) || local.endsWith('.') || text[from - 1] === '@') continue;
    // The name or password of a user in an address of the web: https://anna@host/path.
    if (/:\/\/[^\s/@]{0,80}$/.test(text.slice(Math.max(0, from - 84), from))) continue;
    const domain = domainAt(text, sign + 1);
    if (domain === undefined || isNobodys(local, domain)) continue;
    // git@host:owner/repository.git
    if (
      text[sign + 1 + domain.length] === ':' &&
      /^[\w.-]+\/[\w.-]+/.test(text.slice(sign + domain.length + 2, sign + domain.length + 80))
    )
      continue;
    found.push({
      kind: 'email',
      from,
      to: sign + 1 + domain.length,
      shown: `${local.slice(0, 1)}•••@${domain.slice(0, 100)}`,
    });
  }
}
