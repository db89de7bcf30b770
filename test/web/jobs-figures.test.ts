import { describe, expect, test } from '@jest/globals';
import type { AttemptPoint, JobEvent, JobLive } from '../../contracts/metrics.ts';
import type { Progress } from '../../contracts/progress.ts';
import type { TrainingJob } from '../../contracts/training-jobs.ts';
import {
  billedSeconds,
  costAtEnd,
  endOf,
  mergeEvents,
  paceSpread,
  secondsToReport,
  silentSince,
  statusSteps,
  unreachableSince,
} from '../../web/src/features/training-jobs/job-figures.ts';
import { stateOf } from '../../web/src/features/training-jobs/job-words.ts';

const now = new Date('2026-11-24T13:32:00Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000).toISOString();
const speeds = (...values: number[]): AttemptPoint[] =>
  values.map((tokensPerSecond, step) => ({ step, epoch: 0, at: at(0), attempt: 1, tokensPerSecond }));
const progress: Progress = {
  attempt: 1,
  phase: 'training',
  step: 100,
  totalSteps: 200,
  epoch: 1.5,
  secondsLeft: 1000,
  reportedAt: at(-10),
};

describe('when a run ends', () => {
  test('is counted from its last report, between what a faster and a slower pace would give', () => {
    const end = endOf(progress, speeds(90, 100, 100, 100, 110), now);
    expect(end?.secondsLeft).toBe(990);
    expect(end && end.earliest < end.expected && end.expected < end.latest).toBe(true);
  });

  test('is not told before the run has a pace, and is never in the past', () => {
    expect(endOf({ ...progress, secondsLeft: undefined }, [], now)).toBeUndefined();
    expect(endOf({ ...progress, secondsLeft: 2 }, [], now)?.expected).toEqual(now);
  });

  test('a steady pace still leaves some spread, an unknown one more', () => {
    const steady = paceSpread(speeds(100, 100, 100, 100, 100, 100));
    const unknown = paceSpread([]);
    expect(steady.fast).toBeLessThan(1);
    expect(steady.slow).toBeGreaterThan(1);
    expect(unknown.slow).toBeGreaterThan(steady.slow);
    expect(paceSpread(speeds(50, 60, 100, 100, 140)).slow).toBeGreaterThan(steady.slow);
  });
});

describe('what a job costs', () => {
  const job = { usdMicrosPerHour: 6_880_000, gpuCount: 1, capUsdMicros: 40_000_000 };

  test('at its end is what it has cost and the time left at its price, never above its cap', () => {
    expect(costAtEnd(job, 23_200_000, 3600)).toBe(30_080_000);
    expect(costAtEnd(job, 39_000_000, 3600)).toBe(40_000_000);
    expect(costAtEnd({ ...job, gpuCount: 2 }, 0, 1800)).toBe(6_880_000);
    expect(costAtEnd(job, 23_200_000, undefined)).toBeUndefined();
  });

  test('is counted for attempts that ran; waiting is free', () => {
    const attempts = [
      { attempt: 1, submissionId: 'a', submittedAt: at(-500), startedAt: at(-400), endedAt: at(-300) },
      { attempt: 2, submissionId: 'b', submittedAt: at(-250), startedAt: at(-60) },
      { attempt: 3, submissionId: 'c', submittedAt: at(-5) },
    ];
    expect(billedSeconds({ attempts }, now)).toBe(160);
  });
});

const job = (more: object) =>
  ({
    status: 'running',
    createdAt: at(-900),
    startedAt: at(-800),
    attempts: [],
    ...more,
  }) as unknown as TrainingJob;

describe('the way of a job', () => {
  test('what is behind it is done, what it does is now, the rest is to come', () => {
    expect(statusSteps(job({}), 'running').map((step) => step.state)).toEqual([
      'done',
      'done',
      'now',
      'to-come',
      'to-come',
    ]);
    expect(
      statusSteps(job({ status: 'succeeded', endedAt: at(0) }), 'succeeded').every((s) => s.state === 'done'),
    ).toBe(true);
  });

  test('a job that failed ends where it was; steps it never reached are not shown', () => {
    const failed = job({ status: 'failed', endedAt: at(0), startedAt: undefined });
    expect(statusSteps(failed, 'failed').map((step) => step.name)).toEqual(['Queued', 'Failed']);
  });

  test('a job that was told to stop says so until it has', () => {
    expect(stateOf({ status: 'running', cancelRequestedAt: at(0) }).word).toBe('Stopping');
    expect(stateOf({ status: 'cancelled', cancelRequestedAt: at(0) }).word).toBe('Cancelled');
  });
});

describe('events', () => {
  const event = (sequence: number, kind: JobEvent['kind']): JobEvent => ({
    sequence,
    at: at(sequence),
    kind,
    attempt: 1,
    title: kind,
  });

  test('each stands once, newest first', () => {
    const merged = mergeEvents(
      [event(2, 'phase'), event(1, 'accepted')],
      [event(3, 'checkpoint'), event(2, 'phase')],
    );
    expect(merged.map((each) => each.sequence)).toEqual([3, 2, 1]);
  });

  test('the cluster is silent only as long as nothing says that it answers again', () => {
    expect(unreachableSince([event(2, 'cluster-unreachable'), event(1, 'accepted')])).toBe(at(2));
    expect(
      unreachableSince([event(3, 'cluster-reachable'), event(2, 'cluster-unreachable')]),
    ).toBeUndefined();
  });

  test('the seconds to a run’s next report are told where a person would wonder, and never of one that has ended', () => {
    const live = { status: 'running', nextReportAt: at(21.2) } as JobLive;
    expect(secondsToReport(live, now)).toBe(22);
    expect(secondsToReport({ ...live, nextReportAt: at(2) }, now)).toBeUndefined();
    expect(secondsToReport({ ...live, nextReportAt: at(-8) }, now)).toBeUndefined();
    // A clock an hour off says nothing.
    expect(secondsToReport({ ...live, nextReportAt: at(3600) }, now)).toBeUndefined();
    expect(secondsToReport({ ...live, status: 'succeeded' }, now)).toBeUndefined();
  });

  test('a running trainer is silent after more than two of its longest intervals, an ended one never', () => {
    const live = { status: 'running', heardAt: at(-151) } as JobLive;
    expect(silentSince(live, now)).toBe(at(-151));
    expect(silentSince({ ...live, heardAt: at(-90) }, now)).toBeUndefined();
    expect(silentSince({ ...live, status: 'succeeded' }, now)).toBeUndefined();
  });
});
