/**
 * When a run is looked at again: seldom while it says that all is well, soon where something is about to happen, and
 * at the very moment at which its cap would stop it. A look is three state transitions and so costs $0.000075.
 */
import { mustLand } from '../costs/landing.ts';
import type { LiveJob } from '../training-jobs/training-job.ts';
import { type Seen, stopsForCapAt, UNHEARD_MS } from './run-verdict.ts';
import type { PollSeconds } from './steps.ts';

/**
 * Whether the next `seconds` hold nothing that a look could be late for: the cluster says that it runs, its trainer
 * was heard lately and has longer than that to train, nothing was asked of it, and its cap does not land it. What is
 * left is a run that dies: it is found `seconds` later at most, and nobody pays for it meanwhile.
 */
function isSteady(job: LiveJob, seen: Seen, seconds: number, now: Date): boolean {
  const { look, phase, heardAt, secondsLeft } = seen;
  if (look.state !== 'running' || phase !== 'training') return false;
  if (heardAt === undefined || secondsLeft === undefined) return false;
  if (job.cancelRequestedAt || job.completion?.attempt === job.attempt) return false;
  const heardFor = now.getTime() - Date.parse(heardAt);
  if (heardFor > UNHEARD_MS || secondsLeft * 1000 - heardFor <= seconds * 1000) return false;
  return !mustLand(job, new Date(now.getTime() + seconds * 1000));
}

/** Seconds to the next look at a run that goes on. Who watches sees its end as soon as ever. */
export function secondsToNextLook(
  job: LiveJob,
  seen: Seen,
  { pollSeconds, isWatched }: { pollSeconds: PollSeconds; isWatched: boolean },
  now: Date,
): number {
  if (job.status !== 'running') return pollSeconds.starting;
  const { running, steady = running } = pollSeconds;
  const pace = !isWatched && isSteady(job, seen, steady, now) ? steady : running;
  const untilCap = Math.ceil((stopsForCapAt(job, seen, now) - now.getTime()) / 1000);
  return Math.min(pace, Math.max(1, untilCap));
}
