import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  CLUSTER_BACK,
  CLUSTER_SILENT,
  ClusterSilent,
  OPEN_AFTER,
  PROBE_EVERY_MS,
} from '../../lambdas/training-workflow/circuit.ts';
import { guardedHttp } from '../../lambdas/training-workflow/guarded-http.ts';
import type { PlainHttp } from '../../lambdas/training-workflow/plain-http.ts';
import { rayJobsApi } from '../../lambdas/training-workflow/ray-jobs-api.ts';
import { at } from '../training-jobs/example-job.ts';
import { MemoryClusterHealth } from './memory-cluster-health.ts';

const HOST = 'ray.test:8265';
/** A cluster that answers with a status, or not at all, and what it was asked. */
let status: number | 'silent';
let calls: string[];
let now: Date;
let health: MemoryClusterHealth;
let told: string[];
const http: PlainHttp = async (url, { method }) => {
  calls.push(`${method} ${new URL(url).pathname}`);
  if (status === 'silent') throw new Error('connect ECONNREFUSED');
  return new Response('{"status":"RUNNING"}', { status });
};
const guarded = () =>
  guardedHttp({ health, host: HOST, http, now: () => now, tell: (what) => void told.push(what) });
/** One job's look, each through a guard of its own: what they share is the row. */
const look = (job = 'job-1') =>
  rayJobsApi({ url: `http://${HOST}`, key: async () => 'key', http: guarded() }).look(job);
const later = (ms: number) => {
  now = new Date(now.getTime() + ms);
};

beforeEach(() => {
  status = 200;
  calls = [];
  told = [];
  now = at(0);
  health = new MemoryClusterHealth();
});

async function outage(): Promise<void> {
  status = 'silent';
  for (let call = 0; call < OPEN_AFTER; call += 1) await look(`job-${call}`);
}

describe('a cluster that does not answer', () => {
  test('is asked by a thousand jobs three times, then by one of them every fifteen seconds', async () => {
    status = 'silent';
    for (let second = 0; second < 60; second += 1) {
      for (let job = 0; job < 1000 / 60; job += 1) await look(`job-${second}-${job}`);
      later(1000);
    }
    // A minute of a thousand jobs: 1,020 looks, of which the cluster sees the first three and one in fifteen seconds.
    expect(calls).toHaveLength(OPEN_AFTER + Math.floor((60_000 - 1) / PROBE_EVERY_MS));
  });

  test('is out of reach for everybody meanwhile: no job is told that its run is lost', async () => {
    await outage();
    expect(await look()).toEqual({
      state: 'unreachable',
      refused: false,
      reason: `it has not answered since ${at(0).toISOString()}`,
    });
    expect(calls).toHaveLength(OPEN_AFTER);
  });

  test('gets one call at a time when its moment comes, whoever looks', async () => {
    await outage();
    later(PROBE_EVERY_MS);
    await Promise.all([look('a'), look('b'), look('c')]);
    expect(calls).toHaveLength(OPEN_AFTER + 1);
  });

  test('that answers again is asked by everybody at once, and that it was away is told once', async () => {
    await outage();
    later(PROBE_EVERY_MS);
    status = 200;
    expect(await look('a')).toEqual({ state: 'running' });
    expect(await look('b')).toEqual({ state: 'running' });
    expect(told).toEqual([CLUSTER_SILENT, CLUSTER_BACK]);
    expect(health.rows.size).toBe(0);
  });

  test('is told to whoever watches the platform at every try, so that the alarm stays up', async () => {
    await outage();
    for (let probe = 0; probe < 3; probe += 1) {
      later(PROBE_EVERY_MS);
      await look();
    }
    expect(told).toEqual(Array.from({ length: 4 }, () => CLUSTER_SILENT));
  });
});

describe('the circuit stays closed', () => {
  test('for one call that was lost on its way: the next answer begins the count anew', async () => {
    for (let round = 0; round < 5; round += 1) {
      status = 'silent';
      for (let call = 1; call < OPEN_AFTER; call += 1) await look();
      status = 200;
      await look();
    }
    expect(calls).toHaveLength(5 * OPEN_AFTER);
    expect(told).toEqual([]);
  });

  test.each([
    ['GET', 500, true],
    ['GET', 503, true],
    ['POST', 502, true],
    // Ray itself: an id it knows already, and a run that waits.
    ['POST', 500, false],
    ['DELETE', 500, false],
    ['GET', 401, false],
    ['GET', 404, false],
    ['GET', 429, false],
  ])('or opens: %s answered %d is silence: %s', async (method, answer, isSilence) => {
    status = answer;
    for (let call = 0; call < OPEN_AFTER; call += 1) {
      await guarded()(`http://${HOST}/x`, { method, headers: {}, signal: new AbortController().signal });
    }
    const next = guarded()(`http://${HOST}/x`, { method, headers: {}, signal: new AbortController().signal });
    const outcome = await next.then(
      (response) => response.status,
      (error: unknown) => error,
    );
    expect(outcome).toEqual(isSilence ? new ClusterSilent(at(0).toISOString()) : answer);
  });

  test('where its row cannot be reached: it spares a cluster and decides about nothing', async () => {
    const broken = () => Promise.reject(new Error('ProvisionedThroughputExceededException'));
    health = Object.assign(new MemoryClusterHealth(), { get: broken, failed: broken, answered: broken });
    expect(await look()).toEqual({ state: 'running' });
    status = 'silent';
    for (let call = 0; call < 2 * OPEN_AFTER; call += 1) {
      expect(await look()).toMatchObject({ state: 'unreachable', reason: 'Error' });
    }
    expect(calls).toHaveLength(1 + 2 * OPEN_AFTER);
  });
});
