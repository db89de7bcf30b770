import { useQuery } from '@tanstack/react-query';
import { estimateCost } from '../../../../contracts/costs.ts';
import { getTrainingJob, listTrainingJobs, type TrainingJob } from '../../../../contracts/training-jobs.ts';
import { query } from '../../lib/api.ts';
import { choicesOf, estimateOfRest, type NextRun } from './next-run.ts';

/** What the next run would cost, from where it would begin; asked for anew when the dialog opens. */
export function useNextRunEstimate(job: TrainingJob, next: NextRun | undefined) {
  const answer = useQuery({
    ...query(
      estimateCost,
      { body: choicesOf(job, next?.change ?? {}) },
      { enabled: next !== undefined, freshMilliseconds: 60_000 },
    ),
    retry: false,
  });
  return {
    estimate: answer.data && next ? estimateOfRest(answer.data, next.fromStep) : undefined,
    error: answer.error,
    refetch: () => void answer.refetch(),
  };
}

/** How many of the newest jobs are looked through for those that go on from this one. */
const NEWEST = 100;

/** The jobs before and after: what this one goes on from or repeats, and what goes on from it. */
export function useLineage(job: TrainingJob, ended: boolean) {
  const beforeId = job.continuedFrom ?? job.retryOf;
  const before = useQuery({
    ...query(
      getTrainingJob,
      { path: { jobId: beforeId ?? '' } },
      { enabled: beforeId !== undefined, freshMilliseconds: 600_000 },
    ),
    retry: false,
  });
  const newest = useQuery({
    ...query(
      listTrainingJobs,
      { query: { status: 'all', limit: NEWEST } },
      { enabled: ended, freshMilliseconds: 30_000 },
    ),
    retry: false,
  });
  const after = newest.data?.items.find(
    ({ job: each }) => each.continuedFrom === job.id || each.retryOf === job.id,
  )?.job;
  return {
    before: beforeId === undefined ? undefined : { id: beforeId, name: before.data?.job.name },
    after: after && {
      id: after.id,
      name: after.name,
      isContinuation: after.continuedFrom === job.id,
    },
  };
}
