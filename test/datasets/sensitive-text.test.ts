import { describe, expect, test } from '@jest/globals';
import { findPersonalData, findSecret } from '../../lambdas/datasets/check/sensitive-text.ts';

// Joined here, so that no scanner takes this file for a leak.
const made = (...parts: string[]) => parts.join('');

describe('a secret is found by a form that hardly anything else has, and shown masked', () => {
  test.each([
    made('AKIA', 'IOSFODNN7EXAMPLE'),
    made('-----BEGIN RSA ', 'PRIVATE KEY-----'),
    made('ghp_', 'a1B2'.repeat(9)),
    made('github_pat_', 'A1b2'.repeat(16)),
    made('sk-', 'proj-', 'Ab12'.repeat(10)),
    made('xoxb-', '1234567890-'.repeat(3)),
    made('AIza', 'Sy_1-'.repeat(7)),
    made('sk_live_', 'a1'.repeat(12)),
    made('hf_', 'aB'.repeat(17)),
    made('eyJhbGciOiJIUzI1NiJ9.', 'eyJzdWIiOiIxMjM0In0xyz.', 'c2lnbmF0dXJlLXg'),
  ])('%#', (secret) => {
    const found = findSecret(`Use ${secret} here.`);
    expect(found).toBeDefined();
    expect(found).not.toContain(secret.slice(0, 12));
  });

  test.each([
    'Ask-me-anything-about-risk-management-and-task-scheduling',
    'The word sk-learn, hf_hub and ghp are fine; so is AKIA alone.',
    'eyJust a word',
    'PRIVATE KEY is what the door says',
  ])('and %j is none', (text) => {
    expect(findSecret(text)).toBeUndefined();
  });
});

describe('an address is somebody’s', () => {
  test('and shown without its name', () => {
    expect(findPersonalData('write to anna.k@firm.co.uk now')).toBe('an e-mail address: a•••@firm.co.uk');
  });
  test.each([
    'nobody@example.com',
    'x@sub.example.org',
    'root@localhost',
    'a@b.test',
    '@handle',
    'a @ b',
    'v1@2',
  ])('but not %j', (text) => {
    expect(findPersonalData(text)).toBeUndefined();
  });
});

test.each([
  ['addresses', 'a.'.repeat(500_000) + '@'],
  ['signs', '@a.'.repeat(330_000)],
  ['tokens', 'eyJ-'.repeat(250_000)],
  ['keys', 'sk-abc '.repeat(140_000)],
  ['blocks', '-----BEGIN A '.repeat(75_000)],
])('a megabyte that nearly holds %s is read in a moment', (_, text) => {
  const started = performance.now();
  findSecret(text);
  findPersonalData(text);
  // Half a second alone on two cores; quadratic, it would be minutes.
  expect(performance.now() - started).toBeLessThan(8000);
});
