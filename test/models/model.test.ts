import { describe, expect, test } from '@jest/globals';
import { Model, ModelRecord } from '../../contracts/models.ts';
import { ProblemError } from '../../contracts/problems.ts';
import {
  type AvailableModel,
  availableModel,
  deleted,
  filesToDownload,
  modelView,
  renamed,
} from '../../lambdas/models/model.ts';
import { verdictOf } from '../../lambdas/models/verdict.ts';
import { modelRecord } from './model-record.ts';

const now = new Date('2026-11-23T16:00:00.000Z');
const record: AvailableModel = modelRecord('ana');
const score = { loss: 2, perplexity: 7.4, tokenAccuracy: 0.5 };
const evaluation = (low: number, high: number, rows = 21) => ({
  rows,
  tokens: 400,
  base: score,
  tuned: score,
  difference: { mean: (low + high) / 2, low, high },
});

describe('the verdict', () => {
  test.each([
    ['the whole interval is better', evaluation(-0.9, -0.1), 'ship'],
    ['the interval ends just below zero', evaluation(-0.9, -Number.MIN_VALUE), 'ship'],
    ['the interval touches zero', evaluation(-0.9, 0), 'keep-the-base'],
    ['the interval crosses zero', evaluation(-0.9, 0.1), 'keep-the-base'],
    ['the whole interval is worse', evaluation(0.1, 0.9), 'keep-the-base'],
    ['seven rows were held out', evaluation(-0.9, -0.1, 7), 'unproven'],
    ['eight rows were held out', evaluation(-0.9, -0.1, 8), 'ship'],
    ['an end is not a number', evaluation(-0.9, Number.NaN), 'unproven'],
    ['an end is infinite', evaluation(Number.NEGATIVE_INFINITY, -0.1), 'unproven'],
    ['nothing was held out', null, 'unproven'],
  ] as const)('%s', (_, given, verdict) => {
    expect(verdictOf(given)).toBe(verdict);
  });
});

describe('a model', () => {
  test('is shown without owner, prefix and versions', () => {
    expect(ModelRecord.parse(record)).toEqual(record);
    const shown = modelView(record);
    expect(Model.parse(shown)).toEqual(shown);
    expect(JSON.stringify(shown)).not.toContain('versionIds');
    expect(JSON.stringify(shown)).not.toContain('models/ana');
  });

  test('is downloaded in the versions that were verified', () => {
    expect(filesToDownload(record, undefined).map(({ key, versionId }) => [key, versionId])).toEqual([
      [`${record.prefix}final/adapter_model.safetensors`, 'v-adapter'],
      [`${record.prefix}final/adapter_config.json`, 'v-config'],
    ]);
    expect(filesToDownload(record, ['final/adapter_config.json'])).toHaveLength(1);
  });

  test('gives no URL for a path that is not its own, nor for a file without a pinned version', () => {
    const ask = (paths: string[]) => () => filesToDownload(record, paths);
    expect(ask(['../../ben/secret'])).toThrow(ProblemError);
    expect(ask(['final/adapter_config.json', 'checkpoints/5/optimizer.safetensors'])).toThrow(ProblemError);
    expect(() => filesToDownload({ ...record, versionIds: {} }, undefined)).toThrow('pins no version');
  });

  test('keeps its record with cost and quality when its files are deleted, and then takes no change', () => {
    const gone = deleted(record, now);
    expect(ModelRecord.parse(gone)).toMatchObject({
      status: 'deleted',
      deletedAt: now.toISOString(),
      revision: record.revision + 1,
      costUsdMicros: record.costUsdMicros,
      verdict: record.verdict,
    });
    expect(() => availableModel(gone)).toThrow('model-deleted');
    expect(() => availableModel(undefined)).toThrow('not-found');
    expect(renamed(record, 'New name', now)).toMatchObject({
      name: 'New name',
      revision: record.revision + 1,
    });
  });
});
