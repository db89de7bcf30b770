import type { SensitiveKind } from '../../../contracts/dataset-issues.ts';
import { isDrawnBase64, isPlaceholder, looksDrawn } from './placeholders.ts';
import { longRunAt, runEnd } from './quick-look.ts';
import { SECRET_FORMS, type SecretForm } from './secret-forms.ts';
import { shownStart, type Finding } from './sensitive-match.ts';
import { signedTokens } from './signed-tokens.ts';

const STARTS = [...new Set(SECRET_FORMS.flatMap((form) => form.starts))].toSorted(
  (a, b) => b.length - a.length,
);
const FORMS_OF = new Map<string, SecretForm[]>(
  STARTS.map((start) => [
    start,
    STARTS.filter((other) => start.startsWith(other)).flatMap((other) =>
      SECRET_FORMS.filter((form) => form.starts.includes(other)).map((form) => ({
        ...form,
        starts: [other],
      })),
    ),
  ]),
);
/** Beginnings so short that a name may have them: what follows must look drawn. */
const SHORT = new Set([
  's.',
  'cio',
  'oy2',
  'pat',
  're_',
  'secret_',
  'SK',
  'sl.',
  'EAA',
  'rnd_',
  'napi_',
  'tfp_',
  'nfp_',
  'pnu_',
  'xai-',
  'bkua_',
  'rdme_',
  'vcp_',
  'fig-',
  'gsk_',
  'r8_',
]);
/** Not in the middle of a word, unless that is an escaped line end. */
const START = new RegExp(
  `(?:(?<![A-Za-z0-9])|(?<=\\\\[nrt]))(?:${STARTS.map((start) => start.replace(/[.$/]/g, '\\$&')).join('|')})`,
  'g',
);

/** Keys without a prefix of their own, known by their whole form. */
const WHOLE_FORMS: readonly { kind: SensitiveKind; sign: string; form: RegExp }[] = [
  {
    kind: 'service-token',
    sign: ':',
    form: /(?:(?<![A-Za-z0-9])|(?<=\/bot))\d{8,10}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g,
  }, // Telegram
  { kind: 'service-token', sign: '.', form: /(?<![\w-])[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])/g }, // Discord
  {
    kind: 'service-token',
    sign: '-',
    form: /(?<![A-Za-z0-9-])[a-f0-9]{32}-(?:[a-f0-9]{8}-[a-f0-9]{8}|us\d{1,2})(?![\w-])/g,
  }, // Mailgun, Mailchimp
  {
    kind: 'service-token',
    sign: '.atlasv1.',
    form: /(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}/g,
  },
  { kind: 'service-token', sign: ':', form: /(?<![A-Za-z0-9])AAAA[\w-]{7}:[\w-]{120,160}/g }, // Firebase
  { kind: 'cloud-key', sign: 'Q~', form: /(?<![\w~.-])[\w~.]{3}\dQ~[\w~.-]{31,34}/g }, // Azure AD
];

/** What an AWS secret key looks like: 40 of base64, which a git hash (small letters alone) never does. */
const AWS_SECRET = /(?<![A-Za-z0-9/+=_-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_-])/g;
const AWS_NAME = /secret.{0,3}access.{0,3}key[^A-Za-z0-9]{1,8}$/i;
const AWS_NEAR = /aws|amazon|AKIA|ASIA|secret.{0,3}access|s3/i;

