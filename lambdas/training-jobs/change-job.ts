/** Reads, decides and writes until nobody else moved the job in between. */
import { ProblemError } from '../../contracts/problems.ts';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import type { JobStore } from './job-store.ts';
import type { JobChange } from './training-job.ts';

/** A job is moved by its workflow, its trainer and its owner: more than four of them at once do not meet. */
const TRIES = 5;

/**
 * The job after `decide`; a decision that changes nothing writes nothing. Throws `not-found`, what `decide` throws,
 * or `job-changed` when somebody else was quicker five times.
 */
export async function changeJob(
  jobs: JobStore,
  owner: string,
  jobId: string,
  decide: (job: TrainingJobRecord) => JobChange,
  now: Date,
): Promise<TrainingJobRecord> {
  for (let tries = 1; ; tries += 1) {
    const job = await jobs.get(owner, jobId);
    if (!job) throw new ProblemError('not-found');
    const change = decide(job);
    if (change.job === job) return job;
    try {
      await jobs.replace(change, now);
      return change.job;
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== 'job-changed' || tries >= TRIES) throw error;
    }
  }
}
