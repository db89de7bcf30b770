import { expect, test } from '@jest/globals';
import { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { decideFailure } from '../../lambdas/training-jobs/job-ends.ts';
import { failureOf } from '../../lambdas/training-jobs/training-job.ts';
import { observeRun } from '../../lambdas/training-workflow/observe-run.ts';
import { at, JOB_ID, runningJob } from '../training-jobs/example-job.ts';
import { ended, input, liveAt, World } from '../training-workflow/world.ts';

const OOM = 'torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.';

/** The last attempt that a job has, seen to have failed. */
async function lastAttempt(logTail: string, message = '') {
  const job = runningJob();
  const world = new World({ ...job, attempts: [{ ...job.attempts[0]!, attempt: 5 }], attempt: 5 } as never);
  world.live = { ...liveAt(90, 5), logTail };
  world.looks.set(`${JOB_ID}-5`, ended('failed', 100, message));
  await observeRun(world, input, at(130));
  return world.job;
}

test('a job whose attempts are spent says what its log proves, wherever the line stands, and what to change', async () => {
  const job = await lastAttempt(`step 3\n${OOM}\nshutting down\nbye`);
  expect(job).toMatchObject({
    status: 'failed',
    failure: {
      code: 'trainer-crashed',
      diagnosis: {
        class: 'gpu-out-of-memory',
        evidence: OOM,
        change: { hyperparameters: { batchSize: expect.any(Number) } },
      },
    },
  });
  expect(TrainingJobRecord.parse(job)).toEqual(job);
});

test('the cluster’s own word counts where the log says nothing', async () => {
  const job = await lastAttempt('step 3\nstep 4', 'Job entrypoint command failed with exit code 137');
  expect(job).toMatchObject({ failure: { diagnosis: { class: 'worker-killed' } } });
});

test('what the run printed last counts where the trainer could not report it', async () => {
  const job = runningJob();
  const world = new World({ ...job, attempts: [{ ...job.attempts[0]!, attempt: 5 }], attempt: 5 } as never);
  world.looks.set(`${JOB_ID}-5`, {
    ...ended('failed', 100, 'failed with exit code 1'),
    lastLog: OOM,
  } as never);
  await observeRun(world, input, at(130));
  expect(world.job).toMatchObject({ failure: { diagnosis: { class: 'gpu-out-of-memory', evidence: OOM } } });
});

test('a failure that is decided elsewhere has its diagnosis too, and keeps the one it has', () => {
  const failed = decideFailure(
    runningJob(),
    failureOf('manifest-invalid', 'adapter.safetensors differs.'),
    at(9),
  );
  expect(failed.job).toMatchObject({ failure: { diagnosis: { class: 'model-incomplete' } } });
  const diagnosis = { class: 'unknown' as const, cause: 'c', advice: ['a'] };
  const kept = decideFailure(runningJob(), { ...failureOf('disk-full', ''), diagnosis }, at(9));
  expect(kept.job).toMatchObject({ failure: { diagnosis } });
});
