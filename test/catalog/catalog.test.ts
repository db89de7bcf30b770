import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { BaseModel, GpuType, Hyperparameters, Preset } from '../../contracts/catalog.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { BASE_MODELS, loraParametersPerRank, toPublic } from '../../lambdas/catalog/base-models.ts';
import { GPU_TYPES, toPublicGpuType } from '../../lambdas/catalog/gpu-types.ts';
import { chooseHyperparameters, learningRateFor, presetsFor } from '../../lambdas/catalog/presets.ts';
import { stageCatalog } from '../../lambdas/catalog/stage-catalog.ts';

const model = (id: string) => BASE_MODELS.find((candidate) => candidate.id === id)!;
const code = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error instanceof ProblemError ? error.code : error;
  }
  return undefined;
};

describe('base models', () => {
  test.each([
    ['meta-llama/Llama-3.2-1B-Instruct', 704_512],
    ['meta-llama/Llama-3.2-3B-Instruct', 1_519_616],
    ['meta-llama/Llama-3.1-8B-Instruct', 2_621_440],
    ['Qwen/Qwen3-8B', 2_727_936],
    ['meta-llama/Llama-3.1-70B-Instruct', 12_943_360],
  ])('%s trains %d parameters for each unit of rank', (id, perRank) => {
    expect(loraParametersPerRank(model(id), 'all-linear')).toBe(perRank);
    expect(toPublic(model(id)).loraParametersPerRank).toBe(perRank);
  });

  test('an adapter on attention alone is smaller than one on all linear layers', () => {
    for (const each of BASE_MODELS) {
      expect(loraParametersPerRank(each, 'attention')).toBeLessThan(
        loraParametersPerRank(each, 'all-linear'),
      );
    }
  });

  test('what the API shows fits the contract and carries no inner part', () => {
    for (const each of BASE_MODELS) {
      const shown = toPublic(each);
      expect(BaseModel.parse(shown)).toEqual(shown);
      expect(shown.weightBytes).toBe(2 * shown.parameters);
    }
    for (const each of GPU_TYPES) {
      const shown = toPublicGpuType(each);
      expect(GpuType.parse(shown)).toEqual(shown);
      expect(shown).not.toHaveProperty('ray');
      expect(shown).not.toHaveProperty('peakFlops');
    }
  });

  test('every model from a hub is pinned to a full revision', () => {
    const revisions = BASE_MODELS.flatMap(({ source }) => (source.kind === 'hub' ? [source.revision] : []));
    expect(revisions.length).toBeGreaterThan(0);
    for (const revision of revisions) expect(revision).toMatch(/^[0-9a-f]{40}$/);
  });
});

describe('the tiny base', () => {
  const folder = new URL('../../trainer/tiny_base/model/', import.meta.url);
  const tiny = model('brightrun/tiny-base');

  test('is in the catalog as it lies in the repository', () => {
    const config: unknown = JSON.parse(readFileSync(new URL('config.json', folder), 'utf8'));
    const { layers, queryWidth, keyValueWidth, feedForward, vocabulary } = tiny.architecture;
    expect(config).toMatchObject({
      hidden_size: tiny.hiddenSize,
      max_position_embeddings: tiny.contextLength,
      num_hidden_layers: layers,
      intermediate_size: feedForward,
      vocab_size: vocabulary,
      num_attention_heads: queryWidth / 32,
      num_key_value_heads: keyValueWidth / 32,
      head_dim: 32,
      tie_word_embeddings: true,
    });
    const weights = readFileSync(new URL('model.safetensors', folder));
    // safetensors: eight bytes of length, a header of that length, then nothing but weights.
    expect(weights.length - 8 - Number(weights.readBigUInt64LE(0))).toBe(tiny.weightBytes);
    expect(tiny.source.revision).toBe(createHash('sha256').update(weights).digest('hex'));
  });
});

describe('presets', () => {
  test('the learning rate follows the width of the model (facts.md §5)', () => {
    expect(learningRateFor(model('meta-llama/Llama-3.1-8B-Instruct'))).toBeCloseTo(2.86e-4, 6);
    expect(learningRateFor(model('meta-llama/Llama-3.1-70B-Instruct'))).toBeCloseTo(1.66e-4, 6);
    expect(learningRateFor(model('Qwen/Qwen3-8B'))).toBeCloseTo(4.73e-4, 6);
  });

  test('preferences are learned at a twentieth of the rate of answers, in the card and in the job', () => {
    const llama = model('meta-llama/Llama-3.1-8B-Instruct');
    const [quick] = presetsFor(llama, 'preference');
    expect(quick!.hyperparameters.learningRate).toBeCloseTo(learningRateFor(llama) / 20, 6);
    expect(chooseHyperparameters(llama, 'quick', {}, 'preference')).toEqual(quick!.hyperparameters);
  });

  test('every preset of every base model is a valid choice, and alpha is twice the rank', () => {
    for (const each of BASE_MODELS) {
      for (const preset of presetsFor(each)) {
        expect(Preset.parse(preset)).toEqual(preset);
        expect(preset.hyperparameters.alpha).toBe(2 * preset.hyperparameters.rank);
        expect(preset.hyperparameters.maxSequenceTokens).toBeLessThanOrEqual(each.contextLength);
        expect(chooseHyperparameters(each, preset.id, {})).toEqual(preset.hyperparameters);
      }
    }
  });

  test('a changed rank takes alpha with it unless alpha was changed too', () => {
    const tiny = model('brightrun/tiny-base');
    expect(chooseHyperparameters(tiny, 'balanced', { rank: 4 }).alpha).toBe(8);
    expect(chooseHyperparameters(tiny, 'balanced', { rank: 4, alpha: 16 }).alpha).toBe(16);
    expect(Hyperparameters.parse(chooseHyperparameters(tiny, 'quick', { seed: 7 })).seed).toBe(7);
  });

  test('rows longer than the context and a rank wider than the model are refused', () => {
    const tiny = model('brightrun/tiny-base');
    expect(code(() => chooseHyperparameters(tiny, 'quick', { maxSequenceTokens: 257 }))).toBe(
      'invalid-request',
    );
    expect(code(() => chooseHyperparameters(tiny, 'quick', { rank: 129 }))).toBe('invalid-request');
    expect(
      code(() => chooseHyperparameters(tiny, 'quick', { maxSequenceTokens: 256, rank: 128 })),
    ).toBeUndefined();
  });
});

describe('a stage’s catalog', () => {
  const stage = stageCatalog({ BASE_MODELS: ['brightrun/tiny-base'], GPU_TYPES: ['cpu-2'] });

  test('offers what the stage lists and nothing else', () => {
    expect(stage.baseModels.map((each) => each.id)).toEqual(['brightrun/tiny-base']);
    expect(code(() => stage.baseModel('Qwen/Qwen3-8B'))).toBe('base-model-unknown');
    expect(code(() => stage.gpuType('nvidia-b200'))).toBe('gpu-type-unknown');
  });

  test('a list that names what nobody knows fails the deployment, not a request', () => {
    expect(() => stageCatalog({ BASE_MODELS: ['no/such'], GPU_TYPES: ['cpu-2'] })).toThrow(
      'BASE_MODELS names no/such',
    );
  });
});
