/** Few patterns, each with a form that hardly anything else has: a warning that is usually wrong is not read. */

/** Every repetition has an end: a hostile line of a megabyte must not make a pattern begin anew at each character. */
const SECRETS: readonly [string, RegExp][] = [
  ['an AWS access key', /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/],
  ['a private key', /-----BEGIN (?:[A-Z]{2,20} )?PRIVATE KEY-----/],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60})/],
  ['an OpenAI or Anthropic key', /\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32}/],
  ['a Slack token', /\bxox[abprs]-[A-Za-z0-9-]{20}/],
  ['a Google API key', /\bAIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])/],
  ['a Stripe key', /\b[rs]k_live_[A-Za-z0-9]{20}/],
  ['a Hugging Face token', /\bhf_[A-Za-z0-9]{34}/],
  ['a signed token', /\beyJ[A-Za-z0-9_-]{10,200}\.eyJ[A-Za-z0-9_-]{10}/],
];
/** What each pattern must begin with or contain: one search for all of these spares nearly every text the patterns. */
const HINT =
  /AKIA|ASIA|PRIVATE KEY|gh[pousr]_|github_pat_|sk-|xox[abprs]-|AIza|k_live_|hf_|eyJ[A-Za-z0-9_-]{10}/;

/** Lengths as in RFC 5321: 64 before the sign, labels of 63. */
const EMAIL = /\b[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b/;
/** Addresses that RFC 2606 keeps for examples are nobody's. */
const NOBODYS = /@(?:[A-Za-z0-9-]+\.)*(?:example\.(?:com|org|net)|(?:example|invalid|test|localhost))$/i;

const masked = (text: string) =>
  `${text.slice(0, 4)}${'•'.repeat(Math.min(8, Math.max(0, text.length - 4)))}`;

/** What kind of secret stands in the text, with all but its first characters masked. */
export function findSecret(text: string): string | undefined {
  if (!HINT.test(text)) return undefined;
  for (const [kind, pattern] of SECRETS) {
    const found = pattern.exec(text);
    if (found) return `${kind}: ${masked(found[0])}`;
  }
  return undefined;
}

/** An e-mail address in the text, masked up to its domain. */
export function findPersonalData(text: string): string | undefined {
  if (!text.includes('@')) return undefined;
  const found = EMAIL.exec(text)?.[0];
  if (found === undefined || NOBODYS.test(found)) return undefined;
  return `an e-mail address: ${found.slice(0, 1)}•••${found.slice(found.indexOf('@'))}`;
}
