import { expect, test } from '@jest/globals';
import type { LiveRecord } from '../../contracts/live-record.ts';
import type { Outcome } from '../../contracts/notifications.ts';
import { ProgressReport } from '../../contracts/runs.ts';
import type { ProgressStore, TelemetryStore } from '../../lambdas/metrics/telemetry-store.ts';
import { recordProgress } from '../../lambdas/runs/record-progress.ts';
import { at, runningJob } from '../training-jobs/example-job.ts';

const unasked = () => Promise.reject(new Error('a report asks for nothing else'));

/** What a report reads and writes; the first `refusals` writes meet somebody who was quicker. */
class Stored implements Pick<TelemetryStore, 'liveAndWatch'>, ProgressStore {
  live: LiveRecord | undefined;
  readonly told: Outcome[] = [];
  refusals = 0;
  telemetry: TelemetryStore = {
    liveAndWatch: () => this.liveAndWatch(),
    markWatched: unasked,
    newestChunks: unasked,
    events: unasked,
    tell: unasked,
  };
  liveAndWatch = () => Promise.resolve({ live: this.live, watchedUntil: 0 });
  write: ProgressStore['write'] = async ({ live }, outcomes) => {
    if (this.refusals-- > 0) return false;
    this.live = live;
    this.told.push(...outcomes);
    return true;
  };
}

const job = runningJob();
const report = (batch: number, from: number, loss: number) =>
  ProgressReport.parse({
    batch,
    phase: 'training',
    step: from + 79,
    totalSteps: 1000,
    epoch: 0.1,
    points: Array.from({ length: 80 }, (_, place) => ({
      step: from + place,
      epoch: 0.1,
      at: at(from + place).toISOString(),
      loss,
    })),
    logTail: '',
  });
const record = (stored: Stored, given: ProgressReport) =>
  recordProgress(stored.telemetry, stored, job, given, 30, at(1000));

test('a person is told once that a loss climbs, with what to do, also where the report is decided again', async () => {
  const stored = new Stored();
  await record(stored, report(1, 1, 2));
  stored.refusals = 1;
  const climbs = report(2, 81, 6);
  await record(stored, climbs);
  await record(stored, climbs);
  await record(stored, report(3, 161, 6));
  expect(stored.told).toMatchObject([
    {
      key: `${job.id}:divergence-${job.attempt}-120`,
      kind: 'job-warned',
      title: `“${job.name}”, step 120: training loss climbs: 6.000 after 2.000`,
      body: expect.stringContaining('lower learning rate'),
      target: { noun: 'training-jobs', id: job.id },
    },
  ]);
});

test('of a lost number nobody is told twice: the run ends of it, and that is told', async () => {
  const stored = new Stored();
  const { points, ...rest } = report(1, 1, 2);
  const [first] = points;
  if (!first) throw new Error('There is no first point.');
  const lost = { step: first.step, epoch: first.epoch, at: first.at, notFinite: ['loss' as const] };
  await record(stored, { ...rest, points: [lost] });
  expect(stored.live?.trend?.spells).toEqual(['not-finite']);
  expect(stored.told).toEqual([]);
});
