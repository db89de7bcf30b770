import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { archiveKeys } from '../../lambdas/metrics/archive-keys.ts';
import { decideCancelled, decideFailure } from '../../lambdas/training-jobs/job-ends.ts';
import { failureOf } from '../../lambdas/training-jobs/training-job.ts';
import { announceOutcome } from '../../lambdas/training-workflow/announce-outcome.ts';
import { cleanUp } from '../../lambdas/training-workflow/clean-up.ts';
import { settleCosts } from '../../lambdas/training-workflow/settle-costs.ts';
import { at, checkpoint, JOB_ID, OWNER, runningJob } from '../training-jobs/example-job.ts';
import { ended, input, unreachable, World } from './world.ts';

const ID = `${JOB_ID}-1`;
const failedJob = () => decideFailure(runningJob(), failureOf('out-of-memory', 'x'), at(100)).job;

describe('the end of a job', () => {
  test('pays the last interval, then lets the hold go, each once', async () => {
    const world = new World(failedJob());
    for (let round = 0; round < 3; round += 1) {
      expect((await settleCosts(world, input, at(120 + round))).next).toBe('announce-outcome');
    }
    expect(world.job.costUsdMicros).toBe(90_000);
    expect(world.costs).toHaveLength(1);
    expect(world.releases).toBe(1);
  });

  test('is settled although a step kept throwing', async () => {
    const world = new World(runningJob());
    const given = { ...input, unexpectedIn: 'observe-run' as const };
    expect((await settleCosts(world, given, at(500))).next).toBe('announce-outcome');
    expect(world.job).toMatchObject({ status: 'failed', failure: { code: 'platform-fault' } });
    expect(world.releases).toBe(1);
  });

  test('that has not come is not settled: the job goes on where it is', async () => {
    const world = new World(runningJob());
    expect((await settleCosts(world, input, at(500))).next).toBe('observe-run');
    expect(world.releases).toBe(0);
  });

  test('is told once', async () => {
    const world = new World(failedJob());
    for (let round = 0; round < 2; round += 1) {
      expect((await announceOutcome(world, input, at(120))).next).toBe('clean-up');
    }
    expect(world.outcomes.map(({ kind }) => kind)).toEqual(['job-failed']);
  });
});

describe('clean-up', () => {
  const clean = (world: World, second = 200) => cleanUp(world, input, at(second));

  test('keeps the newest checkpoint of a job that can be continued, and of no other', async () => {
    const kept = async (job: TrainingJobRecord) => {
      const world = new World(job);
      await cleanUp(world, input, at(200));
      return world.keptCheckpoint;
    };
    const lost = (more: Partial<TrainingJobRecord>) =>
      decideFailure(runningJob(more), failureOf('cluster-unreachable', 'x'), at(100)).job;
    const folder = checkpoint(1, 40).manifestKey.replace('manifest.json', '');
    expect(await kept(lost({ checkpoint: checkpoint(1, 40) }))).toBe(folder);
    expect(await kept(lost({}))).toBeUndefined();
    expect(
      await kept(decideCancelled(runningJob({ checkpoint: checkpoint(1, 40) }), at(100)).job),
    ).toBeUndefined();
  });

  test('archives, lets the cluster forget, and leaves the index', async () => {
    const world = new World(failedJob());
    world.looks.set(ID, ended('failed', 100));
    world.logText = 'fetched https://s3.test/x?X-Amz-Signature=abc\n';
    expect(await clean(world)).toEqual({ next: 'done', waitSeconds: 0 });
    const keys = archiveKeys(OWNER, JOB_ID);
    expect([...world.archive.keys()].sort()).toEqual([keys.events, keys.log, keys.metrics].sort());
    expect(gunzipSync(world.archive.get(keys.log)!).toString()).toContain('X-Amz-Signature=[redacted]');
    expect(world.forgotten).toEqual([ID]);
    expect(world.job.cleanedUpAt).toBe(at(200).toISOString());
  });

  test('stops what still runs, again and again, and only then ends', async () => {
    const world = new World(decideCancelled(runningJob(), at(100)).job);
    world.looks.set(ID, { state: 'running' });
    for (const second of [200, 230, 260]) {
      expect(await clean(world, second)).toEqual({ next: 'clean-up', waitSeconds: 30 });
    }
    expect(world.stopped).toEqual([ID, ID, ID]);
    world.looks.set(ID, ended('stopped', 265));
    expect((await clean(world, 290)).next).toBe('done');
  });

  test('waits a day for a silent cluster, then lets the job go', async () => {
    const world = new World(failedJob());
    world.looks.set(ID, unreachable());
    expect((await clean(world, 200)).next).toBe('clean-up');
    expect((await clean(world, 100 + 86_400)).next).toBe('done');
  });

  test('a second pass does not write a shorter log over the first', async () => {
    const world = new World(failedJob());
    const { log } = archiveKeys(OWNER, JOB_ID);
    world.archive.set(log, Buffer.from('the whole log'));
    world.logText = undefined;
    await clean(world);
    expect(Buffer.from(world.archive.get(log)!).toString()).toBe('the whole log');
  });
});
