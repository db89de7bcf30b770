/** What one look at a run means. The cluster's word starts and stops an attempt; the manifest decides success. */
import type { FailureCode } from '../../contracts/failures.ts';
import { LIMITS } from '../../contracts/limits.ts';
import type { RunPhase } from '../../contracts/progress.ts';
import type { Failure } from '../../contracts/training-jobs.ts';
import { capEndsAt, mustLand } from '../costs/landing.ts';
import { secondsPaidBy } from '../costs/money.ts';
import { type AttemptEnd, between, mayTryAgain } from '../training-jobs/attempts.ts';
import { failureOf, firstStartedAt, type LiveJob, newestAttempt } from '../training-jobs/training-job.ts';
import type { RunLook } from './ray-cluster.ts';

const MINUTE = 60_000;
/** After an outage of this length a job fails with a clear reason; its checkpoints stay (fault 28). */
export const UNREACHABLE_LIMIT_MS = 60 * MINUTE;
/** A trainer that was heard within this time lives, whatever the cluster's own API does. */
const HEARD_RECENTLY_MS = 10 * MINUTE;
/** A process that says it has ended gets this long to end. */
const LINGER_MS = 2 * MINUTE;
/** Evaluating, exporting and uploading after *stop and keep*; then the cluster is asked to end it. */
const KEEP_GRACE_MS = 15 * MINUTE;
/** Ray itself gives up a pending run after 15 minutes; twice that is a run nobody will start. */
const START_LIMIT_MS = 30 * MINUTE;
/** A trainer without the API gives up after 15 minutes; silent for an hour, it hangs. */
const SILENT_LIMIT_MS = 60 * MINUTE;
/**
 * From the first word that asks it to stop until a run is gone, as a rule: it saves and ends. One on a GPU that saves for
 * longer has up to a minute (submit-run.ts), of which the platform pays what lies beyond the cap.
 */
const STOP_MS = 20_000;
/**
 * Beyond the cap, for a run that is landing already: its model would be lost for the last minutes. The platform pays
 * them, not the owner: a tenth of what the cap buys, at least a minute, at most ten (docs/decisions/0018).
 */
const LANDING_GRACE = { share: 0.1, leastSeconds: 60, mostSeconds: 600 };
/** A trainer that has not been heard for so long may be landing: it does that by itself when nobody answers. */
export const UNHEARD_MS = 2 * MINUTE;
const LANDING: readonly RunPhase[] = ['evaluating-tuned', 'exporting', 'publishing', 'ended'];

/** The same again would end the same: no other attempt is paid for. */
const FINAL_FAILURES: readonly FailureCode[] = [
  'dataset-checksum-mismatch',
  'dataset-unreadable',
  'base-model-not-found',
  'base-model-invalid',
  'chat-template-missing',
  'no-trainable-tokens',
  'out-of-memory',
  'loss-not-finite',
  'checkpoint-missing',
];

export interface Seen {
  look: RunLook;
  /** The attempt's manifest lies in the bucket; whether it is right is verified when it is published. */
  hasManifest: boolean;
  /** When the trainer of this attempt last reported, and what it was doing. */
  heardAt?: string | undefined;
  phase?: RunPhase | undefined;
  /** How long it had still to train by its own pace, when it was heard. */
  secondsLeft?: number | undefined;
  /** The newest line of its log. */
  logLine?: string | undefined;
  /** As much of its log as is kept; what it proves is read when the job has failed. */
  logTail?: string | undefined;
}

export type Verdict =
  | { kind: 'wait' }
  | { kind: 'stop' }
  | { kind: 'publish'; endedAt: string }
  | { kind: 'try-again'; end: AttemptEnd }
  | { kind: 'fail'; failure: Failure; end: AttemptEnd }
  | { kind: 'cancel'; end: AttemptEnd };

const claimOf = (job: LiveJob) => job.claims.find((claim) => claim.attempt === job.attempt);
const completionOf = (job: LiveJob) => (job.completion?.attempt === job.attempt ? job.completion : undefined);
const age = (time: string | undefined, now: Date): number =>
  time === undefined ? 0 : now.getTime() - Date.parse(time);

const latest = (one: string, other: string | undefined): string =>
  other !== undefined && other > one ? other : one;

/** When the attempt was first known to run: its start, or the moment it claimed itself. */
export const ranFrom = (job: LiveJob): string | undefined =>
  newestAttempt(job)?.startedAt ?? claimOf(job)?.at;

/**
 * Whether the first machine of several waits for the others: the run claims itself when it has them all, and costs from
 * then on (docs/decisions/0032).
 */
export const isGathering = (job: LiveJob): boolean =>
  job.machines !== undefined && ranFrom(job) === undefined;

/** A report takes seconds; a cluster that tells an end so long before one has a clock that is behind (fault 39). */
const CLOCK_TOLERANCE_MS = MINUTE;

