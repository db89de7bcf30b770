import { describe, expect, test } from '@jest/globals';
import {
  TRAINING_JOB_MOVES,
  type TrainingJobRecord,
  type TrainingJobStatus,
} from '../../contracts/training-jobs.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { decideAttempt, decideRunning, mayTryAgain } from '../../lambdas/training-jobs/attempts.ts';
import { decideBilling } from '../../lambdas/training-jobs/billing.ts';
import {
  decideAnnouncement,
  decideCancelled,
  decideCleanedUp,
  decideFailure,
  decideRelease,
  decideSuccess,
} from '../../lambdas/training-jobs/job-ends.ts';
import { usd } from '../../lambdas/training-jobs/job-outcomes.ts';
import { jobRow } from '../../lambdas/training-jobs/job-rows.ts';
import {
  assertMove,
  decideCancellation,
  failureOf,
  MoveError,
} from '../../lambdas/training-jobs/training-job.ts';
import { at, checkpoint, publishingJob, queuedJob, runningJob, submittingJob } from './example-job.ts';

const code = (work: () => unknown): string => {
  try {
    work();
    return 'nothing thrown';
  } catch (error) {
    return error instanceof ProblemError ? error.code : String(error);
  }
};
const failed = () => decideFailure(runningJob(), failureOf('out-of-memory', 'x'), at(200)).job;
const succeeded = () =>
  decideSuccess(publishingJob(), { id: 'mdl_01JD0000000000000000000000', stopReason: 'completed' }, at(200))
    .job;
const cancelled = () => decideCancelled(queuedJob(), at(200)).job;

describe('a job moves only along its table', () => {
  const statuses = Object.keys(TRAINING_JOB_MOVES) as TrainingJobStatus[];
  test.each(statuses.flatMap((from) => statuses.map((to) => [from, to] as const)))('%s → %s', (from, to) => {
    const isAllowed = (TRAINING_JOB_MOVES[from] as readonly string[]).includes(to);
    const refusal = (() => {
      try {
        assertMove(from, to);
        return undefined;
      } catch (error) {
        return error;
      }
    })();
    expect(refusal instanceof MoveError).toBe(!isAllowed);
  });

  test('what has ended neither runs, fails nor is cancelled again', () => {
    for (const ended of [failed(), succeeded(), cancelled()]) {
      expect(() => decideAttempt(ended, at(300))).toThrow(MoveError);
      expect(() => decideFailure(ended, failureOf('platform-fault', 'x'), at(300))).toThrow(MoveError);
      expect(() => decideCancelled(ended, at(300))).toThrow(MoveError);
    }
  });

  test('every change is one revision on', () => {
    const job = queuedJob();
    const first = decideAttempt(job, at(1)).job;
    expect(first.revision).toBe(job.revision + 1);
    expect(decideCancellation(first, false, at(2)).job.revision).toBe(job.revision + 2);
  });
});

describe('a cancellation', () => {
  test('is a flag: the state stays what it is', () => {
    const { job, events } = decideCancellation(runningJob(), false, at(20));
    expect(job.status).toBe('running');
    expect(job.cancelRequestedAt).toBe(at(20).toISOString());
    expect(events.map(({ kind }) => kind)).toEqual(['cancel-requested']);
  });

  test('asked again changes nothing', () => {
    const once = decideCancellation(runningJob(), false, at(20)).job;
    expect(decideCancellation(once, false, at(30))).toEqual({ job: once, events: [], outcomes: [] });
    expect(decideCancellation(cancelled(), false, at(30)).job).toEqual(cancelled());
  });

  test('to keep the model may still become one to discard it, never the other way', () => {
    const keep = decideCancellation(runningJob(), true, at(20)).job;
    const discard = decideCancellation(keep, false, at(30)).job;
    expect(discard.keepModel).toBe(false);
    expect(discard.cancelRequestedAt).toBe(keep.cancelRequestedAt);
    expect(decideCancellation(discard, true, at(40)).job).toBe(discard);
  });

  test('of what ended otherwise is refused', () => {
    expect(code(() => decideCancellation(failed(), false, at(300)))).toBe('job-ended');
    expect(code(() => decideCancellation(succeeded(), false, at(300)))).toBe('job-ended');
  });
});

