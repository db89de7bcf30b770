import { describe, expect, test } from '@jest/globals';
import { decideFailure } from '../../lambdas/training-jobs/job-ends.ts';
import { failureOf } from '../../lambdas/training-jobs/training-job.ts';
import { stageCatalog } from '../../lambdas/catalog/stage-catalog.ts';
import { frozenSpec, prepareRun } from '../../lambdas/training-workflow/prepare-run.ts';
import {
  at,
  catalog,
  checkpoint,
  JOB_ID,
  publishingJob,
  queuedJob,
  runningJob,
  submittingJob,
} from '../training-jobs/example-job.ts';
import { input, World } from './world.ts';

const failedJob = () => decideFailure(runningJob(), failureOf('out-of-memory', 'x'), at(100)).job;

describe('prepare-run', () => {
  const prepare = (world: World) =>
    prepareRun({ jobs: world.jobs, files: world.files, catalog }, input, at(1));

  test('freezes the spec before the first attempt exists', async () => {
    const world = new World(queuedJob({ modelFormat: 'merged-safetensors' }));
    expect(await prepare(world)).toEqual({ next: 'submit-run', waitSeconds: 0 });
    expect(world.specs).toMatchObject([
      {
        jobId: JOB_ID,
        baseModel: { source: catalog.baseModel('brightrun/tiny-base').source },
        dataset: { data: { versionId: 'v1' } },
        modelFormat: 'merged-safetensors',
      },
    ]);
    expect(world.job).toMatchObject({ status: 'submitting', attempt: 1 });
  });

  test('of what was cancelled in the queue starts nothing', async () => {
    const world = new World(queuedJob({ cancelRequestedAt: at(0).toISOString() }));
    expect(await prepare(world)).toEqual({ next: 'settle-costs', waitSeconds: 0 });
    expect(world.job.status).toBe('cancelled');
    expect(world.specs).toEqual([]);
  });

  test.each([
    ['submitting', submittingJob(), 'submit-run'],
    ['running', runningJob(), 'observe-run'],
    ['publishing', publishingJob(), 'publish-model'],
    ['failed', failedJob(), 'settle-costs'],
    ['cleaned up', { ...failedJob(), cleanedUpAt: at(200).toISOString() }, 'done'],
  ] as const)('started again on a job that is %s goes on there and changes nothing', async (_, job, next) => {
    const world = new World(job);
    expect(await prepare(world)).toEqual({ next, waitSeconds: 0 });
    expect(world.job.revision).toBe(job.revision);
  });
});

test('a run is told whether its GPUs are paid for one by one, so that it refuses to begin with fewer', () => {
  const gpus = stageCatalog({ GPU_TYPES: ['nvidia-h100-80gb'], BASE_MODELS: ['brightrun/tiny-base'] });
  const job = queuedJob({ gpuType: 'nvidia-h100-80gb', gpuCount: 4 });
  expect(frozenSpec(job, gpus, at(0))).toMatchObject({ accelerator: 'cuda', gpuCount: 4 });
  expect(frozenSpec(queuedJob(), catalog, at(0))).toMatchObject({ accelerator: 'cpu' });
});

describe('prepare-run of a continued job', () => {
  const EARLIER = 'job_01JD0000000000000000000009';
  const taken = { ...checkpoint(2, 40), jobId: EARLIER };
  const prepare = (world: World) =>
    prepareRun({ jobs: world.jobs, files: world.files, catalog }, input, at(1));
  const earlierSpec = (revision: string) => {
    const fresh = frozenSpec(queuedJob(), catalog, at(0));
    const source = { ...fresh.baseModel.source, revision };
    return { ...fresh, jobId: EARLIER, baseModel: { ...fresh.baseModel, source } };
  };

  test('freezes what the job before it was told, down to the revision of the base model', async () => {
    const world = new World(queuedJob({ continuedFrom: EARLIER, checkpoint: taken }));
    world.wholeCheckpoints.add(taken.manifestKey);
    world.specs.push(earlierSpec('of yesterday'));
    expect((await prepare(world)).next).toBe('submit-run');
    expect(world.specs.at(-1)).toMatchObject({
      jobId: JOB_ID,
      baseModel: { source: { revision: 'of yesterday' } },
    });
    expect(world.job.attempts).toMatchObject([{ attempt: 1, resumedFromStep: 40 }]);
  });

  test('whose checkpoint is gone fails before it costs anything', async () => {
    const world = new World(queuedJob({ continuedFrom: EARLIER, checkpoint: taken }));
    world.specs.push(earlierSpec('of yesterday'));
    expect((await prepare(world)).next).toBe('settle-costs');
    expect(world.job).toMatchObject({
      status: 'failed',
      failure: { code: 'checkpoint-missing' },
      attempts: [],
    });
  });
});
