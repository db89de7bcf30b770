/** Sees to it that the live attempt is known to the cluster, exactly once (I1): look first, ask, look after any doubt. */
import type { FurtherMachines } from '../../contracts/run-spec.ts';
import type { CatalogGpuType } from '../catalog/gpu-types.ts';
import type { StageCatalog } from '../catalog/stage-catalog.ts';
import type { EventToWrite } from '../metrics/job-events.ts';
import type { TelemetryStore } from '../metrics/telemetry-store.ts';
import { decideCancelled, decideFailure } from '../training-jobs/job-ends.ts';
import type { JobStore } from '../training-jobs/job-store.ts';
import { failureOf, type LiveJob, submissionId } from '../training-jobs/training-job.ts';
import { markReachable, markUnreachable } from './cluster-silence.ts';
import { go, onFreshJob, stepFor } from './next-step.ts';
import type { ClusterResources, RayCluster, RunToSubmit } from './ray-cluster.ts';
import { isGivenUp, UNREACHABLE_LIMIT_MS } from './run-verdict.ts';
import type { StepInput, StepOutcome } from './steps.ts';
import { askToStop, type StopWatch } from './stop-watch.ts';

export interface SubmitRun {
  jobs: JobStore;
  telemetry: Pick<TelemetryStore, 'tell'>;
  cluster: RayCluster;
  overdue: StopWatch['overdue'];
  catalog: StageCatalog;
  /** Including `/v1`. */
  runsApiUrl: string;
  bootstrapToken: (run: { owner: string; jobId: string; attempt: number }) => Promise<string>;
}

/** A job waits this long for room: over a weekend's queue, under what anybody would wait for. */
const ROOM_LIMIT_MS = 24 * 3_600_000;

/**
 * Whether there is room now. A cluster whose nodes never had as much may still grow them, and one that does not say
 * what it has is simply asked: both are left to Ray, which gives up after 15 minutes.
 */
export function hasRoom(
  resources: ClusterResources | undefined,
  needed: { numCpus: number; numGpus: number },
): boolean {
  if (!resources) return true;
  const { cpus, gpus } = resources;
  if (cpus.total < needed.numCpus || gpus.total < needed.numGpus) return true;
  return cpus.total - cpus.used >= needed.numCpus && gpus.total - gpus.used >= needed.numGpus;
}

const waitsForRoom = (attempt: number): EventToWrite => ({
  key: `waits-for-room#${attempt}`,
  kind: 'finding',
  attempt,
  title: 'The cluster is full: it starts as soon as there is room',
});

const shareOf = ({ ray }: CatalogGpuType, gpus: number): RunToSubmit['resources'] => ({
  numCpus: ray.numCpus * gpus,
  numGpus: ray.numGpus * gpus,
  memoryBytes: ray.memoryBytes * gpus,
});

/** As much of each as of the first, by Ray's names (trainer: company/machines.py). */
const furtherMachines = (further: number, each: RunToSubmit['resources']): FurtherMachines => ({
  further,
  each: { CPU: each.numCpus, GPU: each.numGpus, memory: each.memoryBytes },
});

/**
 * Between SIGTERM and SIGKILL of a stopped run. It is read where the run is, on a worker (Ray 2.60, job_supervisor.py),
 * whose own environment may say nothing: then it would be 3 s. A run on a GPU has a minute: the checkpoint under way and
 * that of its last step are 0.67 GB each for rank 16 on an 8B (16 bytes a parameter), at 50 MB/s 27 s for both. What ends
 * sooner is not waited for. Beyond a cap the platform pays for it.
 */
export const stopSeconds = ({ numGpus }: { numGpus: number }): number => (numGpus > 0 ? 60 : 15);

async function runToSubmit(job: LiveJob, { catalog, ...parts }: SubmitRun): Promise<RunToSubmit> {
  const { machines = 1, gpuCount } = job;
  const each = shareOf(catalog.gpuType(job.gpuType), gpuCount / machines);
  const run = { owner: job.owner, jobId: job.id, attempt: job.attempt };
  return {
    submissionId: submissionId(job.id, job.attempt),
    environment: {
      BRIGHTRUN_API_URL: parts.runsApiUrl,
      BRIGHTRUN_BOOTSTRAP_TOKEN: await parts.bootstrapToken(run),
      ...(machines === 1 ? {} : { BRIGHTRUN_MACHINES: JSON.stringify(furtherMachines(machines - 1, each)) }),
      RAY_JOB_STOP_WAIT_TIME_S: String(stopSeconds({ numGpus: each.numGpus })),
    },
    // Of the machine that it is started on: Ray starts a job on one. The trainer asks for the others.
    resources: each,
    metadata: { job: job.id, attempt: String(job.attempt) },
  };
}

