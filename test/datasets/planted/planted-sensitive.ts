/** Sentences with a secret or personal data in them, as people really write them. Every value is made up here. */
import type { SensitiveKind } from '../../../contracts/dataset-issues.ts';
import { prose } from './clean-rows.ts';
import { cardNumber, iban, NATIONAL_IDS } from './identity-numbers.ts';
import { HEX, LETTERS_AND_DIGITS, type Random } from './random.ts';

export interface SensitivePlanter {
  kind: SensitiveKind;
  how: string;
  /** A sentence that holds one. */
  sentence: (r: Random) => string;
}

const UPPER_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const URL_SAFE = `${LETTERS_AND_DIGITS}-_`;
const BASE64 = `${LETTERS_AND_DIGITS}+/`;
const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const grouped = (digits: string, mark: string) => digits.replace(/(.{4})(?=.)/g, `$1${mark}`);
const pem = (r: Random, kind: string, newline: string) =>
  [
    `-----BEGIN ${kind}-----`,
    ...Array.from({ length: 6 }, () => r.text(64, BASE64)),
    `-----END ${kind}-----`,
  ].join(newline);
const FIRST = [
  'maren',
  'tomas',
  'odile',
  'j.aydin',
  'iris.holt',
  'k_lind',
  'ana-maria',
  'p.oconnor',
  'wei.chen',
  'sales',
  'info',
  'lars.berg82',
];
const DOMAIN = [
  'halden-freight.com',
  'nordlicht.de',
  'gmail.com',
  'maison-odile.fr',
  'mail.brightwater.co.uk',
  'outlook.com',
  'uni-ulm.de',
  'acme.io',
  'stadt.zuerich.ch',
];

const secret = (
  kind: SensitiveKind,
  how: string,
  value: (r: Random) => string,
  around = (found: string) => `Use ${found} for the nightly import.`,
): SensitivePlanter => ({
  kind,
  how,
  sentence: (r) => around(value(r)),
});

