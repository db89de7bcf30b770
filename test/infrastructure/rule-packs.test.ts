/** cdk-nag's AwsSolutions and Serverless packs over everything a production stage deploys, each switch on once. */
import { expect, test } from '@jest/globals';
import { ACCEPTED_FINDINGS } from './accepted-findings.ts';
import { synthesized } from './synthesized.ts';

const { findings, environments } = synthesized('production');

test('every finding has a reason to stand', () => {
  expect(findings.length).toBeGreaterThan(0);
  const unexplained = findings.filter(
    ({ rule, path }) =>
      !ACCEPTED_FINDINGS.some((accepted) => accepted.rule.test(rule) && accepted.path.test(path)),
  );
  expect(unexplained).toEqual([]);
});

test('every reason still has its finding', () => {
  const stale = ACCEPTED_FINDINGS.filter(
    (accepted) => !findings.some(({ rule, path }) => accepted.rule.test(rule) && accepted.path.test(path)),
  );
  expect(stale).toEqual([]);
});

test('production synthesizes with no account and no region', () => {
  expect(new Set(environments)).toEqual(new Set(['aws://unknown-account/unknown-region']));
});
