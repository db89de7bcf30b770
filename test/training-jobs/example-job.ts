/** A job as the API stores it, for tests to change. */
import { BASE_MODELS } from '../../lambdas/catalog/base-models.ts';
import { chooseHyperparameters } from '../../lambdas/catalog/presets.ts';
import { stageCatalog } from '../../lambdas/catalog/stage-catalog.ts';
import { decideAttempt, decidePublishing, decideRunning } from '../../lambdas/training-jobs/attempts.ts';
import { isLive, type LiveJob } from '../../lambdas/training-jobs/training-job.ts';
import { TrainingJobRecord } from '../../contracts/training-jobs.ts';

export const OWNER = 'owner-a';
export const JOB_ID = 'job_01JD0000000000000000000000';
export const START = '2026-11-23T10:00:00.000Z';
/** So many seconds after the job was created. */
export const at = (seconds: number): Date => new Date(Date.parse(START) + seconds * 1000);
export const SHA = 'a'.repeat(64);

export const catalog = stageCatalog({ GPU_TYPES: ['cpu-2'], BASE_MODELS: ['brightrun/tiny-base'] });
const [tiny] = BASE_MODELS;
if (!tiny) throw new Error('The catalog is empty.');

/** One dollar may be spent, at 3.6 dollars an hour: a thousandth of a dollar a second. */
const HOURLY = 3_600_000;

export function queuedJob(more: Partial<TrainingJobRecord> = {}): TrainingJobRecord {
  return TrainingJobRecord.parse({
    shape: 1,
    id: JOB_ID,
    owner: OWNER,
    revision: 1,
    status: 'queued',
    name: 'Capitals',
    dataset: {
      id: 'ds_01JD0000000000000000000000',
      name: 'capitals',
      version: 1,
      rows: 210,
      data: { key: 'datasets/owner-a/ds/v1/data.jsonl', versionId: 'v1', sha256: SHA, bytes: 1000 },
    },
    datasetFormat: 'chat',
    baseModel: 'brightrun/tiny-base',
    preset: 'quick',
    hyperparameters: chooseHyperparameters(tiny as never, 'quick', {}),
    gpuType: 'cpu-2',
    gpuCount: 1,
    usdMicrosPerHour: HOURLY,
    pricedOn: '2026-11-23',
    capUsdMicros: 1_000_000,
    costUsdMicros: 0,
    estimate: {
      costUsdMicros: { low: 1, expected: 2, high: 3 },
      seconds: { low: 1, expected: 2, high: 3 },
      steps: 10,
      totalTokens: 100,
    },
    attempts: [],
    hold: { month: '2026-11', usdMicros: 1_000_000 },
    claims: [],
    costSequence: 0,
    createdAt: START,
    updatedAt: START,
    ...more,
  });
}

const live = (job: TrainingJobRecord): LiveJob => {
  if (!isLive(job)) throw new Error(`${job.status} is not live`);
  return job;
};

/** Attempt 1 handed over at second 1. */
export const submittingJob = (more: Partial<TrainingJobRecord> = {}): LiveJob =>
  live({ ...decideAttempt(queuedJob(more), at(1)).job, ...more } as TrainingJobRecord);

/** Attempt 1 claimed and seen running at second 10. */
export function runningJob(more: Partial<TrainingJobRecord> = {}): LiveJob {
  const claims = [{ attempt: 1, nonce: '0'.repeat(32), at: at(10).toISOString() }];
  const { job } = decideRunning(submittingJob({ claims, ...more }), at(10).toISOString(), at(10));
  return live({ ...job, ...more, claims: more.claims ?? claims } as TrainingJobRecord);
}

/** Attempt 1 ended at second 100 and left a manifest. */
export const publishingJob = (more: Partial<TrainingJobRecord> = {}): LiveJob =>
  live(decidePublishing(runningJob(more), at(10).toISOString(), at(100).toISOString(), at(101)).job);

/** A checkpoint at this step of this attempt. */
export const checkpoint = (attempt: number, step: number) => ({
  attempt,
  step,
  manifestKey: `models/${OWNER}/${JOB_ID}/attempt-${attempt}/checkpoints/${step}/manifest.json`,
  manifestVersionId: 'v1',
  at: START,
});
