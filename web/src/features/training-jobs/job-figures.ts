import type { AttemptPoint, JobEvent, JobLive } from '../../../../contracts/metrics.ts';
import type { Progress } from '../../../../contracts/progress.ts';
import type { TrainingJob, TrainingJobStatus } from '../../../../contracts/training-jobs.ts';
import { isTerminal } from '../../../../contracts/training-jobs.ts';

/** So many newest points say how steady the pace is. */
const PACE_POINTS = 60;
/** A pace that was perfectly steady can still change: nobody is told an end more precisely than this share. */
const LEAST_SPREAD = 0.04;

/** How much faster and slower than its middle the newest pace was: factors on the time left (80 % of the points). */
export function paceSpread(points: readonly AttemptPoint[]): { fast: number; slow: number } {
  const speeds = points
    .slice(-PACE_POINTS)
    .flatMap((point) => (point.tokensPerSecond ? [point.tokensPerSecond] : []))
    .sort((a, b) => a - b);
  const at = (share: number) => speeds[Math.round(share * (speeds.length - 1))] ?? 0;
  const middle = at(0.5);
  if (speeds.length < 5 || middle === 0) return { fast: 0.85, slow: 1.25 };
  return {
    fast: Math.min(1 - LEAST_SPREAD, middle / at(0.9)),
    slow: Math.max(1 + LEAST_SPREAD, middle / at(0.1)),
  };
}

export interface End {
  expected: Date;
  earliest: Date;
  latest: Date;
  secondsLeft: number;
}

/** When a run will end by its own pace, counted from its last report; undefined until it has a pace. */
export function endOf(
  progress: Progress | null,
  points: readonly AttemptPoint[],
  now: Date,
): End | undefined {
  if (progress?.secondsLeft === undefined) return undefined;
  const reported = new Date(progress.reportedAt).getTime();
  const { fast, slow } = paceSpread(points);
  const after = (seconds: number) => new Date(Math.max(now.getTime(), reported + seconds * 1000));
  const expected = after(progress.secondsLeft);
  return {
    expected,
    earliest: after(progress.secondsLeft * fast),
    latest: after(progress.secondsLeft * slow),
    secondsLeft: Math.max(0, (expected.getTime() - now.getTime()) / 1000),
  };
}

/** What a job will have cost at its end: what it has, and the time left at its price; never above its cap. */
export function costAtEnd(
  job: Pick<TrainingJob, 'usdMicrosPerHour' | 'gpuCount' | 'capUsdMicros'>,
  spentUsdMicros: number,
  secondsLeft: number | undefined,
): number | undefined {
  if (secondsLeft === undefined) return undefined;
  const rest = (secondsLeft / 3600) * job.usdMicrosPerHour * job.gpuCount;
  return Math.max(spentUsdMicros, Math.min(job.capUsdMicros, Math.round(spentUsdMicros + rest)));
}

/** Seconds that were paid for: from each attempt's start to its end, or until now. */
export function billedSeconds(job: Pick<TrainingJob, 'attempts'>, now: Date): number {
  return job.attempts.reduce((sum, attempt) => {
    if (!attempt.startedAt) return sum;
    const end = attempt.endedAt ? Date.parse(attempt.endedAt) : now.getTime();
    return sum + Math.max(0, (end - Date.parse(attempt.startedAt)) / 1000);
  }, 0);
}

export interface StatusStep {
  name: string;
  state: 'done' | 'now' | 'to-come' | 'failed' | 'stopped';
  at?: string;
}

const ORDER = ['queued', 'submitting', 'running', 'publishing', 'succeeded'] as const;
const NAMES: Record<(typeof ORDER)[number], string> = {
  queued: 'Queued',
  submitting: 'Submitting',
  running: 'Running',
  publishing: 'Publishing',
  succeeded: 'Succeeded',
};

/** The way of a job, with the times that are known. A job that failed or was cancelled ends where it was. */
export function statusSteps(job: TrainingJob, status: TrainingJobStatus): StatusStep[] {
  const first = job.attempts[0];
  const times: Partial<Record<(typeof ORDER)[number], string | undefined>> = {
    queued: job.createdAt,
    submitting: first?.submittedAt,
    running: 'startedAt' in job ? job.startedAt : first?.startedAt,
    succeeded: job.status === 'succeeded' ? job.endedAt : undefined,
  };
  const step = (name: (typeof ORDER)[number], state: StatusStep['state']): StatusStep => ({
    name: NAMES[name],
    state,
    ...(times[name] && state !== 'to-come' ? { at: times[name] } : {}),
  });
  if (status === 'failed' || status === 'cancelled') {
    const reached = ORDER.filter((name) => name !== 'succeeded' && times[name] !== undefined);
    return [
      ...reached.map((name) => step(name, 'done')),
      {
        name: status === 'failed' ? 'Failed' : 'Cancelled',
        state: status === 'failed' ? 'failed' : 'stopped',
        ...('endedAt' in job ? { at: job.endedAt } : {}),
      },
    ];
  }
  const index = ORDER.indexOf(status);
  return ORDER.map((name, place) =>
    step(name, place < index || status === 'succeeded' ? 'done' : place === index ? 'now' : 'to-come'),
  );
}

/** Known events and newer ones, newest first, each once. */
export function mergeEvents(known: readonly JobEvent[], newer: readonly JobEvent[]): JobEvent[] {
  const bySequence = new Map([...known, ...newer].map((event) => [event.sequence, event]));
  return [...bySequence.values()].sort((a, b) => b.sequence - a.sequence);
}

/** Since when the cluster has not answered, by the events; undefined while it does. */
export function unreachableSince(events: readonly JobEvent[]): string | undefined {
  const last = events.find(
    (event) => event.kind === 'cluster-unreachable' || event.kind === 'cluster-reachable',
  );
  return last?.kind === 'cluster-unreachable' ? last.at : undefined;
}

/** A trainer reports every 2 s while somebody watches and every 60 s else: longer than this is silence. */
const SILENCE_MILLISECONDS = 150_000;

/** Since when the trainer has been silent although its run is on; undefined while it is heard. */
export function silentSince(live: JobLive, now: Date): string | undefined {
  if (live.status !== 'running' || !live.heardAt) return undefined;
  return now.getTime() - Date.parse(live.heardAt) > SILENCE_MILLISECONDS ? live.heardAt : undefined;
}

/** A watched run reports so often that nobody needs to be told when; by clocks that differ by more nothing is said. */
const REPORT_PAUSE = { least: 3, most: 90 };

/** Seconds until the trainer reports again, where a person who waits for it would wonder; undefined else. */
export function secondsToReport(live: JobLive, now: Date): number | undefined {
  if (live.status !== 'running' || !live.nextReportAt) return undefined;
  const seconds = Math.ceil((Date.parse(live.nextReportAt) - now.getTime()) / 1000);
  return seconds > REPORT_PAUSE.least && seconds <= REPORT_PAUSE.most ? seconds : undefined;
}

/** Whether a job is over. */
export function hasEnded(status: TrainingJobStatus | undefined): boolean {
  return status !== undefined && isTerminal(status);
}
