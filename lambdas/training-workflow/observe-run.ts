/** One look at a run: what it has cost is written, and what the look means is done. */
import type { LiveRecord } from '../../contracts/live-record.ts';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import type { EventToWrite } from '../metrics/job-events.ts';
import type { TelemetryStore } from '../metrics/telemetry-store.ts';
import { between, decideAttempt, decidePublishing, decideRunning } from '../training-jobs/attempts.ts';
import { decideBilling, isBillingDue } from '../training-jobs/billing.ts';
import { diagnosed } from '../training-jobs/diagnosed-failure.ts';
import { decideCancelled, decideFailure } from '../training-jobs/job-ends.ts';
import type { JobMoney } from '../training-jobs/job-money.ts';
import type { JobStore } from '../training-jobs/job-store.ts';
import { isLive, type JobChange, type LiveJob, submissionId } from '../training-jobs/training-job.ts';
import { markReachable, markUnreachable } from './cluster-silence.ts';
import type { ModelFiles } from './model-files.ts';
import { secondsToNextLook } from './next-look.ts';
import { go, onFreshJob, stepFor } from './next-step.ts';
import type { RayCluster, RunLook } from './ray-cluster.ts';
import { isGathering, ranFrom, type Seen, type Verdict, verdictOnRun } from './run-verdict.ts';
import type { StepInput, StepOutcome } from './steps.ts';
import { askToStop, type StopWatch } from './stop-watch.ts';

export interface ObserveRun {
  jobs: JobStore;
  money: JobMoney;
  telemetry: TelemetryStore;
  files: ModelFiles;
  cluster: RayCluster;
  overdue: StopWatch['overdue'];
}

const lastLine = (log: string | undefined): string | undefined =>
  log
    ?.split('\n')
    .findLast((line) => line.trim() !== '')
    ?.trim()
    .slice(0, 500);

/** The bucket is only asked where the answer can matter: an attempt that is over, or a cluster that is silent. */
async function hasManifest(job: LiveJob, look: RunLook, files: ModelFiles): Promise<boolean> {
  if (job.completion?.attempt === job.attempt && job.completion.outcome === 'published') return true;
  if (look.state === 'running' || look.state === 'pending') return false;
  const run = { owner: job.owner, jobId: job.id, attempt: job.attempt };
  return (await files.manifestVersion(run)) !== undefined;
}

async function seen(
  job: LiveJob,
  look: RunLook,
  parts: ObserveRun,
  live: LiveRecord | undefined,
): Promise<Seen> {
  const own = live?.attempt === job.attempt ? live : undefined;
  return {
    look,
    hasManifest: await hasManifest(job, look, parts.files),
    heardAt: own?.progress.reportedAt,
    phase: own?.progress.phase,
    secondsLeft: own?.progress.secondsLeft,
    logLine: lastLine(own?.logTail),
    logTail: own?.logTail,
  };
}

/** Dated by the hand-over, so that every further look tells the same event again. */
async function tellGathering(job: LiveJob, telemetry: TelemetryStore, now: Date): Promise<void> {
  const submittedAt = job.attempts.at(-1)?.submittedAt ?? now.toISOString();
  const event: EventToWrite = {
    key: `waits-for-machines#${job.attempt}`,
    kind: 'finding',
    attempt: job.attempt,
    title: `One of ${job.machines} machines is there: it starts, and costs, when the others are free`,
  };
  await telemetry.tell(job.owner, job.id, event, new Date(Date.parse(submittedAt) + 2));
}

/** Up to when the attempt has surely run. */
function paidUntil(job: LiveJob, what: Seen, verdict: Verdict, now: Date): string | undefined {
  if ('end' in verdict) return verdict.end.at;
  if (verdict.kind === 'publish') return verdict.endedAt;
  // A trainer that has said its last word costs nothing after it, whatever the cluster still says.
  const said = job.completion?.attempt === job.attempt ? job.completion.at : undefined;
  const until =
    said ??
    (what.look.state === 'unreachable'
      ? what.heardAt
      : isBillingDue(job, now)
        ? now.toISOString()
        : undefined);
  // While nobody answers, an interval is written when it is worth a record, as otherwise.
  return until && isBillingDue(job, new Date(until)) ? until : undefined;
}

export async function observeRun(parts: ObserveRun, input: StepInput, now: Date): Promise<StepOutcome> {
  const { jobs, cluster } = parts;
  return onFreshJob(jobs, input, 'observe-run', async (found) => {
    if (found.status !== 'submitting' && found.status !== 'running') return stepFor(found);
    let job: LiveJob = found;
    const id = submissionId(job.id, job.attempt);
    const [look, { live, watchedUntil }] = await Promise.all([
      cluster.look(id),
      parts.telemetry.liveAndWatch(job.owner, job.id, now),
    ]);
    job =
      look.state === 'unreachable'
        ? await markUnreachable(jobs, job, look.reason, now)
        : await markReachable(jobs, job, now);

    // Seen running, or known to have run although it was over before anybody looked.
    const waits = isGathering(job);
    const startedAt = look.state === 'running' && !waits ? (ranFrom(job) ?? now.toISOString()) : ranFrom(job);
    if (look.state === 'running' && waits) await tellGathering(job, parts.telemetry, now);
    if (job.status === 'submitting' && startedAt !== undefined) {
      const submittedAt = job.attempts.at(-1)?.submittedAt ?? job.createdAt;
      const change = decideRunning(job, between(new Date(startedAt), submittedAt, now), now);
      await jobs.replace(change, now);
      job = asLive(change.job);
    }

    const what = await seen(job, look, parts, live);
    const verdict = verdictOnRun(job, what, now);
    const until = paidUntil(job, what, verdict, now);
    const billing = until && decideBilling(job, until, now);
    if (billing) {
      await parts.money.bill(job, billing, now);
      job = asLive(billing.job);
    }
    const pace = { pollSeconds: input.pollSeconds, isWatched: watchedUntil > now.getTime() };
    const nextLook = secondsToNextLook(job, what, pace, now);
    return act(parts, input, job, { verdict, what, nextLook }, now);
  });
}

async function act(
  parts: ObserveRun,
  { pollSeconds }: StepInput,
  job: LiveJob,
  { verdict, what, nextLook: waitSeconds }: { verdict: Verdict; what: Seen; nextLook: number },
  now: Date,
): Promise<StepOutcome> {
  const settled = async (change: JobChange) => {
    await parts.jobs.replace(change, now);
    return stepFor(change.job);
  };
  switch (verdict.kind) {
    case 'wait':
      return go('observe-run', waitSeconds);
    case 'stop':
      // Asked again at every look until one says that it has ended (I9).
      await askToStop(parts, job, submissionId(job.id, job.attempt), now);
      return go('observe-run', pollSeconds.starting);
    case 'publish': {
      const startedAt = ranFrom(job) ?? verdict.endedAt;
      return settled(decidePublishing(job, startedAt, verdict.endedAt, now));
    }
    case 'try-again':
      return settled(decideAttempt(job, now, verdict.end));
    case 'fail': {
      const { message: exitMessage, lastLog } = what.look.state === 'ended' ? what.look : {};
      const logTail = [what.logTail, lastLog].filter(Boolean).join('\n');
      const failure = diagnosed(job, verdict.failure, { logTail, exitMessage });
      return settled(decideFailure(job, failure, now, verdict.end));
    }
    case 'cancel':
      return settled(decideCancelled(job, now, verdict.end));
  }
}

function asLive(job: TrainingJobRecord): LiveJob {
  if (!isLive(job)) throw new Error(`A job that was just live is ${job.status}.`);
  return job;
}
