import { describe, expect, test } from '@jest/globals';
import {
  coreKeys,
  cursorOf,
  ephemeralKeys,
  LIST_SORT_KEY,
  listKey,
  shardOf,
  sortKeyOf,
  telemetryKeys,
  unfinishedKey,
  unfinishedShards,
} from '../../lambdas/runtime/dynamo-keys.ts';

const ID = `job_${'0'.repeat(26)}`;

describe('a key', () => {
  test('cannot be made to read as another: no part holds a separator or is empty', () => {
    for (const bad of ['', 'a#JOB#b']) {
      expect(() => coreKeys.job(bad, ID)).toThrow('separator');
      expect(() => coreKeys.dataset('anna', bad)).toThrow('separator');
      expect(() => telemetryKeys.live('anna', bad)).toThrow('separator');
      expect(() => listKey(bad, 'JOB', '2026', ID)).toThrow('separator');
    }
    // The caller's own text stands last, below its operation.
    expect(ephemeralKeys.idempotency('anna', 'createDataset', 'x#y').sk).toBe('IDEM#createDataset#x#y');
  });

  test('sorts numbers as numbers', () => {
    const steps = [1, 9, 10, 100, 99_999].map((step) => telemetryKeys.metrics('a', ID, 1, step).sk);
    expect(steps).toEqual(steps.toSorted());
    const versions = [1, 2, 10].map((version) => coreKeys.datasetVersion('a', 'ds_1', version).sk);
    expect(versions).toEqual(versions.toSorted());
    for (const version of versions)
      expect(version.startsWith(coreKeys.datasetVersions('a', 'ds_1').sk)).toBe(true);
  });

  test('of unfinished work lands on one of the shards the sweeper reads, always the same', () => {
    const shards = new Set(
      Array.from(
        { length: 500 },
        (_, at) => unfinishedKey(`job_${at}`, '2026-11-23T10:00:00.000Z').unfinishedShard,
      ),
    );
    expect([...shards].toSorted()).toEqual([...unfinishedShards]);
    expect(shardOf(ID)).toBe(shardOf(ID));
  });
});

describe('a cursor', () => {
  const sortKey = listKey('anna', 'JOB', '2026-11-23T10:00:00.000Z', ID).gsi1sk;
  test('carries the sort key alone, and nothing of the owner', () => {
    expect(sortKeyOf(cursorOf(sortKey), LIST_SORT_KEY)).toBe(sortKey);
    expect(Buffer.from(cursorOf(sortKey), 'base64url').toString()).not.toContain('anna');
  });
  test.each([
    'x',
    '',
    cursorOf('USER#ben'),
    cursorOf(`${sortKey}#more`),
    `${cursorOf(sortKey)}=`,
    cursorOf(sortKey).toUpperCase(),
  ])('%j is refused', (cursor) => {
    expect(() => sortKeyOf(cursor, LIST_SORT_KEY)).toThrow('invalid-request');
  });
});