/** When the attempt ended, as far as anybody can tell. */
function endOf(job: LiveJob, seen: Seen, now: Date): string {
  const submittedAt = newestAttempt(job)?.submittedAt ?? job.createdAt;
  // What is paid for has run, whatever clock tells otherwise.
  const from = latest(ranFrom(job) ?? submittedAt, job.billedTo);
  const said = completionOf(job)?.at ?? seen.heardAt;
  if (seen.look.state === 'ended') {
    const told = seen.look.endedAt;
    const isBehind = told && said && told.getTime() < Date.parse(said) - CLOCK_TOLERANCE_MS;
    return between(isBehind ? new Date(said) : told, from, now);
  }
  // Lost or out of reach: it is known to have run until it was last heard, and paid for until then.
  return between(said === undefined ? new Date(from) : new Date(said), from, now);
}

function isOverTime(job: LiveJob, now: Date): boolean {
  return age(firstStartedAt(job), now) >= LIMITS.jobDays * 24 * 60 * MINUTE;
}

function graceMs(job: LiveJob): number {
  const bought = secondsPaidBy(job.capUsdMicros, job.usdMicrosPerHour, job.gpuCount);
  const { share, leastSeconds, mostSeconds } = LANDING_GRACE;
  return Math.min(mostSeconds, Math.max(leastSeconds, bought * share)) * 1000;
}

/**
 * When the cluster is asked to end the run for its cap, in epoch milliseconds; Infinity where nothing is paid. In time
 * to be gone before the cap is spent, or after its grace where it is landing. The trainer lands long before either.
 */
export function stopsForCapAt(job: LiveJob, seen: Seen, now: Date): number {
  const ends = capEndsAt(job) ?? Number.POSITIVE_INFINITY;
  const heard = seen.heardAt ?? ranFrom(job);
  const isLanding = seen.phase !== undefined && LANDING.includes(seen.phase);
  const mayBeLanding = isLanding || age(heard, now) > UNHEARD_MS;
  return mayBeLanding ? ends + graceMs(job) : ends - STOP_MS;
}

const isOverCap = (job: LiveJob, seen: Seen, now: Date): boolean =>
  now.getTime() >= stopsForCapAt(job, seen, now);

/**
 * Whether a cancelled job that does not run yet is cancelled at once. With *keep the model* and a checkpoint of an
 * earlier attempt it is still started: the first answer to its trainer says stop, and it publishes from there.
 */
export function isGivenUp(job: LiveJob, now: Date): boolean {
  if (!job.cancelRequestedAt) return false;
  const mayKeep = job.keepModel === true && job.checkpoint !== undefined;
  return !mayKeep || age(job.cancelRequestedAt, now) > KEEP_GRACE_MS;
}

function onLive(job: LiveJob, seen: Seen, now: Date): Verdict {
  // One that has run does not wait for its start again: then the status flaps (fault 29), and it is held to run.
  const isPending = seen.look.state === 'pending' && ranFrom(job) === undefined;
  const completion = completionOf(job);
  if (job.cancelRequestedAt) {
    if (isPending) {
      // A pending run cannot be stopped anyway (facts.md §3).
      if (isGivenUp(job, now)) return { kind: 'cancel', end: { at: now.toISOString(), outcome: 'stopped' } };
      return { kind: 'wait' };
    }
    if (!job.keepModel || age(job.cancelRequestedAt, now) > KEEP_GRACE_MS) return { kind: 'stop' };
    // It holds a machine, and has nothing that could be kept.
    if (isGathering(job) && isGivenUp(job, now)) return { kind: 'stop' };
  }
  if (completion && age(completion.at, now) > LINGER_MS) {
    return seen.hasManifest ? { kind: 'publish', endedAt: endOf(job, seen, now) } : { kind: 'stop' };
  }
  if (isPending || isGathering(job)) {
    const hasWaited = age(newestAttempt(job)?.submittedAt, now) > START_LIMIT_MS;
    return hasWaited ? withoutManifest(job, seen, now) : { kind: 'wait' };
  }
  const heard = seen.heardAt ?? ranFrom(job);
  const isSilent = age(heard, now) > SILENT_LIMIT_MS;
  if (isOverTime(job, now) || isOverCap(job, seen, now) || isSilent) return { kind: 'stop' };
  return { kind: 'wait' };
}

/** The trainer's own word for it is its exit status (trainer: main.py, EXIT_NO_MACHINES), which Ray puts into its sentence. */
const NO_MACHINES = /exit code 75\b/;
const NO_MACHINES_REASON = 'Not all of its machines became free in time.';

