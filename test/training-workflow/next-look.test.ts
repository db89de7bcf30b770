import { describe, expect, test } from '@jest/globals';
import type { LiveRecord } from '../../contracts/live-record.ts';
import type { LiveJob } from '../../lambdas/training-jobs/training-job.ts';
import { observeRun } from '../../lambdas/training-workflow/observe-run.ts';
import type { RunLook } from '../../lambdas/training-workflow/ray-cluster.ts';
import type { StepInput } from '../../lambdas/training-workflow/steps.ts';
import { at, JOB_ID, runningJob } from '../training-jobs/example-job.ts';
import { input, liveAt, unreachable, World } from './world.ts';

const NOW = 600;
const HOUR = 3600;
/** Ten dollars pay for 10,000 seconds from second 10; a tenth of them is kept back for landing. */
const paid = (more: Partial<LiveJob> = {}) => runningJob({ capUsdMicros: 10_000_000, ...more });
const heard = (second: number, more: Partial<LiveRecord['progress']> = {}): LiveRecord => {
  const live = liveAt(second);
  return { ...live, progress: { ...live.progress, secondsLeft: HOUR, ...more } };
};

interface Moment {
  job?: LiveJob;
  live?: LiveRecord | undefined;
  look?: RunLook;
  watchedUntil?: number;
  pollSeconds?: StepInput['pollSeconds'];
}

/** Seconds from a look at second 600 to the next one. By itself all is well: heard 20 s ago, an hour to go. */
async function waitAfter(moment: Moment): Promise<number> {
  const world = new World(moment.job ?? paid());
  world.live = 'live' in moment ? moment.live : heard(NOW - 20);
  world.watchedUntil = moment.watchedUntil ?? 0;
  world.looks.set(`${JOB_ID}-1`, moment.look ?? { state: 'running' });
  const { pollSeconds = input.pollSeconds } = moment;
  const { next, waitSeconds } = await observeRun(world, { ...input, pollSeconds }, at(NOW));
  expect(next).toBe('observe-run');
  return waitSeconds;
}

describe('the next look at a run', () => {
  test('comes after two minutes where it trains, is heard and has an hour to go', async () => {
    expect(await waitAfter({})).toBe(120);
  });

  const completion = { attempt: 1, outcome: 'published' as const, at: at(NOW - 5).toISOString() };
  const cancelRequestedAt = at(NOW - 5).toISOString();
  test.each<[string, Moment]>([
    ['somebody watches', { watchedUntil: at(NOW + 1).getTime() }],
    ['it evaluates', { live: heard(NOW - 20, { phase: 'evaluating-tuned' }) }],
    ['it loads', { live: heard(NOW - 20, { phase: 'loading' }) }],
    ['it was never heard', { live: undefined }],
    ['it has not been heard for two minutes', { live: heard(NOW - 121) }],
    ['only another attempt was heard', { live: { ...heard(NOW - 20), attempt: 2 } }],
    ['it does not know how long it has to go', { live: liveAt(NOW - 20) }],
    ['it said 20 s ago that it trains for 140 s', { live: heard(NOW - 20, { secondsLeft: 140 }) }],
    ['its model shall be kept', { job: paid({ cancelRequestedAt, keepModel: true }) }],
    ['it has said its last word', { job: paid({ completion }) }],
    // Kept back for landing are 72 of the 720 s that the cap pays for: it lands at 658.
    ['its cap lands it within two minutes', { job: paid({ capUsdMicros: 720_000 }) }],
    ['the cluster calls it pending', { look: { state: 'pending' } }],
    ['the cluster does not answer', { look: unreachable() }],
  ])('comes after one minute where %s', async (_, moment) => {
    expect(await waitAfter(moment)).toBe(60);
  });

  test('keeps to one minute in an execution of a definition that knows no slower pace', async () => {
    expect(await waitAfter({ pollSeconds: { starting: 30, running: 60 } })).toBe(60);
  });

  test('comes after two minutes again when nobody has watched for a moment', async () => {
    expect(await waitAfter({ watchedUntil: at(NOW).getTime() })).toBe(120);
  });
});
