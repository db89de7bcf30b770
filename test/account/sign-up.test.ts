import { expect, test } from '@jest/globals';
import { mayJoin } from '../../lambdas/account/sign-up.ts';

const domains = ['example.org', 'Example.NET'];

test.each(['a@example.org', 'a@EXAMPLE.org', 'a@example.net'])('%s may join', (email) => {
  expect(mayJoin(email, domains)).toBe(true);
});

test.each([
  ['a domain below an allowed one', 'a@sub.example.org'],
  ['a domain that ends like an allowed one', 'a@notexample.org'],
  ['an allowed domain before the last @', 'a@example.org@evil.test'],
  ['no address', undefined],
  ['no domain', 'example.org@'],
])('%s may not join', (_, email) => {
  expect(mayJoin(email, domains)).toBe(false);
});
