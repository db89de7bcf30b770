/** Tells the end of a job once, after its money is settled: the message names what it cost. */
import { isTerminal } from '../../contracts/training-jobs.ts';
import { decideAnnouncement } from '../training-jobs/job-ends.ts';
import type { JobStore } from '../training-jobs/job-store.ts';
import { go, onFreshJob, stepFor } from './next-step.ts';
import type { StepInput, StepOutcome } from './steps.ts';

export async function announceOutcome(
  { jobs }: { jobs: JobStore },
  input: StepInput,
  now: Date,
): Promise<StepOutcome> {
  return onFreshJob(jobs, input, 'announce-outcome', async (job) => {
    if (!isTerminal(job.status)) return stepFor(job);
    const change = decideAnnouncement(job, now);
    if (change.job !== job) await jobs.replace(change, now);
    return go('clean-up');
  });
}