export const SENSITIVE: readonly SensitivePlanter[] = [
  secret(
    'cloud-key',
    'AWS access key id',
    (r) => `${r.pick(['AKIA', 'ASIA'])}${r.text(16, UPPER_AND_DIGITS)}`,
  ),
  secret(
    'cloud-key',
    'AWS secret in a file',
    (r) => r.text(40, BASE64),
    (found) => `aws_secret_access_key = ${found}\nregion = eu-central-1`,
  ),
  secret(
    'cloud-key',
    'AWS secret in the environment',
    (r) => r.text(40, BASE64),
    (found) => `export AWS_SECRET_ACCESS_KEY="${found}"`,
  ),
  secret(
    'cloud-key',
    'Google API key',
    (r) => `AIza${r.text(35, URL_SAFE)}`,
    (found) => `maps: https://maps.googleapis.com/maps/api/js?key=${found}&v=3`,
  ),
  secret(
    'cloud-key',
    'Azure storage',
    (r) =>
      `DefaultEndpointsProtocol=https;AccountName=haldenlogs;AccountKey=${r.text(86, BASE64)}==;EndpointSuffix=core.windows.net`,
  ),
  secret(
    'code-host-token',
    'GitHub classic',
    (r) => `${r.pick(['ghp', 'gho', 'ghu', 'ghs', 'ghr'])}_${r.text(36, LETTERS_AND_DIGITS)}`,
  ),
  secret(
    'code-host-token',
    'GitHub fine-grained',
    (r) => `github_pat_${r.text(22, LETTERS_AND_DIGITS)}_${r.text(59, LETTERS_AND_DIGITS)}`,
  ),
  secret(
    'code-host-token',
    'GitLab',
    (r) => `glpat-${r.text(20, URL_SAFE)}`,
    (found) => `git clone https://oauth2:${found}@gitlab.com/halden/ops.git`,
  ),
  secret(
    'code-host-token',
    'npm',
    (r) => `npm_${r.text(36, LETTERS_AND_DIGITS)}`,
    (found) => `//registry/:_authToken=${found}`,
  ),
  secret('code-host-token', 'PyPI', (r) => `pypi-AgEIcHlwaS5vcmc${r.text(150, URL_SAFE)}`),
  ...['RSA PRIVATE KEY', 'EC PRIVATE KEY', 'PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'].map(
    (kind): SensitivePlanter => ({
      kind: 'private-key',
      how: kind,
      sentence: (r) => `Put this into id_key:\n${pem(r, kind, '\n')}`,
    }),
  ),
  {
    kind: 'private-key',
    how: 'on one line',
    sentence: (r) => `{"private_key": "${pem(r, 'PRIVATE KEY', '\\n')}\\n"}`,
  },
  {
    kind: 'signed-token',
    how: 'JWT',
    sentence: (r) => {
      const token = `${b64({ alg: r.pick(['HS256', 'RS256', 'ES256']), typ: 'JWT' })}.${b64({ sub: r.digits(10), name: 'Iris Holt', iat: 1_790_000_000 + r.below(9999) })}.${r.text(43, URL_SAFE)}`;
      return r.below(2)
        ? `Authorization: Bearer ${token}`
        : `The session cookie was ${token}, which is still valid.`;
    },
  },
  secret('service-token', 'OpenAI', (r) => `sk-${r.text(48, LETTERS_AND_DIGITS)}`),
  secret(
    'service-token',
    'OpenAI project',
    (r) => `sk-proj-${r.text(48, URL_SAFE)}`,
    (found) => `OPENAI_API_KEY=${found}`,
  ),
  secret('service-token', 'Anthropic', (r) => `sk-ant-api03-${r.text(93, URL_SAFE)}AA`),
  secret(
    'service-token',
    'Slack bot',
    (r) => `xoxb-${r.digits(12)}-${r.digits(12)}-${r.text(24, LETTERS_AND_DIGITS)}`,
  ),
  secret(
    'service-token',
    'Stripe live',
    (r) => `${r.pick(['sk', 'rk'])}_live_${r.text(24, LETTERS_AND_DIGITS)}`,
  ),
  secret('service-token', 'Hugging Face', (r) => `hf_${r.text(34, LETTERS_AND_DIGITS)}`),
  secret('service-token', 'SendGrid', (r) => `SG.${r.text(22, URL_SAFE)}.${r.text(43, URL_SAFE)}`),
  secret('service-token', 'DigitalOcean', (r) => `dop_v1_${r.text(64, HEX)}`),
  secret('service-token', 'Shopify', (r) => `shpat_${r.text(32, HEX)}`),
  secret(
    'service-token',
    'Telegram bot',
    (r) => `${100_000_000 + r.below(800_000_000)}:AA${r.text(33, URL_SAFE)}`,
    (found) => `curl https://api.telegram.org/bot${found}/getMe`,
  ),
  secret(
    'password-in-url',
    'PostgreSQL',
    (r) => `postgres://app:${r.text(14, LETTERS_AND_DIGITS)}@db.halden.internal:5432/orders`,
    (found) => `DATABASE_URL=${found}`,
  ),
  secret(
    'password-in-url',
    'MongoDB',
    (r) => `mongodb+srv://admin:${r.text(16, LETTERS_AND_DIGITS)}@cluster0.k3x9a.mongodb.net/prod`,
  ),
  secret(
    'password-in-url',
    'HTTPS',
    (r) => `https://deploy:${r.text(12, LETTERS_AND_DIGITS)}@files.nordlicht.de/builds`,
  ),
  secret(
    'password-in-url',
    'Redis without a user',
    (r) => `redis://:${r.text(20, LETTERS_AND_DIGITS)}@cache.halden.internal:6379/0`,
  ),
  {
    kind: 'email',
    how: 'in a sentence',
    sentence: (r) => `Write to ${r.pick(FIRST)}@${r.pick(DOMAIN)} if anything is missing.`,
  },
  {
    kind: 'email',
    how: 'in angle brackets',
    sentence: (r) => `From: Iris Holt <${r.pick(FIRST)}+orders@${r.pick(DOMAIN)}>`,
  },
  { kind: 'email', how: 'mailto', sentence: (r) => `[contact](mailto:${r.pick(FIRST)}@${r.pick(DOMAIN)})` },
  {
    kind: 'phone',
    how: 'Germany, international',
    sentence: (r) => `Rufen Sie uns unter +49 30 ${r.pick(['2', '3', '8'])}${r.digits(6)} an.`,
  },
  {
    kind: 'phone',
    how: 'Germany, mobile',
    sentence: (r) => `Meine Nummer ist +49 151 ${1 + r.below(9)}${r.digits(7)}, am besten abends.`,
  },
  {
    kind: 'phone',
    how: 'US',
    sentence: (r) =>
      `Call me at (${r.pick(['212', '415', '617', '312'])}) ${r.pick(['234', '867', '622'])}-${r.digits(4)} after five.`,
  },
  {
    kind: 'phone',
    how: 'US, international',
    sentence: (r) =>
      `My cell is +1 ${r.pick(['212', '415', '617', '312'])}-${r.pick(['234', '867', '622'])}-${r.digits(4)}.`,
  },
  {
    kind: 'phone',
    how: 'UK',
    sentence: (r) => `You can reach her on +44 7${r.pick(['400', '700', '911'])} ${r.digits(6)}.`,
  },
  {
    kind: 'phone',
    how: 'France',
    sentence: (r) => `Téléphone : +33 6 ${[0, 0, 0, 0].map(() => r.digits(2)).join(' ')}`,
  },
  {
    kind: 'phone',
    how: 'Switzerland',
    sentence: (r) => `Tel. +41 44 ${200 + r.below(700)} ${r.digits(2)} ${r.digits(2)}`,
  },
  {
    kind: 'card-number',
    how: 'plain',
    sentence: (r) => `Please charge card ${cardNumber(r)} for the second parcel.`,
  },
  {
    kind: 'card-number',
    how: 'spaced',
    sentence: (r) => `The number on the card is ${grouped(cardNumber(r), ' ')}, valid thru 09/28.`,
  },
  { kind: 'card-number', how: 'dashed', sentence: (r) => `Visa ending soon: ${grouped(cardNumber(r), '-')}` },
  { kind: 'iban', how: 'plain', sentence: (r) => `Transfer the rest to ${iban(r)} by Friday.` },
  { kind: 'iban', how: 'spaced', sentence: (r) => `IBAN: ${grouped(iban(r), ' ')}` },
  ...Object.entries(NATIONAL_IDS).map(([how, sentence]): SensitivePlanter => ({
    kind: 'national-id',
    how,
    sentence: (r) => `For the form: ${sentence(r)}.`,
  })),
];

/** A clean chat with the sentence somewhere in its question or its answer. */
export function sensitiveLine(r: Random, row: number, { sentence }: SensitivePlanter): string {
  const put = (text: string) => (r.below(2) ? `${text} ${sentence(r)}` : `${sentence(r)}\n${text}`);
  const [ask, answer] = [`${prose(r, 'en', 1)} [${row}]`, prose(r, 'en', 2)];
  return JSON.stringify({
    messages: [
      { role: 'user', content: r.below(2) ? put(ask) : `${ask} ${sentence(r)}` },
      { role: 'assistant', content: answer },
    ],
  });
}
