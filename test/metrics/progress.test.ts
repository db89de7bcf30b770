import { describe, expect, test } from '@jest/globals';
import type { LiveRecord } from '../../contracts/live-record.ts';
import type { MetricPoint } from '../../contracts/metrics.ts';
import { ProgressReport } from '../../contracts/runs.ts';
import { decideProgress, LIVE_LOG_CHARACTERS, type ProgressWrites } from '../../lambdas/metrics/progress.ts';
import { at, queuedJob } from '../training-jobs/example-job.ts';

const { hyperparameters } = queuedJob();
const of = {
  owner: 'owner-a',
  jobId: 'job_01JD0000000000000000000000',
  attempt: 1,
  nextReportSeconds: 30,
  hyperparameters,
};
const point = (step: number, more: Partial<MetricPoint> = {}): MetricPoint => ({
  step,
  epoch: step / 100,
  at: at(step).toISOString(),
  loss: 3 - step / 1000,
  ...more,
});
const points = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, place) => point(from + place));
const report = (batch: number, more: Partial<ProgressReport> = {}): ProgressReport =>
  ProgressReport.parse({
    batch,
    phase: 'training',
    step: more.points?.at(-1)?.step ?? 0,
    totalSteps: 1000,
    epoch: 0.5,
    points: [],
    logTail: '',
    ...more,
  });

function write(stored: LiveRecord | undefined, given: ProgressReport, run = of): ProgressWrites {
  const decision = decideProgress(stored, given, run, at(1000));
  if (decision.kind !== 'write') throw new Error(decision.kind);
  return decision;
}

/** Everything that was ever stored: chunks by key, and the tail. */
function storedSteps(writes: ProgressWrites[]): number[] {
  const chunks = new Map(
    writes
      .flatMap(({ chunks: all }) => all)
      .map((chunk) => [`${chunk.attempt} ${chunk.firstStep}`, chunk.points]),
  );
  return [...chunks.values()]
    .flat()
    .concat(writes.at(-1)?.live.tail ?? [])
    .map(({ step }) => step);
}

describe('a report', () => {
  test('is fenced: a late batch of this attempt is a repeat, one of an earlier attempt is superseded', () => {
    const live = write(undefined, report(5)).live;
    expect(decideProgress(live, report(5), of, at(1001)).kind).toBe('repeat');
    expect(decideProgress(live, report(4), of, at(1001)).kind).toBe('repeat');
    const second = write(live, report(1), { ...of, attempt: 2 }).live;
    expect(decideProgress(second, report(6), of, at(1002)).kind).toBe('superseded');
  });

  test('fills chunks of 100 and keeps the rest: every point is stored once', () => {
    const writes: ProgressWrites[] = [];
    let live: LiveRecord | undefined;
    for (let batch = 1; batch <= 8; batch += 1) {
      const next = write(live, report(batch, { points: points(batch * 37 - 36, batch * 37) }));
      writes.push(next);
      live = next.live;
    }
    expect(writes.flatMap(({ chunks }) => chunks.map(({ points: all }) => all.length))).toEqual([100, 100]);
    expect(live?.tail).toHaveLength(96);
    expect(storedSteps(writes)).toEqual(points(1, 296).map(({ step }) => step));
  });

  test('of a new attempt leaves the old one’s unfinished chunk behind', () => {
    const first = write(undefined, report(1, { points: points(1, 30) }));
    const second = write(first.live, report(1, { points: points(21, 25) }), { ...of, attempt: 2 });
    expect(second.chunks).toMatchObject([{ attempt: 1, firstStep: 1 }]);
    expect(second.chunks[0]?.points).toHaveLength(30);
    expect(second.live.tail.map(({ step }) => step)).toEqual([21, 22, 23, 24, 25]);
  });

  test('takes points that an outage held back, although the run is further by now', () => {
    const first = write(undefined, report(1, { points: points(1, 10), step: 500 }));
    const second = write(first.live, report(2, { points: points(11, 20), step: 510 }));
    expect(second.live.tail).toHaveLength(20);
  });

  test('leaves steps backwards out, and a step measured twice is one point', () => {
    const first = write(undefined, report(1, { points: points(1, 10) }));
    const second = write(
      first.live,
      report(2, {
        points: [point(3), { step: 10, epoch: 0.1, at: at(10).toISOString(), validationLoss: 2 }],
      }),
    );
    expect(second.live.tail).toHaveLength(10);
    expect(second.live.tail.at(-1)).toMatchObject({ step: 10, loss: 2.99, validationLoss: 2 });
  });

  test('from a clock an hour ahead is dated when it came', () => {
    const { live } = write(undefined, report(1, { points: [point(1, { at: at(4600).toISOString() })] }));
    expect(live.tail[0]?.at).toBe(at(1000).toISOString());
  });

  test('tells the first step, each validation, a new phase and each finding once', () => {
    const first = write(undefined, report(1, { points: points(1, 2), findings: ['Two rows were cut.'] }));
    expect(first.events.map(({ kind }) => kind)).toEqual(['phase', 'first-step', 'finding']);
    const second = write(first.live, report(2, { points: [point(3, { validationLoss: 2.5 })] }));
    expect(second.events.map(({ title }) => title)).toEqual(['Validation loss 2.500 at step 3']);
  });

  test('tells what its curve gives away: once, with its step, whichever attempt and batch bring it again', () => {
    const lost = { step: 12, epoch: 0.1, at: at(12).toISOString(), notFinite: ['loss' as const] };
    const first = write(undefined, report(1, { points: [...points(1, 11), lost] }));
    const [alert] = first.events.filter(({ kind }) => kind === 'not-finite');
    expect(alert).toMatchObject({ key: 'not-finite#1#12', step: 12, attempt: 1 });
    expect(alert?.title).toBe('Training loss is not a number at step 12');
    const again = write(first.live, report(1, { points: [...points(9, 11), lost] }), { ...of, attempt: 2 });
    expect(again.events.map(({ kind }) => kind)).toEqual(['phase', 'first-step']);
  });

  test('is read although it was stored before there were alerts', () => {
    const { trend, ...before } = write(undefined, report(1, { points: points(1, 30) })).live;
    expect(trend?.step).toBe(30);
    expect(write(before, report(2, { points: points(31, 40) })).live.trend?.step).toBe(40);
  });

  test('carries figures on that a batch does not repeat', () => {
    const first = write(undefined, report(1, { points: points(1, 2), baseValidationLoss: 5.4 }));
    const second = write(first.live, report(2));
    expect(second.live.progress).toMatchObject({ loss: 2.998, baseValidationLoss: 5.4 });
  });

  test('keeps the newest whole lines of a long log', () => {
    const log = Array.from({ length: 2000 }, (_, line) => `line ${line}`).join('\n');
    const { logTail } = write(undefined, report(1, { logTail: log })).live;
    expect(logTail.length).toBeLessThanOrEqual(LIVE_LOG_CHARACTERS);
    expect(logTail.startsWith('line ')).toBe(true);
    expect(logTail.endsWith('line 1999')).toBe(true);
  });
});
