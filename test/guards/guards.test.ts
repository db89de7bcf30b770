import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { without } from './guard.ts';
import { GUARDS } from './guards.ts';
import { ROOT } from './workspace.ts';

describe('the list of guards', () => {
  test.each(GUARDS.map((guard) => [`${guard.file}: ${guard.holds}`, guard] as const))(
    'names a place that stands once in %s',
    (_name, guard) => {
      const whole = readFileSync(join(ROOT, guard.file), 'utf8');
      expect(without(whole, guard)).not.toBe(whole);
    },
  );

  test('says of each what it holds once, and which invariant or fault it serves', () => {
    expect(new Set(GUARDS.map(({ holds }) => holds)).size).toBe(GUARDS.length);
    expect(GUARDS.filter(({ serves }) => !/^([IF]\d+ ?)+$/.test(serves))).toEqual([]);
  });

  test('refuses a place that is not there, or there twice', () => {
    const guard = { holds: '', serves: 'I1', file: 'x.ts', find: 'if (a)', replace: '', tests: '' };
    expect(() => without('if (b)', guard)).toThrow('has 0 places');
    expect(() => without('if (a) if (a)', guard)).toThrow('has 2 places');
  });
});

describe('the seeded bugs', () => {
  const folder = join(ROOT, 'test/guards/bugs');
  test.each(readdirSync(folder))('%s can be applied', (patch) => {
    expect(() =>
      execFileSync('git', ['apply', '--check', join(folder, patch)], { cwd: ROOT, stdio: 'pipe' }),
    ).not.toThrow();
  });
});
