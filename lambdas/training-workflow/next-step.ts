/** Where a job stands decides the step; an execution that starts twice, late or again goes on from there. */
import { ProblemError } from '../../contracts/problems.ts';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import type { JobStore } from '../training-jobs/job-store.ts';
import type { Step, StepInput, StepOutcome } from './steps.ts';

export const go = (next: StepOutcome['next'], waitSeconds = 0): StepOutcome => ({
  next,
  // An hour is the most a step may ask for; a fraction would not be waited for.
  waitSeconds: Math.min(3600, Math.max(0, Math.ceil(waitSeconds))),
});

/** The step that a job in this state needs next. */
export function stepFor(job: TrainingJobRecord): StepOutcome {
  switch (job.status) {
    case 'queued':
      return go('prepare-run');
    case 'submitting':
      return go('submit-run');
    case 'running':
      return go('observe-run');
    case 'publishing':
      return go('publish-model');
    default:
      return go(job.cleanedUpAt ? 'done' : 'settle-costs');
  }
}

/**
 * Runs a step on the job as it is now. Where somebody else moved the job in between, the same step looks again
 * a second later: its decisions then stand on what is true.
 */
export async function onFreshJob(
  jobs: JobStore,
  input: StepInput,
  step: Step,
  work: (job: TrainingJobRecord) => Promise<StepOutcome>,
): Promise<StepOutcome> {
  const job = await jobs.get(input.owner, input.jobId);
  // Jobs are never deleted: an execution without one was started by a hand that mistyped.
  if (!job) throw new Error('There is no such job.');
  try {
    return await work(job);
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'job-changed') return go(step, 1);
    throw error;
  }
}
