import { describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../contracts/limits.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type { StopReason, TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { assertContinuable } from '../../lambdas/training-jobs/continuation.ts';
import { wishOfContinuation, wishOfRetry } from '../../lambdas/training-jobs/creation.ts';
import { decideCancelled, decideFailure, decideSuccess } from '../../lambdas/training-jobs/job-ends.ts';
import { failureOf } from '../../lambdas/training-jobs/training-job.ts';
import { at, checkpoint, JOB_ID, publishingJob, runningJob } from './example-job.ts';

const MODEL = 'mdl_01JD0000000000000000000000';
const kept = { checkpoint: checkpoint(1, 40) };
const succeeded = (stopReason: StopReason, more: Partial<TrainingJobRecord> = kept) =>
  decideSuccess(publishingJob(more), { id: MODEL, stopReason }, at(200)).job;
const failed = (more: Partial<TrainingJobRecord> = kept) =>
  decideFailure(runningJob(more), failureOf('cluster-unreachable', 'x'), at(200)).job;
const cancelled = () => decideCancelled(runningJob(kept), at(200)).job;
const refusal = (job: TrainingJobRecord, now = at(300)): string => {
  try {
    assertContinuable(job, now);
    return 'accepted';
  } catch (error) {
    return error instanceof ProblemError ? `${error.code}: ${error.detail}` : String(error);
  }
};

describe('a job that ended early', () => {
  test.each([
    ['landed on its budget', succeeded('budget')],
    ['was stopped to keep its model', succeeded('kept-by-user')],
    ['failed after a checkpoint', failed()],
  ])('%s: can be continued from it', (_, job) => {
    expect(wishOfContinuation(job, { capUsdMicros: 7 }, at(300))).toEqual({
      wish: {
        name: 'Capitals',
        datasetId: job.dataset.id,
        datasetVersion: 1,
        baseModel: 'brightrun/tiny-base',
        preset: 'quick',
        hyperparameters: job.hyperparameters,
        gpuType: 'cpu-2',
        gpuCount: 1,
        modelFormat: 'peft',
        capUsdMicros: 7,
      },
      from: { continuedFrom: JOB_ID, checkpoint: { ...checkpoint(1, 40), jobId: JOB_ID } },
    });
  });

  test.each([
    ['has not ended', runningJob(kept), 'not ended'],
    ['ran to its last step', succeeded('completed'), 'last step'],
    ['stopped because nothing was gained any more', succeeded('early-stopping'), 'did not help'],
    ['was cancelled and discarded', cancelled(), 'discarded'],
    ['left no checkpoint', failed({}), 'no checkpoint'],
  ])('not where it %s, and the problem says so', (_, job, words) => {
    expect(refusal(job)).toMatch(new RegExp(`^job-not-continuable: .*${words}`));
  });

  test('only as long as the bucket keeps the checkpoint, from when it was written', () => {
    const days = LIMITS.checkpointDays * 86_400;
    expect(refusal(failed(), at(days - 1))).toBe('accepted');
    expect(refusal(failed(), at(days))).toContain(`${LIMITS.checkpointDays} days`);
  });

  test('that was itself continued and wrote none of its own hands on the one it had', () => {
    const earlier = 'job_01JD0000000000000000000009';
    const job = failed({ continuedFrom: earlier, checkpoint: { ...checkpoint(2, 40), jobId: earlier } });
    expect(assertContinuable(job, at(300))).toMatchObject({
      continuedFrom: JOB_ID,
      checkpoint: { jobId: earlier, attempt: 2 },
    });
  });
});

describe('a retry', () => {
  test('of the same run goes on from the newest checkpoint, or begins anew where there is none', () => {
    expect(wishOfRetry(failed(), {}, at(300)).from?.checkpoint.step).toBe(40);
    const same = { capUsdMicros: 5, hyperparameters: { batchSize: failed().hyperparameters.batchSize } };
    expect(wishOfRetry(failed(), same, at(300)).from?.checkpoint.step).toBe(40);
    // Another format is another export of the same training: a failed export costs nothing but the export.
    const merged = wishOfRetry(failed(), { modelFormat: 'merged-safetensors' }, at(300));
    expect([merged.wish.modelFormat, merged.from?.checkpoint.step]).toEqual(['merged-safetensors', 40]);
    expect(wishOfRetry(failed({}), {}, at(300)).from).toBeUndefined();
    expect(wishOfRetry(cancelled(), {}, at(300)).from).toBeUndefined();
    expect(wishOfRetry(failed(), {}, at(LIMITS.checkpointDays * 86_400)).from).toBeUndefined();
  });
  test('with anything of the run changed begins anew: the checkpoint would not fit', () => {
    expect(wishOfRetry(failed(), { hyperparameters: { batchSize: 3 } }, at(300)).from).toBeUndefined();
    expect(wishOfRetry(failed(), { gpuType: 'nvidia-h100-80gb' }, at(300)).from).toBeUndefined();
  });
});
