import { describe, expect, test } from '@jest/globals';
import { fingerprints } from './stored-shapes.ts';
import pinned from './stored-shapes.json' with { type: 'json' };

describe('a stored shape cannot change unnoticed', () => {
  // A red test here means: rows written yesterday are read by this schema tomorrow. Make the new field optional, or
  // raise `shape` and read both; then pin the new fingerprint (`node test/contracts/stored-shapes.ts`).
  test.each(Object.entries(fingerprints()))('%s', (name, fingerprint) => {
    expect({ [name]: fingerprint }).toEqual({ [name]: (pinned as Record<string, string>)[name] });
  });
});
