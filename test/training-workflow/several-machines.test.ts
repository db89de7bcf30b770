/** A run over several machines: what is asked of the cluster, and that it costs nothing before it has them all. */
import { describe, expect, test } from '@jest/globals';
import { FurtherMachines } from '../../contracts/run-spec.ts';
import { decideAttempt } from '../../lambdas/training-jobs/attempts.ts';
import { observeRun } from '../../lambdas/training-workflow/observe-run.ts';
import { at, JOB_ID, submittingJob } from '../training-jobs/example-job.ts';
import { ended, input, submit, World } from './world.ts';

const ID = `${JOB_ID}-1`;
const GIB = 1024 ** 3;
const onTwo = { gpuCount: 4, machines: 2, capUsdMicros: 10_000_000 };
const claims = [{ attempt: 1, nonce: '0'.repeat(32), at: at(300).toISOString() }];

describe('the hand-over', () => {
  test('asks Ray for the first machine’s part, and tells the trainer to ask for the same of each other', async () => {
    const world = new World(submittingJob(onTwo));
    await submit(world, 2);
    const [run] = world.submitted;
    expect(run?.resources).toEqual({ numCpus: 4, numGpus: 0, memoryBytes: 2 * GIB });
    expect(FurtherMachines.parse(JSON.parse(run?.environment['BRIGHTRUN_MACHINES'] ?? ''))).toEqual({
      further: 1,
      each: { CPU: 4, GPU: 0, memory: 2 * GIB },
    });
  });

  test('waits until there is room for all of it', async () => {
    const world = new World(submittingJob(onTwo));
    world.resources = { cpus: { used: 4, total: 8 }, gpus: { used: 0, total: 0 } };
    expect((await submit(world, 2)).next).toBe('submit-run');
    world.resources = { cpus: { used: 0, total: 8 }, gpus: { used: 0, total: 0 } };
    expect((await submit(world, 32)).next).toBe('observe-run');
  });
});

describe('a run that holds its first machine and waits for the others', () => {
  const gathering = () => {
    const world = new World(submittingJob(onTwo));
    world.looks.set(ID, { state: 'running' });
    return world;
  };

  test('costs nothing, and the person is told once what it waits for', async () => {
    const world = gathering();
    for (const second of [40, 70, 700]) await observeRun(world, input, at(second));
    expect(world.job.status).toBe('submitting');
    expect(world.costs).toEqual([]);
    expect([...world.told.values()].map(({ title }) => title)).toEqual([
      'One of 2 machines is there: it starts, and costs, when the others are free',
    ]);
  });

  test('costs all its GPUs from the moment at which it claims itself', async () => {
    const world = gathering();
    await observeRun(world, input, at(280));
    world.job = { ...world.job, claims };
    await observeRun(world, input, at(310));
    await observeRun(world, input, at(600));
    expect(world.job).toMatchObject({ status: 'running', startedAt: at(300).toISOString() });
    expect(world.costs).toMatchObject([
      { from: at(300).toISOString(), to: at(600).toISOString(), gpuCount: 4, costUsdMicros: 1_200_000 },
    ]);
  });

  test('is stopped when it is cancelled: it holds a machine', async () => {
    const world = gathering();
    world.job = { ...world.job, cancelRequestedAt: at(50).toISOString() };
    await observeRun(world, input, at(60));
    expect(world.stopped).toEqual([ID]);
    world.looks.set(ID, ended('stopped', 70));
    await observeRun(world, input, at(80));
    expect(world.job).toMatchObject({ status: 'cancelled', costUsdMicros: 0 });
    // Also where a model was to be kept: there is none yet.
    const keeping = gathering();
    keeping.job = { ...keeping.job, cancelRequestedAt: at(50).toISOString(), keepModel: true };
    await observeRun(keeping, input, at(60));
    expect(keeping.stopped).toEqual([ID]);
  });

  test('that did not get them is tried again with its reason, and the fifth time the job fails as not started', async () => {
    const gaveUp = ended('failed', 700, 'Job entrypoint command failed with exit code 75');
    let world = gathering();
    world.looks.set(ID, gaveUp);
    await observeRun(world, input, at(710));
    expect(world.job).toMatchObject({ status: 'submitting', attempt: 2 });
    expect(world.job.attempts[0]?.reason).toBe('Not all of its machines became free in time.');
    let job = submittingJob(onTwo);
    for (let attempt = 2; attempt <= 5; attempt += 1) {
      job = decideAttempt(job, at(attempt)).job as typeof job;
    }
    world = new World(job);
    world.looks.set(`${JOB_ID}-5`, gaveUp);
    await observeRun(world, input, at(710));
    expect(world.job).toMatchObject({
      status: 'failed',
      failure: { code: 'start-timeout' },
      costUsdMicros: 0,
    });
  });

  test('is not waited with for longer than for a start', async () => {
    const world = gathering();
    await observeRun(world, input, at(1800));
    expect(world.job).toMatchObject({ status: 'submitting', attempt: 1 });
    await observeRun(world, input, at(1802));
    expect(world.job).toMatchObject({ status: 'submitting', attempt: 2 });
  });
});
