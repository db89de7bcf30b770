import { describe, expect, test } from '@jest/globals';
import { findSensitive, maskSensitive } from '../../lambdas/datasets/check/text/sensitive-text.ts';

// Joined here, so that no scanner takes this file for a leak.
const made = (...parts: string[]) => parts.join('');

/** Characters as a generator of keys draws them, the same on every run. */
function drawn(length: number, alphabet: string, seed = 7): string {
  let state = seed * 2_654_435_761;
  let out = '';
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    out += alphabet[(state >>> 16) % alphabet.length];
  }
  return out;
}
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const word = (length: number, seed?: number) => drawn(length, `${LETTERS}0123456789`, seed);
const hex = (length: number, seed?: number) => drawn(length, '0123456789abcdef', seed);
const capitals = (length: number) => drawn(length, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567');
const pem = (kind: string, line = '\n') =>
  [`-----BEGIN ${kind}`, `${word(64)}`, word(64, 8), `-----END ${kind}-----`]
    .join(line)
    .replace(kind, `${kind}-----`);

const SECRETS: Record<string, [kind: string, text: string][]> = {
  'cloud keys': [
    ['cloud-key', made('AK', 'IA', capitals(16))],
    ['cloud-key', made('AS', 'IA', capitals(16))],
    ['cloud-key', made('aws_secret_access_key = ', word(20), '/', word(19))],
    ['cloud-key', made('"SecretAccessKey": "', word(40), '"')],
    ['cloud-key', made('AI', 'za', word(35))],
    ['cloud-key', made('GOC', 'SPX-', word(28))],
    ['cloud-key', made('AccountName=store;Account', 'Key=', word(86), '==;EndpointSuffix=core.windows.net')],
    ['cloud-key', made('SharedAccess', 'Key=', word(43), '=')],
    [
      'cloud-key',
      made('https://a.blob.core.windows.net/c?sv=2022-11-02&se=2026-01-01&sp=r&s', 'ig=', word(42), '%3D'),
    ],
    ['cloud-key', made('aB3', '8Q~', word(34))],
  ],
  'tokens of code hosts': [
    ...['p', 'o', 'u', 's', 'r'].map((letter): [string, string] => [
      'code-host-token',
      made('gh', letter, '_', word(36)),
    ]),
    ['code-host-token', made('github', '_pat_', word(22), '_', word(59))],
    ['code-host-token', made('gl', 'pat-', word(20))],
    ['code-host-token', made('AT', 'BB', word(32))],
    ['code-host-token', made('np', 'm_', word(36))],
    ['code-host-token', made('pypi-', 'AgEIcHlwaS5vcmc', word(80))],
    ['code-host-token', made('git clone https://oauth2:gl', 'pat-', word(20), '@gitlab.com/a/b.git')],
  ],
  'tokens of services': [
    ['service-token', made('s', 'k-', word(48))],
    ['service-token', made('s', 'k-proj-', word(74))],
    ['service-token', made('s', 'k-ant-api03-', word(93), 'AA')],
    ['service-token', made('xo', 'xb-123456789012-123456789012-', word(24))],
    ['service-token', made('hooks.slack', '.com/services/T', capitals(8), '/B', capitals(8), '/', word(24))],
    ['service-token', made('sk', '_live_', word(24))],
    ['service-token', made('h', 'f_', word(34))],
    ['service-token', made('S', 'G.', word(22), '.', word(43))],
    ['service-token', made('S', 'K', hex(32))],
    ['service-token', made('7312345678:', 'AA', word(33))],
    ['service-token', made('https://api.telegram.org/bot7312345678:', 'AA', word(33), '/getMe')],
    ['service-token', made('M', word(23), '.', word(6), '.', word(38))],
    ['service-token', made('sh', 'pat_', hex(32))],
    ['service-token', made('do', 'p_v1_', hex(64))],
    ['service-token', made('da', 'pi', hex(32))],
    ['service-token', made('ke', 'y-', hex(32))],
    ['service-token', made('lin', '_api_', word(40))],
    ['service-token', made('secret', '_', word(43))],
    ['service-token', made('sq0', 'atp-', word(22))],
    ['service-token', made('hv', 's.', word(24))],
    ['service-token', made('Authorization: Bea', 'rer ', word(40))],
    ['service-token', made('api_', 'key: "', hex(32), '"')],
    ['service-token', made('{"client', '_secret": "', word(40), '"}')],
  ],
  'private keys': [
    ['private-key', pem('RSA PRIVATE KEY')],
    ['private-key', pem('PRIVATE KEY')],
    ['private-key', pem('EC PRIVATE KEY')],
    ['private-key', pem('ENCRYPTED PRIVATE KEY')],
    ['private-key', pem('OPENSSH PRIVATE KEY', String.raw`\n`)],
    ['private-key', pem('PGP PRIVATE KEY BLOCK')],
    ['private-key', pem('RSA PRIVATE KEY').replace('KEY-----\n', 'KEY-----\nProc-Type: 4,ENCRYPTED\n\n')],
  ],
  'signed tokens': [
    ['signed-token', made('eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxMjM0In0.', word(43))],
    ['signed-token', made('token=eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ', '.eyJzdWIiOiIxMjM0In0.', word(86))],
  ],
  'passwords in addresses': [
    ['password-in-url', made('postgres://app:', 'Xk9!vQ2z', '@db.prod.io:5432/x')],
    ['password-in-url', made('redis://:', 'Xk9vQ2zLm', '@cache.prod.io:6379/0')],
    ['password-in-url', made('mongodb+srv://u:', 'p4ssWx9', '@cluster0.abc.mongodb.net')],
    ['password-in-url', made('postgres://root:', 'R4nd0m@x', '@localhost/db')],
    ['password-in-url', made('Server=db.corp.io;Database=a;User Id=sa;Pass', 'word=Xk9vQ2z;')],
    ['password-in-url', made('jdbc:mysql://db.corp.io/a?user=root&pass', 'word=Xk9vQ2z')],
  ],
};

describe.each(Object.entries(SECRETS))('of %s', (_, cases) => {
  test.each(cases)('each usual writing is one %s, wherever it stands', (kind, secret) => {
    for (const text of [
      secret,
      `Please use ${secret} here.`,
      `Eins.\n${secret}\nzwei`,
      `「${secret}」を使って`,
    ]) {
      const found = findSensitive(text);
      expect(found.map((match) => match.kind)).toEqual([kind]);
      expect(found[0]?.code).toBe('possible-secret');
      expect(text).toContain(text.slice(found[0]?.from, found[0]?.to));
    }
  });
  test.each(cases)('%s: is shown without itself and masked whole', (_kind, secret) => {
    const [match] = findSensitive(secret);
    const itself = secret.slice(match?.from, match?.to);
    expect(match?.shown).not.toContain(itself.slice(0, 6));
    const masked = maskSensitive(secret, new Set(['possible-secret']));
    expect(masked).toContain('[redacted]');
    expect(masked).not.toContain(itself);
  });
});

describe('what nobody drew is no secret', () => {
  test.each([
    made('AK', 'IAIOSFODNN7EXAMPLE'),
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    'OPENAI_API_KEY=YOUR_API_KEY',
    made('s', 'k-', 'x'.repeat(48)),
    made('s', 'k-...'),
    made('s', 'k-your-key-goes-here-your-key-goes-here'),
    made('gh', 'p_', 'x'.repeat(36)),
    made('gh', 'p_1234567890abcdefghijklmnopqrstuvwxyz'),
    made('gh', 'p_', 'a1B2'.repeat(9)),
    made('sk', '_test_', word(24)),
    'Ask-me-anything-about-risk-management-and-task-scheduling',
    'sk-learn, hf_hub and ghp are fine; so is AKIA alone.',
    'eyJust a word, eyJhbGciOi is not one either',
    made('eyJub3QiOiJhIGhlYWRlciJ9', '.eyJzdWIiOiIxMjM0In0.', word(43)),
    'It begins with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY-----.',
    '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----',
    `-----BEGIN CERTIFICATE-----\n${word(64)}\n-----END CERTIFICATE-----`,
    `ssh-rsa ${made('AAAAB3NzaC1yc2E', word(200))} me`,
    'http://user:pass@localhost:3000',
    'postgres://postgres:postgres@db:5432/app',
    'postgres://app:${DB_PASSWORD}@db.prod.io/app',
    'https://<user>:<password>@host.io/',
    'https://%s:%s@host.io',
    'this.password = options.password; this.host = options.host;',
    'connect(host=db, password=get_password(), user=u);',
    'commit 9fceb02d0ae598e95dc970b74767f19372d61af8',
    '"integrity": "sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg=="',
    '{"tool_call_id": "call_x8Kq2LmZ0vTq7RbN", "next_page_token": "CAESBgoEGAEgASgB9sZk23kdOq"}',
    'const token = getUserTokenFromStorage2(request)',
    'aws GetBucketLifecycleConfigurationCommandInput and arn:aws:secretsmanager:eu-west-1:111122223333:secret:MyDb-a1b2c3',
    'uuid 550e8400-e29b-41d4-a716-446655440000, token id 550e8400-e29b-41d4-a716-446655440001',
  ])('%j', (text) => {
    expect(findSensitive(text)).toEqual([]);
  });
});
