import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ExecutionAlreadyExists, type SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, test } from '@jest/globals';
import { decideAttempt, decideRunning } from '../../lambdas/training-jobs/attempts.ts';
import type { LiveJob } from '../../lambdas/training-jobs/training-job.ts';
import { go } from '../../lambdas/training-workflow/next-step.ts';
import { observeRun } from '../../lambdas/training-workflow/observe-run.ts';
import { rayJobsApi } from '../../lambdas/training-workflow/ray-jobs-api.ts';
import { sfnExecutions } from '../../lambdas/training-workflow/sfn-executions.ts';
import { restart } from '../../lambdas/training-workflow/sweep-unfinished.ts';
import { at, JOB_ID, OWNER, runningJob, submittingJob } from '../training-jobs/example-job.ts';
import { input, liveAt, submit, unreachable, World } from './world.ts';

const DAY = 24 * 3600;

describe('a step', () => {
  test.each([
    [-5, 0],
    [0.2, 1],
    [59, 59],
    [90_000, 3600],
  ])('that asks to wait %d s waits %d', (asked, waited) => {
    expect(go('observe-run', asked).waitSeconds).toBe(waited);
  });

  test('waits a day for room, then the job fails and says so', async () => {
    const world = new World(submittingJob());
    world.resources = { cpus: { used: 64, total: 64 }, gpus: { used: 0, total: 0 } };
    expect((await submit(world, DAY)).next).toBe('submit-run');
    expect((await submit(world, DAY + 1)).next).toBe('settle-costs');
    expect(world.job).toMatchObject({ status: 'failed', failure: { code: 'start-timeout' } });
    expect(world.submitted).toEqual([]);
  });

  test('does not take the word of an older attempt for a life of the newer one', async () => {
    const second = decideAttempt(runningJob(), at(100), { at: at(100).toISOString(), outcome: 'lost' }).job;
    const world = new World(decideRunning(second as LiveJob, at(110).toISOString(), at(110)).job);
    world.looks.set(`${JOB_ID}-2`, unreachable());
    world.live = liveAt(100);
    await observeRun(world, input, at(120));
    // A process of the first attempt goes on talking, a minute before the last look.
    world.live = liveAt(3660, 1);
    expect((await observeRun(world, input, at(3720))).next).toBe('settle-costs');
    expect(world.job).toMatchObject({ status: 'failed', failure: { code: 'cluster-unreachable' } });
  });

  test('gives stop and keep a quarter of an hour, then the cluster is asked to end it', async () => {
    const cancelRequestedAt = at(100).toISOString();
    const world = new World(runningJob({ cancelRequestedAt, keepModel: true, capUsdMicros: 100_000_000 }));
    world.looks.set(`${JOB_ID}-1`, { state: 'running' });
    world.live = liveAt(900);
    await observeRun(world, input, at(1000));
    expect(world.stopped).toEqual([]);
    await observeRun(world, input, at(1001));
    expect(world.stopped).toEqual([`${JOB_ID}-1`]);
  });
});

describe('an execution', () => {
  const first = { owner: OWNER, jobId: JOB_ID };
  const answering = (problem: Error) =>
    sfnExecutions(
      {
        send: async () => {
          throw problem;
        },
      } as unknown as SFNClient,
      'arn:aws:states:x:stateMachine:t',
    );

  test('that was started before, open or closed, is started', async () => {
    const before = new ExecutionAlreadyExists({ message: 'exists', $metadata: {} });
    await expect(answering(before).start(JOB_ID, first)).resolves.toBeUndefined();
  });
  test('that could not be started is not', async () => {
    await expect(answering(new Error('throttled')).start(JOB_ID, first)).rejects.toThrow('throttled');
  });
  test('is the fiftieth of its job and the last', async () => {
    const looked: string[] = [];
    const executions = {
      look: async (name: string) => {
        looked.push(name);
        return 'ended' as const;
      },
      start: () => Promise.reject(new Error('one too many')),
    };
    await expect(restart(executions, first)).rejects.toThrow('has had 50 executions');
    expect(looked).toHaveLength(50);
  });
});

test('of a log of 64 MB no more than its end is held', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = () => {
    // The first collection begins to free buffers beside the program; the second waits until it has.
    collect();
    collect();
    return process.memoryUsage().arrayBuffers;
  };
  const MB = 1024 * 1024;
  // Of several looks the lowest: what is only not freed yet is no fault.
  let least = Infinity;
  let sent = 0;
  const before = held();
  const body = new ReadableStream<Uint8Array>(
    {
      pull(stream) {
        sent += 1;
        if (sent >= 56) least = Math.min(least, held() - before);
        if (sent === 64) stream.close();
        else stream.enqueue(new Uint8Array(MB).fill(97));
      },
    },
    { highWaterMark: 0 },
  );
  const cluster = rayJobsApi({
    url: 'http://ray.test',
    key: async () => 'k',
    http: async () => new Response(body),
  });
  const log = await cluster.log('x', MB);
  expect(log?.truncated).toBe(true);
  // What is asked for is twice the log, for escapes; one chunk beyond it, and as much again on its way.
  expect(least).toBeLessThan(8 * MB);
});
