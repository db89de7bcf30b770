/** When an attempt ended, and what is paid for it, where clocks and answers disagree (faults 29 and 39, I4). */
import { expect, test } from '@jest/globals';
import { observeRun } from '../../lambdas/training-workflow/observe-run.ts';
import { at, runningJob } from '../training-jobs/example-job.ts';
import { ended, input, liveAt, World } from './world.ts';

const RUN = `${runningJob().id}-1`;
const paidUntil = (world: World) => world.costs.at(-1)?.to;

test('a run whose trainer has said its last word is paid for until then, although the cluster calls it pending', async () => {
  const completion = { attempt: 1, outcome: 'stopped' as const, at: at(400).toISOString() };
  const world = new World(runningJob({ completion }));
  world.looks.set(RUN, { state: 'pending' });
  await observeRun(world, input, at(410));
  expect(paidUntil(world)).toBe(at(400).toISOString());
});

test('a cluster whose clock is behind does not take back what is paid for', async () => {
  const world = new World(runningJob({ billedTo: at(310).toISOString() }));
  world.looks.set(RUN, ended('failed', 100));
  await observeRun(world, input, at(330));
  expect(world.job.attempts[0]?.endedAt).toBe(at(310).toISOString());
});

test('a cluster whose clock is an hour behind is believed less than the trainer that was heard', async () => {
  const world = new World(runningJob());
  world.live = liveAt(250);
  world.looks.set(RUN, ended('failed', -3300));
  await observeRun(world, input, at(380));
  expect(paidUntil(world)).toBe(at(250).toISOString());
});

test('a report that was under way when the run ended does not lengthen it', async () => {
  const world = new World(runningJob());
  world.live = liveAt(250);
  world.looks.set(RUN, ended('failed', 230));
  await observeRun(world, input, at(260));
  expect(paidUntil(world)).toBe(at(230).toISOString());
});

test('a run that kept its model and flaps to pending is not cancelled at once', async () => {
  const completion = {
    attempt: 1,
    outcome: 'published' as const,
    at: at(400).toISOString(),
    manifestKey: 'm',
    manifestVersionId: 'm1',
  };
  const wish = { cancelRequestedAt: at(300).toISOString(), keepModel: true };
  const world = new World(runningJob({ completion, ...wish }));
  world.looks.set(RUN, { state: 'pending' });
  await observeRun(world, input, at(410));
  expect(world.job.status).toBe('running');
});

test('a run called failed whose trainer goes on is stopped, and no other begins while it is heard', async () => {
  const world = new World(runningJob());
  world.looks.set(RUN, ended('failed', 12));
  world.live = liveAt(300);
  await observeRun(world, input, at(310));
  expect([world.job.status, world.stopped]).toEqual(['running', [RUN]]);
  await observeRun(world, input, at(430));
  expect(world.job).toMatchObject({ status: 'submitting', attempt: 2 });
});