describe('attempts', () => {
  /** A running attempt `n` that began at `resumed`. */
  const attemptOf = (n: number, resumed?: number, more: Partial<TrainingJobRecord> = {}) => {
    let job: TrainingJobRecord = queuedJob(
      resumed === undefined ? {} : { checkpoint: checkpoint(n - 1, resumed) },
    );
    for (let attempt = 1; attempt <= n; attempt += 1) {
      const next = decideAttempt(job, at(attempt * 10)).job;
      const claims = [
        ...next.claims,
        { attempt, nonce: String(attempt), at: at(attempt * 10).toISOString() },
      ];
      job = decideRunning(
        { ...next, claims } as never,
        at(attempt * 10 + 1).toISOString(),
        at(attempt * 10 + 1),
      ).job;
    }
    return { ...job, ...more } as TrainingJobRecord;
  };

  test('the first may be lost without a checkpoint', () => expect(mayTryAgain(attemptOf(1))).toBe(true));
  test('the second may not', () => expect(mayTryAgain(attemptOf(2))).toBe(false));
  test('a later one may when it got further than where it began', () => {
    expect(mayTryAgain(attemptOf(3, 40, { checkpoint: checkpoint(3, 60) }))).toBe(true);
    expect(mayTryAgain(attemptOf(3, 40, { checkpoint: checkpoint(2, 40) }))).toBe(false);
  });
  test('five are the most, whatever progress they make', () => {
    expect(mayTryAgain(attemptOf(5, 40, { checkpoint: checkpoint(5, 400) }))).toBe(false);
  });
  test('one that the cluster never started is not held to progress, only to the five', () => {
    const waiting = decideAttempt(attemptOf(1), at(50)).job;
    expect(mayTryAgain(waiting)).toBe(true);
  });
  test('the next one goes on from the newest checkpoint and closes the one before', () => {
    const job = attemptOf(1, undefined, { checkpoint: checkpoint(1, 45) });
    const { job: next, events } = decideAttempt(job, at(60), { at: at(55).toISOString(), outcome: 'lost' });
    expect(next.attempts).toMatchObject([
      { attempt: 1, endedAt: at(55).toISOString(), outcome: 'lost' },
      { attempt: 2, resumedFromStep: 45, submissionId: `${job.id}-2` },
    ]);
    expect(next.billedTo).toBeUndefined();
    expect(events.map(({ kind }) => kind)).toEqual(['attempt-lost', 'submitted']);
  });
  test('a first start is told as started, a later one as resumed', () => {
    expect(decideRunning(submittingJob(), at(10).toISOString(), at(10)).outcomes[0]?.kind).toBe(
      'job-started',
    );
    const second = decideAttempt(runningJob(), at(20)).job as never;
    expect(decideRunning(second, at(30).toISOString(), at(30)).outcomes[0]?.kind).toBe('job-resumed');
  });
});

describe('money', () => {
  test('is counted from the moment the cluster was seen running, to the micro', () => {
    // 90 s at a thousandth of a dollar a second.
    expect(decideBilling(runningJob(), at(100).toISOString(), at(100))?.job.costUsdMicros).toBe(90_000);
  });
  test('however often it is billed, the records add up and leave no gap', () => {
    let job: TrainingJobRecord = runningJob();
    const records = [];
    for (const second of [10.5, 33.333, 33.333, 70, 100]) {
      const billing = decideBilling(job, at(second).toISOString(), at(second));
      if (!billing) continue;
      records.push(...billing.records);
      job = billing.job;
    }
    expect(job.costUsdMicros).toBe(90_000);
    expect(records.map(({ from }) => from).slice(1)).toEqual(records.map(({ to }) => to).slice(0, -1));
    expect(new Set(records.map(({ sequence }) => sequence)).size).toBe(records.length);
  });
  test('never beyond the end of the attempt', () => {
    const job = publishingJob();
    expect(decideBilling(job, at(5000).toISOString(), at(5000))?.job.costUsdMicros).toBe(90_000);
  });
  test('splits at the end of a month, and the parts add up', () => {
    const lateNovember = '2026-11-30T23:59:30.000Z';
    const job = {
      ...runningJob(),
      billedTo: undefined,
      attempts: [{ attempt: 1, submissionId: 'x', submittedAt: lateNovember, startedAt: lateNovember }],
    };
    const billing = decideBilling(job, '2026-12-01T00:00:30.000Z', new Date('2026-12-01T00:00:30.000Z'));
    expect(
      billing?.records.map(({ from, to, costUsdMicros }) => [from.slice(0, 7), to, costUsdMicros]),
    ).toEqual([
      ['2026-11', '2026-12-01T00:00:00.000Z', 30_000],
      ['2026-12', '2026-12-01T00:00:30.000Z', 30_000],
    ]);
  });
  test('of a job that never ran is nothing', () => {
    expect(decideBilling(submittingJob(), at(100).toISOString(), at(100))).toBeUndefined();
  });
  test('the hold is released once', () => {
    const released = decideRelease(failed(), at(300)).job;
    expect(released.hold.releasedAt).toBe(at(300).toISOString());
    expect(decideRelease(released, at(400)).job).toBe(released);
  });
});

describe('an end', () => {
  test('is announced once, with what it cost', () => {
    const change = decideAnnouncement({ ...failed(), costUsdMicros: 90_000 }, at(300));
    expect(change.outcomes).toHaveLength(1);
    expect(change.outcomes[0]?.body).toContain('$0.09');
    expect(decideAnnouncement(change.job, at(400)).outcomes).toEqual([]);
  });
  test('is not announced before it has come', () =>
    expect(decideAnnouncement(runningJob(), at(50)).outcomes).toEqual([]));
  test('of a run that landed on its budget is told as such', () => {
    const landed = decideSuccess(
      publishingJob(),
      { id: 'mdl_01JD0000000000000000000000', stopReason: 'budget' },
      at(200),
    ).job;
    expect(decideAnnouncement(landed, at(300)).outcomes[0]?.kind).toBe('job-landed-on-budget');
  });
  test('leaves the index of unfinished work only when everything is cleaned up', () => {
    expect(jobRow(failed())).toHaveProperty('unfinishedShard');
    expect(jobRow(decideCleanedUp(failed(), at(300)).job)).not.toHaveProperty('unfinishedShard');
  });
});

test('money is written with the digits a small sum needs', () => {
  expect([0, 1, 90_000, 1234, 1_500_000].map(usd)).toEqual([
    '$0.00',
    '$0.000001',
    '$0.090',
    '$0.0012',
    '$1.50',
  ]);
});