/** True when nothing of the attempts before this one is on the cluster any more. */
async function isAlone(job: LiveJob, parts: SubmitRun, now: Date): Promise<boolean> {
  const { cluster } = parts;
  for (const { attempt, submissionId: earlier, startedAt } of job.attempts) {
    if (attempt >= job.attempt) continue;
    const look = await cluster.look(earlier);
    if (look.state === 'absent') continue;
    if (look.state === 'unreachable') return false;
    if (look.state === 'ended') {
      // What has run is over, and its log waits there for clean-up. What never started may still wake and hold
      // a GPU (facts.md §3): it is told to stop, and its record goes.
      if (startedAt !== undefined) continue;
      await cluster.stop(earlier);
      if (await cluster.forget(earlier)) continue;
      return false;
    }
    await askToStop(parts, job, earlier, now);
    return false;
  }
  return true;
}

export async function submitRun(parts: SubmitRun, input: StepInput, now: Date): Promise<StepOutcome> {
  const { jobs, cluster } = parts;
  const again = go('submit-run', input.pollSeconds.starting);
  return onFreshJob(jobs, input, 'submit-run', async (found) => {
    if (found.status !== 'submitting') return stepFor(found);
    let job = found;
    const fail = async (
      code: 'cluster-refused' | 'cluster-unreachable' | 'start-timeout',
      detail: string,
    ) => {
      await jobs.replace(decideFailure(job, failureOf(code, detail), now), now);
      return go('settle-costs');
    };
    const cancel = async () => {
      await jobs.replace(decideCancelled(job, now), now);
      return go('settle-costs');
    };
    const wasClaimed = job.claims.some((claim) => claim.attempt === job.attempt);
    const look = await cluster.look(submissionId(job.id, job.attempt));
    if (look.state === 'unreachable') {
      if (isGivenUp(job, now) && !wasClaimed) return cancel();
      if (look.refused) return fail('cluster-refused', 'An operator has to renew the key of the cluster.');
      job = await markUnreachable(jobs, job, look.reason, now);
      const since = Date.parse(job.unreachableSince ?? now.toISOString());
      if (now.getTime() - since >= UNREACHABLE_LIMIT_MS) {
        return fail(
          'cluster-unreachable',
          `It has not answered since ${job.unreachableSince}: ${look.reason}.`,
        );
      }
      return again;
    }
    job = await markReachable(jobs, job, now);
    // Known there, or claimed and lost again: both are for `observe-run` to see.
    if (look.state !== 'absent' || wasClaimed) return go('observe-run', input.pollSeconds.starting);
    if (isGivenUp(job, now)) return cancel();
    if (!(await isAlone(job, parts, now))) return again;

    const submittedAt = Date.parse(job.attempts.at(-1)?.submittedAt ?? job.createdAt);
    if (now.getTime() - submittedAt >= ROOM_LIMIT_MS) {
      return fail('start-timeout', 'It could not be handed to the cluster since yesterday.');
    }
    const run = await runToSubmit(job, parts);
    // For all of its machines: a first one that waits for the others would be held for nothing.
    if (!hasRoom(await cluster.resources(), shareOf(parts.catalog.gpuType(job.gpuType), job.gpuCount))) {
      // Dated right behind the hand-over, so that every further look tells the same event again.
      await parts.telemetry.tell(job.owner, job.id, waitsForRoom(job.attempt), new Date(submittedAt + 1));
      return again;
    }
    const submission = await cluster.submit(run);
    if (submission.state === 'accepted') return go('observe-run', input.pollSeconds.starting);
    if (submission.state === 'rejected') {
      return fail('cluster-refused', `The cluster does not take the run: ${submission.reason}.`);
    }
    // In doubt: the look at the beginning of the next try says what became of it.
    return again;
  });
}
