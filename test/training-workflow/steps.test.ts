import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { archiveKeys } from '../../lambdas/metrics/archive-keys.ts';
import { bootstrapToken } from '../../lambdas/runs/run-token.ts';
import { decideCancelled, decideFailure } from '../../lambdas/training-jobs/job-ends.ts';
import { failureOf } from '../../lambdas/training-jobs/training-job.ts';
import { decideAttempt } from '../../lambdas/training-jobs/attempts.ts';
import { announceOutcome } from '../../lambdas/training-workflow/announce-outcome.ts';
import { cleanUp } from '../../lambdas/training-workflow/clean-up.ts';
import { frozenSpec, prepareRun } from '../../lambdas/training-workflow/prepare-run.ts';
import { publishModel } from '../../lambdas/training-workflow/publish-model.ts';
import { settleCosts } from '../../lambdas/training-workflow/settle-costs.ts';
import { hasRoom, type SubmitRun, submitRun } from '../../lambdas/training-workflow/submit-run.ts';
import type { StepOutcome } from '../../lambdas/training-workflow/steps.ts';
import {
  at,
  catalog,
  checkpoint,
  JOB_ID,
  OWNER,
  publishingJob,
  queuedJob,
  runningJob,
  submittingJob,
} from '../training-jobs/example-job.ts';
import { ended, input, modelManifest, unreachable, World } from './world.ts';

const ID = `${JOB_ID}-1`;
const submit = (world: World, second: number): Promise<StepOutcome> =>
  submitRun(
    {
      jobs: world.jobs,
      telemetry: world.telemetry,
      cluster: world.cluster,
      overdue: world.overdue,
      catalog,
      runsApiUrl: 'https://runs.test/v1',
      bootstrapToken: async (run) => bootstrapToken('key', run),
    } satisfies SubmitRun,
    input,
    at(second),
  );
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

describe('submit-run', () => {
  test('hands the run over with its API and a token that names the attempt, and nothing else', async () => {
    const world = new World(submittingJob());
    expect((await submit(world, 2)).next).toBe('observe-run');
    expect(world.submitted).toEqual([
      {
        submissionId: ID,
        environment: {
          BRIGHTRUN_API_URL: 'https://runs.test/v1',
          BRIGHTRUN_BOOTSTRAP_TOKEN: bootstrapToken('key', { owner: OWNER, jobId: JOB_ID, attempt: 1 }),
        },
        resources: { numCpus: 2, numGpus: 0, memoryBytes: 1024 ** 3 },
        metadata: { job: JOB_ID, attempt: '1' },
      },
    ]);
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

describe('publish-model', () => {
  const publish = (world: World) => publishModel(world, input, at(200));
  const withManifest = (manifest = modelManifest(), job = publishingJob()) => {
    const world = new World(job);
    world.manifests.set('m1', manifest);
    return world;
  };

  test('writes job and model together: one model a job', async () => {
    const world = withManifest();
    expect((await publish(world)).next).toBe('settle-costs');
    expect(world.models).toMatchObject([
      { jobId: JOB_ID, id: JOB_ID.replace('job_', 'mdl_'), totalBytes: 20, verdict: 'unproven', attempts: 1 },
    ]);
    expect(world.models[0]?.versionIds).toEqual({
      'final/adapter_model.safetensors': 'version of final/adapter_model.safetensors',
      'final/adapter_config.json': 'version of final/adapter_config.json',
    });
    expect(world.job).toMatchObject({
      status: 'succeeded',
      modelId: world.models[0]?.id,
      stopReason: 'completed',
    });
    expect((await publish(world)).next).toBe('settle-costs');
    expect(world.models).toHaveLength(1);
  });

  const [adapter, config] = modelManifest().files;
  test.each([
    ['of another job', modelManifest({ jobId: 'job_01JD0000000000000000000001' })],
    ['of another attempt', modelManifest({ attempt: 2 })],
    ['of other bytes', modelManifest({ datasetSha256: 'b'.repeat(64) })],
    ['of another base model', modelManifest({ baseModel: { id: 'other', revision: 'r' } })],
    ['without the adapter', modelManifest({ files: [config!] })],
    ['with a file twice', modelManifest({ files: [adapter!, adapter!, config!] })],
    [
      'with a file outside its folder',
      modelManifest({ files: [adapter!, config!, { ...config!, path: 'checkpoints/1/x' }] }),
    ],
  ])('a manifest %s makes no model', async (_, manifest) => {
    const world = withManifest(manifest);
    expect((await publish(world)).next).toBe('settle-costs');
    expect(world.job).toMatchObject({ status: 'failed', failure: { code: 'manifest-invalid' } });
    expect(world.models).toEqual([]);
  });

  const named = (...names: string[]) => names.map((name) => ({ ...config!, path: `final/${name}` }));
  const merged = (...names: string[]) =>
    modelManifest({ format: 'merged-safetensors', files: named('config.json', ...names) });
  const shards = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  test.each([
    ['one file of weights', merged('model.safetensors')],
    ['every shard and their index', merged(...shards, 'model.safetensors.index.json')],
  ])('a merged model is whole with %s', async (_, manifest) => {
    const world = withManifest(manifest);
    await publish(world);
    expect(world.models).toMatchObject([{ format: 'merged-safetensors' }]);
  });
  test.each([
    ['no weights', merged(), 'model.safetensors'],
    ['a shard missing', merged(shards[0]!, 'model.safetensors.index.json'), shards[1]],
    ['shards that nothing indexes', merged(...shards), 'index.json'],
  ])('a merged model with %s is refused by name', async (_, manifest, name) => {
    const world = withManifest(manifest);
    await publish(world);
    expect(world.job).toMatchObject({ failure: { detail: expect.stringContaining(name!) } });
    expect(world.models).toEqual([]);
  });

  test('what was measured of a model stands in its record', async () => {
    const exportProof = {
      prompts: 6,
      tokens: 300,
      maxLogitDrift: 0,
      meanLogitDrift: 0,
      sameAnswers: 6,
      templateEqual: true as const,
    };
    const world = withManifest(modelManifest({ exportProof }));
    await publish(world);
    expect(world.models).toMatchObject([{ exportProof }]);
  });

  test('a file whose checksum S3 does not confirm makes no model', async () => {
    const world = withManifest();
    world.differing.add('final/adapter_model.safetensors');
    await publish(world);
    expect(world.job).toMatchObject({
      status: 'failed',
      failure: { code: 'manifest-invalid', detail: expect.stringContaining('adapter_model') },
    });
    expect(world.models).toEqual([]);
  });

  test('the version that the trainer named is verified, not a later one', async () => {
    const completion = {
      attempt: 1,
      outcome: 'published' as const,
      manifestVersionId: 'told',
      at: at(95).toISOString(),
    };
    const world = withManifest(modelManifest({ attempt: 2 }), publishingJob({ completion }));
    world.manifests.set('told', modelManifest());
    await publish(world);
    expect(world.job.status).toBe('succeeded');
  });
});

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
