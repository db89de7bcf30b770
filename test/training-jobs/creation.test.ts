import { describe, expect, test } from '@jest/globals';
import { DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import { DatasetRecord } from '../../contracts/datasets.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { decideCreation, type JobWish, wishOfRetry } from '../../lambdas/training-jobs/creation.ts';
import { stageCatalog } from '../../lambdas/catalog/stage-catalog.ts';
import { failureOf } from '../../lambdas/training-jobs/training-job.ts';
import { decideFailure } from '../../lambdas/training-jobs/job-ends.ts';
import { at, catalog, JOB_ID, OWNER, queuedJob, runningJob, SHA, START } from './example-job.ts';

const DATASET = 'ds_01JD0000000000000000000000';
const stored = { shape: 1, owner: OWNER, revision: 1, createdAt: START, updatedAt: START };
const dataset = DatasetRecord.parse({
  ...stored,
  status: 'active',
  id: DATASET,
  name: 'capitals',
  latestVersion: 3,
});
const summary = {
  verdict: 'ready',
  format: 'chat',
  rows: 210,
  usableRows: 208,
  validationRows: 0,
  tokens: null,
  issues: [],
  checkedAt: START,
  checkMilliseconds: 5,
};
const version = DatasetVersionRecord.parse({
  ...stored,
  status: 'ready',
  datasetId: DATASET,
  version: 3,
  declaredBytes: 50_000,
  keys: { data: `datasets/${OWNER}/${DATASET}/v3/data.jsonl` },
  files: { data: { bytes: 50_000, sha256: SHA, versionId: 'pinned' } },
  summary,
});
const wish: JobWish = {
  name: 'Capitals',
  datasetId: DATASET,
  datasetVersion: 3,
  baseModel: 'brightrun/tiny-base',
  preset: 'quick',
  hyperparameters: {},
  gpuType: 'cpu-2',
  gpuCount: 1,
  modelFormat: 'merged-safetensors',
  capUsdMicros: 100_000,
};
type Asked = Parameters<typeof decideCreation>[0];
const asked = (more: Partial<Asked> = {}): Asked => ({
  id: JOB_ID,
  owner: OWNER,
  wish,
  found: { dataset, version },
  settings: undefined,
  catalog,
  ...more,
});
function problemOf(more: Partial<Asked>): string {
  try {
    return decideCreation(asked(more), at(0)).job.status;
  } catch (error) {
    return error instanceof ProblemError ? error.code : String(error);
  }
}

describe('an accepted job', () => {
  const { job, outcomes, events } = decideCreation(asked(), at(0));
  test('is bound to the bytes that were checked: key, version and checksum', () => {
    expect(job.dataset).toMatchObject({ version: 3, rows: 208, data: { versionId: 'pinned', sha256: SHA } });
  });
  test('carries its price, its cap and the month that holds it', () => {
    expect(job).toMatchObject({
      status: 'queued',
      usdMicrosPerHour: catalog.gpuType('cpu-2').usdMicrosPerHour,
      hold: { month: '2026-11', usdMicros: 100_000 },
      costUsdMicros: 0,
    });
  });
  test('names its machines where its GPUs are those of several', () => {
    const h100 = stageCatalog({ GPU_TYPES: ['nvidia-h100-80gb'], BASE_MODELS: ['brightrun/tiny-base'] });
    const on = (gpuCount: number) => ({
      catalog: h100,
      wish: { ...wish, gpuType: 'nvidia-h100-80gb', gpuCount, capUsdMicros: 100_000_000 },
    });
    expect(decideCreation(asked(on(16)), at(0)).job).toMatchObject({ gpuCount: 16, machines: 2 });
    expect(decideCreation(asked(on(8)), at(0)).job.machines).toBeUndefined();
    expect(() => decideCreation(asked(on(12)), at(0))).toThrow(ProblemError);
  });
  test('names the format of its model', () => {
    expect(job.modelFormat).toBe('merged-safetensors');
  });
  test('is told once', () => {
    expect(outcomes.map(({ kind }) => kind)).toEqual(['job-queued']);
    expect(events.map(({ kind }) => kind)).toEqual(['accepted']);
  });
});

describe('a job is refused', () => {
  const wished = (more: Partial<JobWish>) => ({ wish: { ...wish, ...more } });
  test.each<[string, Partial<Asked>, string]>([
    ['on a dataset that is not theirs', { found: undefined }, 'not-found'],
    [
      'on a dataset that is archived',
      { found: { dataset: { ...dataset, status: 'archived', archivedAt: START } as never, version } },
      'dataset-archived',
    ],
    [
      'on a dataset that is being deleted',
      { found: { dataset: { ...dataset, status: 'deleting', deletingAt: START } as never, version } },
      'not-found',
    ],
    [
      'on a version that was rejected',
      { found: { dataset, version: { ...version, status: 'rejected' } as never } },
      'dataset-not-ready',
    ],
    [
      'on rows that the trainer does not take',
      { found: { dataset, version: { ...version, summary: { ...summary, format: 'sharegpt' } } as never } },
      'format-not-trainable',
    ],
    [
      'on tool calls, with a base model that does not know them',
      {
        found: {
          dataset,
          version: {
            ...version,
            summary: { ...summary, mix: { roles: [], languages: [], toolRows: 2, weightedRows: 0 } },
          } as never,
        },
      },
      'tools-not-supported',
    ],
    ['with a base model nobody has', wished({ baseModel: 'x' }), 'base-model-unknown'],
    ['with a GPU type of another stage', wished({ gpuType: 'nvidia-h100-80gb' }), 'gpu-type-unknown'],
    ['with a cap that cannot pay for a model', wished({ capUsdMicros: 1 }), 'cap-too-small'],
    ['with a cap beyond 14 days', wished({ capUsdMicros: 80_000 * 24 * 14 + 1 }), 'cap-too-large'],
    [
      'with rows longer than the context',
      wished({ hyperparameters: { maxSequenceTokens: 4096 } }),
      'invalid-request',
    ],
    [
      'of an account that was disabled',
      {
        settings: {
          shape: 1,
          owner: OWNER,
          email: 'a@b.test',
          emailChoices: { datasets: true, jobsStarted: true, jobsEnded: true },
          updatedAt: START,
          disabledAt: START,
        },
      },
      'forbidden',
    ],
  ])('%s', (_, more, code) => expect(problemOf(more)).toBe(code));

  test('at the edges of its cap it is accepted', () => {
    expect(problemOf(wished({ capUsdMicros: 80_000 * 24 * 14 }))).toBe('queued');
  });
});

describe('a retry', () => {
  const failed = decideFailure(runningJob(), failureOf('out-of-memory', 'x'), at(100)).job;
  test('takes the choices of the job, with what was changed', () => {
    const changes = { capUsdMicros: 5, hyperparameters: { batchSize: 2 } };
    const { hyperparameters, ...rest } = wishOfRetry(failed, changes, at(200)).wish;
    expect(hyperparameters).toEqual({ ...failed.hyperparameters, batchSize: 2 });
    expect(rest).toMatchObject({ name: 'Capitals', datasetVersion: 1, gpuType: 'cpu-2', capUsdMicros: 5 });
  });
  test('keeps the format of the model, and takes the adapter where none could be chosen yet', () => {
    const formatOf = (job: typeof failed) => wishOfRetry(job, {}, at(200)).wish.modelFormat;
    expect(formatOf({ ...failed, modelFormat: 'peft-bf16' })).toBe('peft-bf16');
    expect(formatOf(failed)).toBe('peft');
  });
  test('is for jobs that failed or were cancelled', () => {
    for (const job of [queuedJob(), runningJob()]) {
      expect(() => wishOfRetry(job, {}, at(200))).toThrow(ProblemError);
    }
  });
});