const ASSIGNED =
  /((?:api|access|secret|private|auth|client|encryption|signing|master|app|subscription|storage|consumer|account|bot|personal|refresh|session|webhook|deploy|shared|aws|azure|gcp)[ _.-]{0,2}(?:access[ _.-]?|auth[ _.-]?)?(?:key|token|secret|password)|(?<![A-Za-z_:-])(?:token|secret|password|passwd|passphrase|bearer|apikey|authorization))["'`\]]{0,2}\s{0,3}(?::=|=>|[:=]|is\s|\s)\s{0,3}["'`]{0,2}(?:(?:bearer|basic|token)\s{1,2})?([A-Za-z0-9+/_=.~-]{20,200})/gi;
const CLOUD_WORD = /aws|azure|gcp|storage|subscription/i;

/** A signature that lets anyone read a container of Azure storage until it expires. */
const AZURE_SIGNATURE = /(?<![a-z])sig=([A-Za-z0-9%+/]{40,90}(?:%3D|=)?)/g;
const AZURE_NEAR = /[?&]s[evpr]=/;

/** The context a value may get its meaning from: the line it stands on, as a rule. */
const BEFORE = 100;

/** Keys and tokens in every run of the text that is long enough to hold one. */
export function secrets(text: string, firstRun: number, found: Finding[]): void {
  for (let from = firstRun; from >= 0;) {
    const to = runEnd(text, from);
    const run = text.slice(from, to);
    withPrefix(text, run, from, found);
    signedTokens(run, from, found);
    for (const { kind, sign, form } of WHOLE_FORMS)
      if (run.includes(sign))
        for (const hit of run.matchAll(form))
          if (/[A-Za-z].*\d|\d.*[A-Za-z]/.test(hit[0]) && !isPlaceholder(hit[0]))
            push(found, kind, from + hit.index, hit[0]);
    if (run.includes('sig=')) inAddress(text, from, found);
    byContext(text, from, to, found);
    from = longRunAt(text, to);
  }
}

function push(found: Finding[], kind: SensitiveKind, from: number, secret: string) {
  found.push({ kind, from, to: from + secret.length, shown: shownStart(secret) });
}

function withPrefix(text: string, run: string, offset: number, found: Finding[]) {
  START.lastIndex = 0;
  for (let hit = START.exec(run); hit; hit = START.exec(run)) {
    const start = hit[0];
    for (const { kind, starts, body } of FORMS_OF.get(start) ?? []) {
      const prefix = starts[0] ?? '';
      body.lastIndex = offset + hit.index + prefix.length;
      const rest = body.exec(text)?.[0];
      if (rest === undefined) continue;
      START.lastIndex = hit.index + prefix.length + rest.length;
      if (isPlaceholder(rest) || (SHORT.has(prefix) && !looksDrawn(rest))) break;
      push(found, kind, offset + hit.index, prefix + rest);
      break;
    }
  }
}

function inAddress(text: string, from: number, found: Finding[]) {
  for (const hit of text.slice(from, from + 500).matchAll(AZURE_SIGNATURE)) {
    const signature = hit[1] ?? '';
    const at = from + hit.index + 'sig='.length;
    if (AZURE_NEAR.test(text.slice(Math.max(0, at - 300), at)) && looksDrawn(signature.replace(/%../g, '')))
      push(found, 'cloud-key', at, signature);
  }
}

/** Values that are secrets because of the word before them. */
function byContext(text: string, from: number, to: number, found: Finding[]) {
  // Names of code are long too, but have no digits near; one value in a thousand has none.
  if (!/\d/.test(text.slice(from, Math.min(to + 60, from + 400)))) return;
  // No value longer than this is looked at; neither is the inside of a blob.
  const start = Math.max(0, from - BEFORE);
  const near = text.slice(start, Math.min(to + 44, from + 400));
  if (AWS_NEAR.test(near))
    for (const hit of near.matchAll(AWS_SECRET))
      if (isDrawnBase64(hit[0], AWS_NAME.test(near.slice(0, hit.index))))
        push(found, 'cloud-key', start + hit.index, hit[0]);
  for (const hit of near.matchAll(ASSIGNED)) {
    const value = hit[2] ?? '';
    const at = start + hit.index + hit[0].length - value.length;
    if (near[hit.index + hit[0].length] === '(' || !looksDrawn(value)) continue;
    const word = near.slice(Math.max(0, hit.index - 12), hit.index + (hit[1] ?? '').length);
    push(found, CLOUD_WORD.test(word) ? 'cloud-key' : 'service-token', at, value);
  }
}
