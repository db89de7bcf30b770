import { expect, test } from '@jest/globals';
import type { ModelFormat } from '../../contracts/model-format.ts';
import { estimateCost } from '../../contracts/costs.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { BASE_MODELS } from '../../lambdas/catalog/base-models.ts';
import { GPU_TYPES } from '../../lambdas/catalog/gpu-types.ts';
import { chooseHyperparameters } from '../../lambdas/catalog/presets.ts';
import { estimateRun } from '../../lambdas/costs/estimate.ts';
import { exportSeconds, publishedBytes } from '../../lambdas/costs/publication.ts';
import { summary } from './check-summary.ts';

const llama = BASE_MODELS.find(({ id }) => id.includes('3.1-8B'))!;
const gpuType = GPU_TYPES.find(({ accelerator }) => accelerator === 'cuda')!;

const estimated = (modelFormat?: ModelFormat, baseModel = llama) =>
  estimateRun({
    data: { summary: summary(1000, 400, llama.tokenizer), bytes: 1_600_000, hasValidationFile: false },
    baseModel,
    gpuType,
    gpuCount: 1,
    hyperparameters: chooseHyperparameters(baseModel, 'balanced', {}),
    modelFormat,
  });
const publishing = (modelFormat?: ModelFormat) =>
  estimated(modelFormat).phases.find(({ phase }) => phase === 'publishing')!.seconds;

test('a merged model weighs what its base does, an adapter in bf16 half of one in float32', () => {
  expect(publishedBytes('merged-safetensors', llama, 1000)).toBe(llama.weightBytes);
  expect(publishedBytes('peft', llama, 1000)).toBe(2 * publishedBytes('peft-bf16', llama, 1000));
});

test('GGUF weighs as much, or 8.5 bits a weight; making it takes the time of reading it back as well', () => {
  expect(publishedBytes('gguf', llama, 1000)).toBe(llama.weightBytes);
  expect(publishedBytes('gguf-q8_0', llama, 1000) / llama.parameters).toBeCloseTo(8.5 / 8);
  const seconds = (format: ModelFormat) => exportSeconds(format, llama).expected;
  expect(seconds('gguf')).toBeCloseTo(2 * seconds('merged-safetensors'));
  expect(seconds('gguf-q8_0')).toBeLessThan(seconds('gguf'));
});

test('the time and the least cap of a merged model pay for making and storing all of it', () => {
  const merged = estimated('merged-safetensors');
  expect(publishing('merged-safetensors').low).toBeGreaterThan(publishing().high);
  // 16 GB at 10 MB/s and at 50 MB/s, the slow ends of storing and of making them.
  expect(merged.landingSeconds - estimated().landingSeconds).toBeGreaterThan(1600 + 300);
  expect(merged.minimumCapUsdMicros).toBeGreaterThan(estimated().minimumCapUsdMicros);
});

test('a base model that does not fit llama.cpp is refused as GGUF where its price is asked for', () => {
  expect(() => estimated('gguf', { ...llama, fitsLlamaCpp: false })).toThrow(ProblemError);
});

test('what keeping a merged model costs is said, and nothing is said of an adapter', () => {
  const said = (modelFormat: ModelFormat) =>
    estimated(modelFormat).remarks.filter((remark) => remark.includes('a month in S3'));
  expect(said('merged-safetensors')).toEqual([expect.stringContaining('16.1 GB: up to $0.37 a month')]);
  expect(said('peft')).toEqual([]);
});

test('a format nobody chose is the adapter; a GGUF of another kind is refused with the way to it', () => {
  const body = {
    datasetId: 'ds_01KAR4Q4T4QJ4V3Z8T9W8X7Y6Z',
    datasetVersion: 1,
    baseModel: llama.id,
    gpuType: gpuType.id,
  };
  expect(estimateCost.body.parse(body).modelFormat).toBe('peft');
  const refused = estimateCost.body.safeParse({ ...body, modelFormat: 'gguf-q4_k_m' });
  expect(refused.error?.issues).toEqual([
    expect.objectContaining({
      path: ['modelFormat'],
      message: expect.stringContaining('llama-quantize'),
    }),
  ]);
});
