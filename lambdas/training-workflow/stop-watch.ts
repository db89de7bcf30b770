/** A run that must end is asked at every look until it has; where that frees no GPU, an operator is told (I9). */
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import type { TelemetryStore } from '../metrics/telemetry-store.ts';
import type { JobStore } from '../training-jobs/job-store.ts';
import { attemptNumber, revised } from '../training-jobs/training-job.ts';
import type { RayCluster } from './ray-cluster.ts';

/**
 * From the first stop that a cluster within reach was sent. Ray signals, and kills within a minute at most (submit-run.ts), so five
 * minutes are ten looks: what still runs then does not end by itself.
 */
const STOP_LIMIT_MS = 5 * 60_000;
/** What the log says of it at every look from then on; an alarm counts it (lib/workflow-stack.ts). */
export const STOP_OVERDUE = 'A stop does not free the GPU';

export interface OverdueStop {
  owner: string;
  jobId: string;
  submissionId: string;
  askedAt: string;
}

export interface StopWatch {
  jobs: JobStore;
  telemetry: Pick<TelemetryStore, 'tell'>;
  cluster: Pick<RayCluster, 'stop'>;
  overdue: (stop: OverdueStop) => void;
}

const change = (job: TrainingJobRecord, stopsAskedAt: TrainingJobRecord['stopsAskedAt'], now: Date) => ({
  job: revised(job, { stopsAskedAt }, now),
  events: [],
  outcomes: [],
});

/**
 * Asks once more. The first time is kept, and the job is then a revision on. Each run has five minutes of its own:
 * clean-up may still ask an earlier attempt when it first asks the last one.
 */
export async function askToStop(
  { jobs, telemetry, cluster, overdue }: StopWatch,
  job: TrainingJobRecord,
  submissionId: string,
  now: Date,
): Promise<TrainingJobRecord> {
  await cluster.stop(submissionId);
  const askedAt = job.stopsAskedAt?.[submissionId];
  if (askedAt === undefined) {
    const asked = change(job, { ...job.stopsAskedAt, [submissionId]: now.toISOString() }, now);
    await jobs.replace(asked, now);
    return asked.job;
  }
  const limit = Date.parse(askedAt) + STOP_LIMIT_MS;
  if (now.getTime() < limit) return job;
  overdue({ owner: job.owner, jobId: job.id, submissionId, askedAt });
  const run = job.attempts.find((one) => one.submissionId === submissionId);
  const attempt = run?.attempt ?? attemptNumber(job);
  // Dated at the limit, so that every further look tells the same event again; a row is named by its time, and two
  // runs may have been asked in one look, so each attempt has a millisecond of its own.
  const event = {
    key: `stop-overdue#${submissionId}#${askedAt}`,
    kind: 'finding' as const,
    attempt,
    title: 'It was asked to stop five minutes ago and still runs',
    detail: 'It is asked again and again, and an operator has been told.',
  };
  await telemetry.tell(job.owner, job.id, event, new Date(limit + attempt));
  return job;
}

/** The cluster is out of reach: the five minutes begin when it is back. */
export async function forgetAsking(
  jobs: JobStore,
  job: TrainingJobRecord,
  now: Date,
): Promise<TrainingJobRecord> {
  if (job.stopsAskedAt === undefined) return job;
  const forgotten = change(job, undefined, now);
  await jobs.replace(forgotten, now);
  return forgotten.job;
}

/** The cluster says that this run has ended: should it be seen again, its five minutes begin anew. */
export async function forgetEnded(
  jobs: JobStore,
  job: TrainingJobRecord,
  submissionId: string,
  now: Date,
): Promise<TrainingJobRecord> {
  const { [submissionId]: ended, ...others } = job.stopsAskedAt ?? {};
  if (ended === undefined) return job;
  const forgotten = change(job, others, now);
  await jobs.replace(forgotten, now);
  return forgotten.job;
}
