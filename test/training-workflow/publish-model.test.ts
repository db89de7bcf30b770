import { describe, expect, test } from '@jest/globals';
import { publishModel } from '../../lambdas/training-workflow/publish-model.ts';
import { at, JOB_ID, publishingJob } from '../training-jobs/example-job.ts';
import { input, modelManifest, World } from './world.ts';

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

  test('leaves with the model how quickly it trained, once, and nothing of a run too short to have a pace', async () => {
    const world = withManifest();
    await publish(world);
    await publish(world);
    expect(world.paces).toMatchObject([{ gpuType: 'cpu-2', steps: 53, tokens: 4000, seconds: 50 }]);
    const { training } = modelManifest();
    const short = withManifest(modelManifest({ training: { ...training, steps: 5 } }));
    await publish(short);
    expect([short.models.length, short.paces.length]).toEqual([1, 0]);
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

  const gguf = (...names: string[]) => modelManifest({ format: 'gguf', files: named(...names) });
  test.each([
    ['in one file', gguf('model.gguf')],
    ['in all its parts', gguf('model-00001-of-00002.gguf', 'model-00002-of-00002.gguf')],
  ])('a GGUF is whole %s', async (_, manifest) => {
    const world = withManifest(manifest);
    await publish(world);
    expect(world.models).toMatchObject([{ format: 'gguf' }]);
  });
  test.each([
    ['nothing but a card', gguf('README.md'), 'model.gguf'],
    ['one part of two', gguf('model-00001-of-00002.gguf'), 'model-00002-of-00002.gguf'],
    ['safetensors in its place', gguf('model.safetensors', 'config.json'), 'model.gguf'],
  ])('a GGUF with %s is refused by name', async (_, manifest, name) => {
    const world = withManifest(manifest);
    await publish(world);
    expect(world.job).toMatchObject({ failure: { detail: expect.stringContaining(name) } });
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
