import { describe, expect, test } from '@jest/globals';
import { decideCancelled } from '../../lambdas/training-jobs/job-ends.ts';
import { decideAttempt } from '../../lambdas/training-jobs/attempts.ts';
import { cleanUp } from '../../lambdas/training-workflow/clean-up.ts';
import { observeRun } from '../../lambdas/training-workflow/observe-run.ts';
import { at, JOB_ID, runningJob } from '../training-jobs/example-job.ts';
import { ended, input, submit, unreachable, World } from './world.ts';

const ID = `${JOB_ID}-1`;
const LIMIT = 300;
const cancelled = () => new World(runningJob({ cancelRequestedAt: at(50).toISOString(), keepModel: false }));
const look = (world: World, second: number) => observeRun(world, input, at(second));

describe('a stop that does not free the GPU (fault 37)', () => {
  test('is repeated at each look, and told to an operator from five minutes on', async () => {
    const world = cancelled();
    world.looks.set(ID, { state: 'running' });
    for (let second = 60; second < 60 + LIMIT; second += 30) await look(world, second);
    expect(world.stopped).toHaveLength(10);
    expect(world.overdueStops).toEqual([]);
    await look(world, 60 + LIMIT);
    await look(world, 60 + LIMIT + 30);
    expect(world.stopped).toHaveLength(12);
    expect(world.overdueStops).toEqual(
      Array.from({ length: 2 }, () => ({
        owner: world.job.owner,
        jobId: JOB_ID,
        submissionId: ID,
        askedAt: at(60).toISOString(),
      })),
    );
  });

  test('stands in the job’s story once, however often it is seen', async () => {
    const world = cancelled();
    world.looks.set(ID, { state: 'running' });
    for (const second of [60, 360, 390, 420]) await look(world, second);
    expect([...world.told.values()]).toEqual([expect.objectContaining({ kind: 'finding' })]);
  });

  test('costs one write of the job, not one a look', async () => {
    const world = cancelled();
    world.looks.set(ID, { state: 'running' });
    const before = world.job.revision;
    for (const second of [60, 90, 120, 150]) await look(world, second);
    expect(world.job.revision).toBe(before + 1);
  });

  test('has its five minutes from when the cluster is within reach again', async () => {
    const world = cancelled();
    world.looks.set(ID, { state: 'running' });
    await look(world, 60);
    world.looks.set(ID, unreachable());
    await look(world, 120);
    world.looks.set(ID, { state: 'running' });
    await look(world, 1000);
    await look(world, 1000 + LIMIT - 1);
    expect(world.overdueStops).toEqual([]);
    await look(world, 1000 + LIMIT);
    expect(world.overdueStops).toHaveLength(1);
  });

  test('is watched where the job has ended and its run has not, also beyond an outage', async () => {
    const world = new World(decideCancelled(runningJob(), at(100)).job);
    const clean = (second: number) => cleanUp(world, input, at(second));
    world.looks.set(ID, { state: 'running' });
    await clean(200);
    world.looks.set(ID, unreachable());
    await clean(300);
    world.looks.set(ID, { state: 'running' });
    await clean(800);
    expect(world.overdueStops).toEqual([]);
    expect((await clean(800 + LIMIT)).next).toBe('clean-up');
    expect(world.overdueStops).toEqual([expect.objectContaining({ askedAt: at(800).toISOString() })]);
  });

  describe('where two attempts of an ended job hold on', () => {
    const SECOND = `${JOB_ID}-2`;
    const twoRuns = () => {
      const lost = { at: at(100).toISOString(), outcome: 'lost' as const };
      const world = new World(decideCancelled(decideAttempt(runningJob(), at(100), lost).job, at(150)).job);
      world.looks.set(ID, { state: 'running' });
      world.looks.set(SECOND, ended('succeeded', 140));
      return world;
    };
    const clean = (world: World, second: number) => cleanUp(world, input, at(second));

    test('each has five minutes from its own first stop', async () => {
      const world = twoRuns();
      await clean(world, 200);
      world.looks.set(SECOND, { state: 'pending' });
      await clean(world, 290);
      await clean(world, 290 + LIMIT - 1);
      const first = expect.objectContaining({ submissionId: ID, askedAt: at(200).toISOString() });
      expect(world.overdueStops).toEqual([first]);
      await clean(world, 290 + LIMIT);
      const second = expect.objectContaining({ submissionId: SECOND, askedAt: at(290).toISOString() });
      expect(world.overdueStops).toEqual([first, first, second]);
      expect([...world.told.values()].map(({ attempt }) => attempt)).toEqual([1, 2]);
    });

    test('one that was seen to have ended begins anew', async () => {
      const world = twoRuns();
      await clean(world, 200);
      world.looks.set(ID, ended('stopped', 210));
      world.looks.set(SECOND, { state: 'pending' });
      await clean(world, 230);
      world.looks.set(ID, { state: 'pending' });
      world.looks.set(SECOND, ended('succeeded', 140));
      await clean(world, 200 + LIMIT);
      expect(world.overdueStops).toEqual([]);
    });

    test('both are told when both are overdue', async () => {
      const world = twoRuns();
      world.looks.set(SECOND, { state: 'running' });
      await clean(world, 200);
      await clean(world, 200 + LIMIT);
      expect(world.overdueStops.map(({ submissionId }) => submissionId)).toEqual([ID, SECOND]);
      // A row of the story is named by its time.
      expect(new Set([...world.told.keys()].map((key) => key.split(' ').at(-1))).size).toBe(2);
    });
  });

  test('is watched where an earlier attempt keeps the next one waiting', async () => {
    const lost = { at: at(100).toISOString(), outcome: 'lost' as const };
    const world = new World(decideAttempt(runningJob(), at(100), lost).job);
    world.looks.set(ID, { state: 'running' });
    await submit(world, 110);
    await submit(world, 110 + LIMIT);
    expect(world.submitted).toEqual([]);
    expect(world.overdueStops).toEqual([expect.objectContaining({ submissionId: ID })]);
  });

  test('is over with the state it was asked in: a later run has its own five minutes', async () => {
    const world = cancelled();
    world.looks.set(ID, { state: 'running' });
    await look(world, 60);
    world.looks.set(ID, ended('stopped', 70));
    await look(world, 90);
    expect(world.job).toMatchObject({ status: 'cancelled' });
    expect(world.job.stopsAskedAt).toBeUndefined();
  });
});

describe('an attempt that failed to start (fault 33)', () => {
  test('is told to stop before its record goes: its supervisor may wake and hold a GPU', async () => {
    const world = new World(decideCancelled(runningJob({ attempts: [] }), at(100)).job);
    world.job = {
      ...world.job,
      attempts: [{ attempt: 1, submissionId: ID, submittedAt: at(1).toISOString() }],
    };
    world.looks.set(ID, ended('failed', 90, 'Job supervisor actor failed to start within 900 seconds'));
    await cleanUp(world, input, at(200));
    expect(world.stopped).toEqual([ID]);
    expect(world.forgotten).toEqual([ID]);
  });
});
