/** Since when the cluster has not answered: told once when it begins, and once when it ends. */
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import type { JobStore } from '../training-jobs/job-store.ts';
import { attemptNumber, type JobChange, revised } from '../training-jobs/training-job.ts';

function decideUnreachable(job: TrainingJobRecord, reason: string, now: Date): JobChange | undefined {
  if (job.unreachableSince) return undefined;
  const at = now.toISOString();
  return {
    // A stop has its five minutes from when the cluster is back (stop-watch.ts).
    job: revised(job, { unreachableSince: at, stopsAskedAt: undefined }, now),
    events: [
      {
        key: `cluster-unreachable#${at}`,
        kind: 'cluster-unreachable',
        attempt: attemptNumber(job),
        title: 'The cluster does not answer',
        detail: `Nothing is lost; the run may well go on. What was seen: ${reason}.`,
      },
    ],
    outcomes: [],
  };
}

function decideReachable(job: TrainingJobRecord, now: Date): JobChange | undefined {
  if (!job.unreachableSince) return undefined;
  return {
    job: revised(job, { unreachableSince: undefined }, now),
    events: [
      {
        key: `cluster-reachable#${job.unreachableSince}`,
        kind: 'cluster-reachable',
        attempt: attemptNumber(job),
        title: 'The cluster answers again',
        detail: `It had not answered since ${job.unreachableSince}.`,
      },
    ],
    outcomes: [],
  };
}

async function written<Job extends TrainingJobRecord>(
  jobs: JobStore,
  job: Job,
  change: JobChange | undefined,
  now: Date,
): Promise<Job> {
  if (!change) return job;
  await jobs.replace(change, now);
  // Neither decision moves the job to another state.
  return change.job as Job;
}

export const markUnreachable = <Job extends TrainingJobRecord>(
  jobs: JobStore,
  job: Job,
  reason: string,
  now: Date,
): Promise<Job> => written(jobs, job, decideUnreachable(job, reason, now), now);

export const markReachable = <Job extends TrainingJobRecord>(
  jobs: JobStore,
  job: Job,
  now: Date,
): Promise<Job> => written(jobs, job, decideReachable(job, now), now);
