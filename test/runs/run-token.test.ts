import { describe, expect, test } from '@jest/globals';
import {
  bearerToken,
  bootstrapToken,
  RUN_TOKEN_SECONDS,
  runToken,
  verifyToken,
} from '../../lambdas/runs/run-token.ts';
import { at, JOB_ID } from '../training-jobs/example-job.ts';

const run = { owner: 'owner-a', jobId: JOB_ID, attempt: 2 };
const KEY = 'k'.repeat(40);

describe('a token of a run', () => {
  test('says who it is for', () => {
    expect(verifyToken(bootstrapToken(KEY, run), [KEY], at(0))).toEqual({ ...run, kind: 'bootstrap' });
    expect(verifyToken(runToken(KEY, run, at(0)).runToken, [KEY], at(1))).toEqual({ ...run, kind: 'run' });
  });

  test('to start with is the same however often it is made', () => {
    expect(bootstrapToken(KEY, run)).toBe(bootstrapToken(KEY, { ...run }));
  });

  test('is refused when any character of it was changed', () => {
    const token = runToken(KEY, run, at(0)).runToken;
    for (let place = 0; place < token.length; place += 1) {
      const other = token[place] === 'A' ? 'B' : 'A';
      expect(
        verifyToken(token.slice(0, place) + other + token.slice(place + 1), [KEY], at(1)),
      ).toBeUndefined();
    }
  });

  test('has one spelling: the same bytes written otherwise are refused', () => {
    const token = runToken(KEY, run, at(0)).runToken;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    // 32 bytes are 43 characters of six bits: the last two bits of the last one say nothing.
    const other = `${token.slice(0, -1)}${alphabet[alphabet.indexOf(token.slice(-1)) ^ 1]}`;
    const bytes = (text: string) => Buffer.from(text.split('.')[1] ?? '', 'base64url').toString('hex');
    expect(bytes(other)).toBe(bytes(token));
    expect(verifyToken(other, [KEY], at(1))).toBeUndefined();
  });

  test('made with another key is refused, made with the key before a rotation is not', () => {
    const token = runToken('old'.repeat(12), run, at(0)).runToken;
    expect(verifyToken(token, [KEY], at(1))).toBeUndefined();
    expect(verifyToken(token, [KEY, 'old'.repeat(12)], at(1))).toMatchObject(run);
  });

  test('ends with its time', () => {
    const { runToken: token, runTokenExpiresAt } = runToken(KEY, run, at(0));
    expect(runTokenExpiresAt).toBe(at(RUN_TOKEN_SECONDS).toISOString());
    expect(verifyToken(token, [KEY], at(RUN_TOKEN_SECONDS - 1))).toMatchObject(run);
    expect(verifyToken(token, [KEY], at(RUN_TOKEN_SECONDS))).toBeUndefined();
  });

  test('cannot be mistaken: parts of two tokens are none', () => {
    const [payload] = runToken(KEY, { ...run, attempt: 3 }, at(0)).runToken.split('.');
    const [, signature] = runToken(KEY, run, at(0)).runToken.split('.');
    expect(verifyToken(`${payload}.${signature}`, [KEY], at(1))).toBeUndefined();
  });

  test.each(['', '.', 'a.b', 'a.b.c', `${'x'.repeat(2000)}.y`, '€.€'])('%j is none', (text) => {
    expect(verifyToken(text, [KEY], at(0))).toBeUndefined();
  });

  test('stands in a bearer header alone', () => {
    expect(bearerToken('Bearer abc.def')).toBe('abc.def');
    expect(bearerToken('bearer abc')).toBe('abc');
    for (const header of [undefined, '', 'Basic abc', 'Bearer ', 'Bearer a b']) {
      expect(bearerToken(header)).toBeUndefined();
    }
  });
});
