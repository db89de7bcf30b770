/** What the journey waits for at a job's end is what the platform tells of it. */
import { describe, expect, test } from '@jest/globals';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { endOutcome } from '../../lambdas/training-jobs/job-outcomes.ts';
import { decideCancelled, decideFailure, decideSuccess } from '../../lambdas/training-jobs/job-ends.ts';
import { failureOf } from '../../lambdas/training-jobs/training-job.ts';
import { endKindOf } from '../../local/journey/evidence.ts';
import { at, publishingJob, runningJob } from '../training-jobs/example-job.ts';

const succeeded = (stopReason: 'completed' | 'early-stopping' | 'budget' | 'kept-by-user') =>
  decideSuccess(publishingJob(), { id: 'mdl_01JD0000000000000000000000', stopReason }, at(90)).job;
const ENDS: [string, TrainingJobRecord][] = [
  ['ran to its end', succeeded('completed')],
  ['stopped early', succeeded('early-stopping')],
  ['landed on its budget', succeeded('budget')],
  ['was kept by its owner', succeeded('kept-by-user')],
  ['failed', decideFailure(runningJob(), failureOf('trainer-crashed', 'It ended.'), at(90)).job],
  ['was cancelled', decideCancelled(runningJob(), at(90)).job],
];

describe('the journey', () => {
  test.each(ENDS)('waits for the notification of a job that %s', (_, job) => {
    expect(endKindOf(job)).toBe(endOutcome(job)?.kind);
  });

  test('waits for nothing while a job is under way', () => {
    expect(() => endKindOf(runningJob())).toThrow('has not ended');
  });
});