function reasonOf(seen: Seen): string {
  const { look } = seen;
  if (look.state === 'ended' && NO_MACHINES.test(look.message)) return NO_MACHINES_REASON;
  if (look.state === 'absent') return 'The cluster no longer knows the run.';
  if (look.state === 'pending') return 'The cluster did not start it in time.';
  if (look.state !== 'ended') return 'The cluster does not answer.';
  return look.message || `The cluster says that it ${look.how}.`;
}

/** The failure when no further attempt is made. */
function lastFailure(job: LiveJob, seen: Seen): Failure {
  const said = completionOf(job)?.failure;
  if (said) return said;
  const reason = reasonOf(seen);
  if (!claimOf(job)) {
    const isTimeout =
      seen.look.state === 'pending' ||
      reason === NO_MACHINES_REASON ||
      /start.?timeout|timed out/i.test(reason);
    return failureOf(isTimeout ? 'start-timeout' : 'trainer-crashed', reason, seen.logLine);
  }
  return failureOf('attempts-spent', `Attempt ${job.attempt} was the last one. ${reason}`, seen.logLine);
}

/** The attempt is over and left nothing that could be published. */
function withoutManifest(job: LiveJob, seen: Seen, now: Date): Verdict {
  const { look } = seen;
  const outcome = look.state === 'ended' ? (look.how === 'stopped' ? 'stopped' : 'failed') : 'lost';
  const end: AttemptEnd = { at: endOf(job, seen, now), outcome, reason: reasonOf(seen) };
  if (job.cancelRequestedAt) return { kind: 'cancel', end: { ...end, outcome: 'stopped' } };
  const said = completionOf(job)?.failure;
  if (said && FINAL_FAILURES.includes(said.code)) return { kind: 'fail', failure: said, end };
  if (isOverTime(job, now)) {
    const detail = `It has been running since ${firstStartedAt(job)}.`;
    return { kind: 'fail', failure: failureOf('time-limit', detail, seen.logLine), end };
  }
  if (ranFrom(job) !== undefined && mustLand(job, new Date(end.at))) {
    const detail =
      'Nothing that could be published was there yet. A new job with a higher cap can be started.';
    return { kind: 'fail', failure: failureOf('cap-reached', detail, seen.logLine), end };
  }
  if (mayTryAgain(job)) return { kind: 'try-again', end };
  return { kind: 'fail', failure: lastFailure(job, seen), end };
}

function onSilence(job: LiveJob, seen: Seen & { look: { state: 'unreachable' } }, now: Date): Verdict {
  const publish: Verdict = { kind: 'publish', endedAt: endOf(job, seen, now) };
  if (seen.hasManifest && completionOf(job)?.outcome === 'published') return publish;
  const isHeard = seen.heardAt !== undefined && age(seen.heardAt, now) < HEARD_RECENTLY_MS;
  if (isHeard || age(job.unreachableSince, now) < UNREACHABLE_LIMIT_MS) return { kind: 'wait' };
  if (seen.hasManifest) return publish;
  const end: AttemptEnd = { at: endOf(job, seen, now), outcome: 'lost', reason: seen.look.reason };
  if (job.cancelRequestedAt) return { kind: 'cancel', end };
  const code = seen.look.refused ? 'cluster-refused' : 'cluster-unreachable';
  const detail = `It has not answered since ${job.unreachableSince}: ${seen.look.reason}. A new job can be started once it does.`;
  return { kind: 'fail', failure: failureOf(code, detail, seen.logLine), end };
}

/**
 * Whether the cluster calls a run failed whose trainer goes on reporting: a start that it gave up and that woke later
 * holds a GPU (fault 33), so it is stopped, and no other attempt begins while it is heard (I1). Four reports that
 * stay away mean that it is gone.
 */
function livesOn(job: LiveJob, { look, heardAt, hasManifest }: Seen, now: Date): boolean {
  if (look.state !== 'ended' || look.how !== 'failed' || hasManifest) return false;
  if (!look.endedAt || heardAt === undefined || completionOf(job)) return false;
  const isAfter = Date.parse(heardAt) > look.endedAt.getTime() + CLOCK_TOLERANCE_MS;
  return isAfter && age(heardAt, now) < LINGER_MS;
}

/** What to do after one look. Pure: the same look at the same time means the same. */
export function verdictOnRun(job: LiveJob, seen: Seen, now: Date): Verdict {
  const { look } = seen;
  switch (look.state) {
    case 'unreachable':
      return onSilence(job, { ...seen, look }, now);
    case 'pending':
    case 'running':
      return onLive(job, seen, now);
    case 'ended':
    case 'absent':
      if (livesOn(job, seen, now)) return { kind: 'stop' };
      // Also where the cluster says FAILED (fault 31), and where a cancellation came after the model was whole.
      if (seen.hasManifest) return { kind: 'publish', endedAt: endOf(job, seen, now) };
      return withoutManifest(job, seen, now);
  }
}
