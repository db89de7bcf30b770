import { describe, expect, test } from '@jest/globals';
import { documentClient } from '../../lambdas/runtime/dynamo.ts';
import type { ClusterHealth } from '../../lambdas/training-workflow/cluster-health.ts';
import { dynamoClusterHealth } from '../../lambdas/training-workflow/dynamo-cluster-health.ts';
import { MemoryClusterHealth } from '../training-workflow/memory-cluster-health.ts';
import { storageOfThisFile } from './storage-of-this-file.ts';

const storage = storageOfThisFile('cluster-health');

const at = (second: number) => new Date(Date.UTC(2026, 10, 25, 12, 0, second)).toISOString();

describe.each<[string, () => ClusterHealth]>([
  ['in memory', () => new MemoryClusterHealth()],
  ['in the core table', () => dynamoClusterHealth(documentClient(), storage().environment['CORE_TABLE']!)],
])('whether a cluster answers, kept %s', (_, make) => {
  test('calls without an answer are counted, and the first one says since when', async () => {
    const health = make();
    expect(await health.get('a:1')).toBeUndefined();
    await health.failed('a:1', at(0), at(15));
    const second = await health.failed('a:1', at(5), at(20));
    expect(second).toEqual({ shape: 1, host: 'a:1', failures: 2, since: at(0), probeAt: at(20) });
    expect(await health.get('a:1')).toEqual(second);
    expect(await health.get('b:1')).toBeUndefined();
  });

  test('of all who see the same moment to ask, one may', async () => {
    const health = make();
    const seen = await health.failed('c:1', at(0), at(15));
    const may = await Promise.all([1, 2, 3, 4].map(() => health.takeProbe(seen, at(30))));
    expect(may.filter(Boolean)).toHaveLength(1);
    expect(await health.get('c:1')).toMatchObject({ probeAt: at(30), failures: 1 });
  });

  test('an answer ends its own outage once, and never a later one', async () => {
    const health = make();
    const first = await health.failed('d:1', at(0), at(15));
    expect(await health.answered(first)).toBe(true);
    expect(await health.answered(first)).toBe(false);
    const later = await health.failed('d:1', at(60), at(75));
    expect(await health.answered(first)).toBe(false);
    expect(await health.takeProbe(first, at(90))).toBe(false);
    expect(await health.get('d:1')).toEqual(later);
  });
});
