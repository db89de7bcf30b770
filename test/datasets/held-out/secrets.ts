/** Secrets as they stand in real texts; every value is made here, none is anybody's. */
import { DIGITS, HEX, LOWER, UPPER, WORD, type Chance } from './chance.ts';

type Make = (c: Chance) => string;
const ALNUM_UP = UPPER + DIGITS;
const URL_SAFE = `${WORD}-_`;
const b64url = (text: string) => Buffer.from(text).toString('base64url');
// Pieces, so that no scanner of this repository takes a made-up key for a real one.
const join = (...pieces: string[]) => pieces.join('');
const pem = (c: Chance, name: string) =>
  join(
    '-----BEGIN ',
    name,
    'PRIVATE KEY-----\n',
    Array.from({ length: 5 }, () => c.chars(64, `${WORD}+/`)).join('\n'),
    '\n-----END ',
    name,
    'PRIVATE KEY-----',
  );

export const SECRETS: Record<string, Make> = {
  'aws id': (c) => join('AK', 'IA', c.chars(16, `${UPPER}234567`)),
  'aws temporary id': (c) => join('AS', 'IA', c.chars(16, `${UPPER}234567`)),
  'aws secret': (c) => join('aws_secret', '_access_key = ', c.chars(40, `${WORD}+/`)),
  'gcp key': (c) => join('AI', 'za', c.chars(35, URL_SAFE)),
  'gcp oauth': (c) => join('GOC', 'SPX-', c.chars(28, URL_SAFE)),
  'azure storage': (c) =>
    join(
      'DefaultEndpointsProtocol=https;AccountName=',
      c.chars(8, LOWER),
      ';Account',
      'Key=',
      c.chars(86, `${WORD}+/`),
      '==;EndpointSuffix=core.windows.net',
    ),
  'azure client secret': (c) => join(c.chars(3, WORD), '8', 'Q~', c.chars(34, `${WORD}_-~.`)),
  'github pat': (c) => join('gh', c.of(['p', 'o', 'u', 's', 'r']), '_', c.chars(36, WORD)),
  'github fine': (c) => join('github', '_pat_', c.chars(22, WORD), '_', c.chars(59, WORD)),
  gitlab: (c) => join('gl', 'pat-', c.chars(20, URL_SAFE)),
  'gitlab runner': (c) => join('gl', 'rt-', c.chars(20, URL_SAFE)),
  'slack bot': (c) =>
    join('xo', 'xb-', c.chars(12, DIGITS), '-', c.chars(13, DIGITS), '-', c.chars(24, WORD)),
  'slack hook': (c) =>
    join(
      'https://hooks.slack',
      '.com/services/T',
      c.chars(8, ALNUM_UP),
      '/B',
      c.chars(10, ALNUM_UP),
      '/',
      c.chars(24, WORD),
    ),
  'stripe live': (c) => join(c.of(['sk', 'rk']), '_live_', c.chars(24 + 75 * c.below(2), WORD)),
  'stripe hook': (c) => join('wh', 'sec_', c.chars(32, WORD)),
  'openai old': (c) => join('sk', '-', c.chars(20, WORD), 'T3Blbk', 'FJ', c.chars(20, WORD)),
  'openai project': (c) => join('sk', '-proj-', c.chars(74, URL_SAFE), 'T3Blbk', 'FJ', c.chars(74, URL_SAFE)),
  anthropic: (c) => join('sk', '-ant-', 'api03-', c.chars(93, URL_SAFE), 'AA'),
  'hugging face': (c) => join('h', 'f_', c.chars(34, LOWER + UPPER)),
  npm: (c) => join('np', 'm_', c.chars(36, WORD)),
  pypi: (c) => join('py', 'pi-AgEIcHlwaS5vcmc', c.chars(120, URL_SAFE)),
  sendgrid: (c) => join('S', 'G.', c.chars(22, URL_SAFE), '.', c.chars(43, URL_SAFE)),
  twilio: (c) => join('S', 'K', c.chars(32, HEX)),
  telegram: (c) => join(c.chars(10, '123456789'), ':A', 'A', c.chars(33, URL_SAFE)),
  digitalocean: (c) => join('do', 'p_v1_', c.chars(64, HEX)),
  shopify: (c) => join('shp', 'at_', c.chars(32, HEX)),
  groq: (c) => join('gs', 'k_', c.chars(52, WORD)),
  jwt: (c) =>
    join(
      b64url('{"alg":"HS256","typ":"JWT"}'),
      '.',
      b64url(`{"sub":"${c.chars(9, DIGITS)}","iat":17${c.chars(8, DIGITS)}}`),
      '.',
      c.chars(43, URL_SAFE),
    ),
  'jwt rs256': (c) =>
    join(
      b64url(`{"typ":"JWT","alg":"RS256","kid":"${c.chars(12, HEX)}"}`),
      '.',
      b64url(`{"iss":"x","exp":17${c.chars(8, DIGITS)}}`),
      '.',
      c.chars(342, URL_SAFE),
    ),
  'pem rsa': (c) => pem(c, 'RSA '),
  'pem pkcs8': (c) => pem(c, ''),
  'pem ec': (c) => pem(c, 'EC '),
  'pem openssh': (c) => pem(c, 'OPENSSH '),
  'pem encrypted': (c) => pem(c, 'ENCRYPTED '),
  'password in url': (c) =>
    join(
      c.of(['postgres', 'mysql', 'mongodb+srv', 'redis', 'amqp', 'https']),
      '://',
      c.chars(6, LOWER),
      ':',
      c.chars(14, WORD),
      '@',
      c.chars(7, LOWER),
      '.',
      c.chars(5, LOWER),
      '.net/main',
    ),
};

export const SECRET_PLACES: ((secret: string) => string)[] = [
  (s) => `My key is ${s}, please do not share it.`,
  (s) => `TOKEN=${s}`,
  (s) => `export API_KEY="${s}"\nmake run`,
  (s) => `const client = new Client({ token: '${s.replaceAll('\n', '\\n')}' });`,
  (s) => `{"name": "prod", "credential": "${s.replaceAll('\n', '\\n')}"}`,
  (s) => `curl -H "Authorization: Bearer ${s}" https://api.internal.net/v1/items`,
  (s) => `# config.yaml\nservice:\n  secret: ${s}\n  region: eu`,
  (s) => `Das ist der Schlüssel: ${s}. Bitte nicht weitergeben.`,
  (s) => `(${s})`,
  (s) => `密钥是${s}，请不要外传。`,
  (s) => `| name | value |\n|---|---|\n| key | \`${s}\` |`,
  (s) => s,
];
