import { describe, expect, test } from '@jest/globals';
import { bootstrapToken } from '../../lambdas/runs/run-token.ts';
import { decideAttempt } from '../../lambdas/training-jobs/attempts.ts';
import { hasRoom, stopSeconds } from '../../lambdas/training-workflow/submit-run.ts';
import { at, checkpoint, JOB_ID, OWNER, runningJob, submittingJob } from '../training-jobs/example-job.ts';
import { ended, submit, unreachable, World } from './world.ts';

const ID = `${JOB_ID}-1`;

describe('submit-run', () => {
  test('hands the run over with its API, a token that names the attempt and its time to save, and nothing else', async () => {
    const world = new World(submittingJob());
    expect((await submit(world, 2)).next).toBe('observe-run');
    expect(world.submitted).toEqual([
      {
        submissionId: ID,
        environment: {
          BRIGHTRUN_API_URL: 'https://runs.test/v1',
          BRIGHTRUN_BOOTSTRAP_TOKEN: bootstrapToken('key', { owner: OWNER, jobId: JOB_ID, attempt: 1 }),
          RAY_JOB_STOP_WAIT_TIME_S: '15',
        },
        resources: { numCpus: 2, numGpus: 0, memoryBytes: 1024 ** 3 },
        metadata: { job: JOB_ID, attempt: '1' },
      },
    ]);
  });

  test('gives a run on GPUs a minute to save, whatever the nodes’ own environment says', () => {
    expect([stopSeconds({ numGpus: 0 }), stopSeconds({ numGpus: 1 })]).toEqual([15, 60]);
  });

  test('a POST whose answer was lost is looked up, never repeated', async () => {
    const world = new World(submittingJob());
    world.submission = { state: 'in-doubt', reason: 'TimeoutError' };
    expect((await submit(world, 2)).next).toBe('submit-run');
    world.looks.set(ID, { state: 'running' });
    expect((await submit(world, 32)).next).toBe('observe-run');
    expect(world.submitted).toHaveLength(1);
  });

  test('an attempt that was claimed and is lost is not handed over again', async () => {
    const claims = [{ attempt: 1, nonce: 'n', at: at(3).toISOString() }];
    const world = new World(submittingJob({ claims }));
    expect((await submit(world, 4)).next).toBe('observe-run');
    expect(world.submitted).toEqual([]);
  });

  test('waits until nothing of the attempt before is on the cluster', async () => {
    const world = new World(decideAttempt(runningJob(), at(20)).job);
    world.looks.set(ID, { state: 'running' });
    expect((await submit(world, 21)).next).toBe('submit-run');
    expect(world.stopped).toEqual([ID]);
    expect(world.submitted).toEqual([]);
    world.looks.set(ID, ended('stopped', 22));
    expect((await submit(world, 23)).next).toBe('observe-run');
    // Its log is still wanted.
    expect(world.forgotten).toEqual([]);
    expect(world.submitted.map(({ submissionId }) => submissionId)).toEqual([`${JOB_ID}-2`]);
  });

  test('an attempt that failed to start cannot wake beside the next one', async () => {
    const world = new World(decideAttempt(submittingJob(), at(20)).job);
    world.looks.set(ID, ended('failed', 15));
    expect((await submit(world, 21)).next).toBe('observe-run');
    expect(world.stopped).toEqual([ID]);
    expect(world.forgotten).toEqual([ID]);
  });

  test('of a cancelled job hands nothing over', async () => {
    const world = new World(submittingJob({ cancelRequestedAt: at(1).toISOString() }));
    expect((await submit(world, 2)).next).toBe('settle-costs');
    expect(world.job.status).toBe('cancelled');
    expect(world.submitted).toEqual([]);
  });

  test('of a job that stops with its model kept starts the attempt that can publish it', async () => {
    const more = { cancelRequestedAt: at(1).toISOString(), keepModel: true };
    const world = new World(submittingJob({ ...more, checkpoint: checkpoint(1, 40) }));
    expect((await submit(world, 2)).next).toBe('observe-run');
    expect(world.submitted).toHaveLength(1);
    const without = new World(submittingJob(more));
    expect((await submit(without, 2)).next).toBe('settle-costs');
  });

  test('a cluster that is down is waited for, for an hour', async () => {
    const world = new World(submittingJob());
    world.looks.set(ID, unreachable());
    expect((await submit(world, 2)).next).toBe('submit-run');
    expect((await submit(world, 3600)).next).toBe('submit-run');
    expect((await submit(world, 3602)).next).toBe('settle-costs');
    expect(world.job).toMatchObject({ status: 'failed', failure: { code: 'cluster-unreachable' } });
  });

  test('a cluster that refuses the key fails the job with that reason', async () => {
    const world = new World(submittingJob());
    world.looks.set(ID, unreachable(true));
    await submit(world, 2);
    expect(world.job).toMatchObject({ status: 'failed', failure: { code: 'cluster-refused' } });
  });

  test('of a job that waits for room says so once, and starts when there is some', async () => {
    const world = new World(submittingJob());
    world.resources = { cpus: { used: 1, total: 2 }, gpus: { used: 0, total: 0 } };
    expect((await submit(world, 2)).next).toBe('submit-run');
    expect((await submit(world, 32)).next).toBe('submit-run');
    expect(world.told.size).toBe(1);
    expect(world.submitted).toEqual([]);
    world.resources = { cpus: { used: 0, total: 2 }, gpus: { used: 0, total: 0 } };
    expect((await submit(world, 62)).next).toBe('observe-run');
  });

  test('waits for room where there will be some, and asks where nobody knows', () => {
    const needed = { numCpus: 2, numGpus: 1 };
    const cluster = (used: number, total: number) => ({ cpus: { used: 0, total: 8 }, gpus: { used, total } });
    expect(hasRoom(cluster(0, 1), needed)).toBe(true);
    expect(hasRoom(cluster(1, 1), needed)).toBe(false);
    // Nodes may still be added.
    expect(hasRoom(cluster(0, 0), needed)).toBe(true);
    expect(hasRoom(undefined, needed)).toBe(true);
  });
});
