import { describe, expect, test } from '@jest/globals';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { failureOf } from '../../lambdas/training-jobs/training-job.ts';
import { decideAttempt, decideRunning } from '../../lambdas/training-jobs/attempts.ts';
import { observeRun } from '../../lambdas/training-workflow/observe-run.ts';
import type { RunLook } from '../../lambdas/training-workflow/ray-cluster.ts';
import {
  at,
  checkpoint,
  JOB_ID,
  queuedJob,
  runningJob,
  submittingJob,
} from '../training-jobs/example-job.ts';
import { ended, input, liveAt, modelManifest, unreachable, World } from './world.ts';

const ID = `${JOB_ID}-1`;
const HOUR = 3600;

/** One look, `second` seconds after the job was created. */
async function look(world: World, seen: RunLook, second: number) {
  world.looks.set(`${JOB_ID}-${world.job.attempts.length}`, seen);
  return observeRun(world, input, at(second));
}
const published = (more: object = {}) => ({
  attempt: 1,
  outcome: 'published' as const,
  manifestKey: 'k',
  manifestVersionId: 'm1',
  at: at(95).toISOString(),
  ...more,
});
const kinds = (world: World) => world.events.map(({ kind }) => kind);

describe('while it runs', () => {
  test('being seen running starts the attempt, its cost and its notification, once', async () => {
    const world = new World(submittingJob());
    expect(await look(world, { state: 'running' }, 10)).toEqual({ next: 'observe-run', waitSeconds: 60 });
    expect(world.job).toMatchObject({ status: 'running', startedAt: at(10).toISOString() });
    await look(world, { state: 'running' }, 70);
    expect(world.outcomes.map(({ kind }) => kind)).toEqual(['job-started']);
  });

  test('what it used is written every five minutes, without a gap', async () => {
    const world = new World(runningJob());
    world.live = liveAt(9000);
    for (let second = 70; second <= 910; second += 60) await look(world, { state: 'running' }, second);
    expect(world.costs.map(({ from, to }) => [from, to])).toEqual([
      [at(10).toISOString(), at(310).toISOString()],
      [at(310).toISOString(), at(610).toISOString()],
      [at(610).toISOString(), at(910).toISOString()],
    ]);
    expect(world.job.costUsdMicros).toBe(900_000);
  });

  test('a pending run waits and costs nothing', async () => {
    const world = new World(submittingJob());
    expect(await look(world, { state: 'pending' }, 60)).toEqual({ next: 'observe-run', waitSeconds: 30 });
    expect(world.job.status).toBe('submitting');
    expect(world.costs).toEqual([]);
  });

  test('somebody else who moves the job makes the step look again, not fail', async () => {
    const world = new World(submittingJob());
    world.conflicts = 1;
    expect(await look(world, { state: 'running' }, 10)).toEqual({ next: 'observe-run', waitSeconds: 1 });
  });
});

describe('the manifest decides success', () => {
  test.each(['succeeded', 'failed', 'stopped'] as const)(
    'the cluster says %s, the manifest is there: it is published',
    async (how) => {
      const world = new World(runningJob({ completion: published() }));
      expect((await look(world, ended(how, 100), 130)).next).toBe('publish-model');
      expect(world.job.status).toBe('publishing');
      expect(world.job.costUsdMicros).toBe(90_000);
    },
  );

  test('also where the trainer could not tell us that it had published', async () => {
    const world = new World(runningJob());
    world.manifests.set('m1', modelManifest());
    expect((await look(world, { state: 'absent' }, 130)).next).toBe('publish-model');
  });

  test('the cluster says SUCCEEDED without one: it is tried again, not believed', async () => {
    const world = new World(runningJob());
    expect((await look(world, ended('succeeded', 100), 130)).next).toBe('submit-run');
    expect(world.job).toMatchObject({ status: 'submitting', attempt: 2 });
  });

  test('a run that was over before anybody looked is paid for and told all the same', async () => {
    const claims = [{ attempt: 1, nonce: 'n', at: at(10).toISOString() }];
    const world = new World(submittingJob({ claims, completion: published() }));
    expect((await look(world, ended('succeeded', 100), 130)).next).toBe('publish-model');
    expect(world.job.costUsdMicros).toBe(90_000);
    expect(world.outcomes.map(({ kind }) => kind)).toEqual(['job-started']);
  });
});

describe('a lost attempt', () => {
  test('is followed by one from the newest checkpoint; the lost time is paid', async () => {
    const world = new World(runningJob({ checkpoint: checkpoint(1, 40) }));
    await look(world, ended('failed', 100, 'exit code -9'), 130);
    expect(world.job.attempts).toMatchObject([
      { outcome: 'failed', reason: 'exit code -9', endedAt: at(100).toISOString() },
      { attempt: 2, resumedFromStep: 40 },
    ]);
    expect(world.job.costUsdMicros).toBe(90_000);
    expect(kinds(world)).toEqual(['attempt-lost', 'submitted']);
  });

  test('that the cluster has forgotten is paid for until it was last heard', async () => {
    const world = new World(runningJob());
    world.live = liveAt(70);
    await look(world, { state: 'absent' }, 4000);
    expect(world.job.costUsdMicros).toBe(60_000);
  });

  test('without progress ends the job: a preemption loop stops by itself', async () => {
    let world = new World(runningJob({ checkpoint: checkpoint(1, 40) }));
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      const outcome = await look(world, ended('failed', attempt * 100), attempt * 100);
      if (outcome.next !== 'submit-run') break;
      const claims = [
        ...world.job.claims,
        { attempt: attempt + 1, nonce: 'n', at: at(attempt * 100 + 1).toISOString() },
      ];
      world = new World({ ...world.job, claims });
      await look(world, { state: 'running' }, attempt * 100 + 5);
    }
    expect(world.job).toMatchObject({ status: 'failed', failure: { code: 'attempts-spent' } });
    expect(world.job.attempts).toHaveLength(2);
  });

  test('five times with progress ends it too', async () => {
    let job: TrainingJobRecord = queuedJob({ capUsdMicros: 100_000_000 });
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const next = decideAttempt(job, at(attempt * 100)).job as never;
      job = decideRunning(next, at(attempt * 100).toISOString(), at(attempt * 100)).job;
      job = { ...job, checkpoint: checkpoint(attempt, attempt * 10) };
    }
    const world = new World(job);
    expect((await look(world, ended('failed', 600), 600)).next).toBe('settle-costs');
    expect(world.job.status).toBe('failed');
  });

  test('whose failure would repeat itself is not repeated', async () => {
    const failure = failureOf('no-trainable-tokens', 'Every row is too long.', 'the line');
    const world = new World(runningJob({ completion: published({ outcome: 'failed', failure }) }));
    await look(world, ended('failed', 100), 130);
    expect(world.job).toMatchObject({ status: 'failed', failure });
  });

  test('shows the last line of the log that proves it', async () => {
    const job = runningJob();
    const world = new World({ ...job, attempts: [{ ...job.attempts[0]!, attempt: 5 }], attempt: 5 } as never);
    world.live = liveAt(90, 5);
    world.looks.set(`${JOB_ID}-5`, ended('failed', 100));
    await observeRun(world, input, at(130));
    expect(world.job).toMatchObject({ status: 'failed', failure: { logLine: 'the last line' } });
  });
});

describe('an outage of the cluster', () => {
  test('is told once and ends nothing within the hour', async () => {
    const world = new World(runningJob());
    for (const second of [100, 160, 220, 100 + HOUR - 1]) {
      expect((await look(world, unreachable(), second)).next).toBe('observe-run');
    }
    expect(kinds(world)).toEqual(['cluster-unreachable']);
    await look(world, { state: 'running' }, 100 + HOUR);
    expect(kinds(world)).toEqual(['cluster-unreachable', 'cluster-reachable']);
    expect(world.job.unreachableSince).toBeUndefined();
  });

  test('of an hour fails the job with its reason; it is paid for until it was last heard', async () => {
    const world = new World(runningJob());
    world.live = liveAt(70);
    await look(world, unreachable(), 100);
    expect((await look(world, unreachable(), 100 + HOUR)).next).toBe('settle-costs');
    expect(world.job).toMatchObject({ status: 'failed', failure: { code: 'cluster-unreachable' } });
    expect(world.job.costUsdMicros).toBe(60_000);
  });

  test('does not fail a job whose trainer is still heard', async () => {
    const world = new World(runningJob({ capUsdMicros: 100_000_000 }));
    await look(world, unreachable(), 100);
    world.live = liveAt(100 + HOUR - 30);
    expect((await look(world, unreachable(), 100 + HOUR)).next).toBe('observe-run');
  });

  test('does not lose a model that was finished meanwhile', async () => {
    const world = new World(runningJob({ completion: published() }));
    expect((await look(world, unreachable(), 200)).next).toBe('publish-model');
    expect(world.job.costUsdMicros).toBe(85_000);
  });

  test('an answer that nobody understands is an outage, not an end', async () => {
    const world = new World(runningJob());
    expect(
      (await look(world, { state: 'unreachable', refused: false, reason: 'its answer is not a job' }, 100))
        .next,
    ).toBe('observe-run');
    expect(world.job.status).toBe('running');
  });
});

describe('a cancellation converges', () => {
  const asked = (keepModel: boolean) => runningJob({ cancelRequestedAt: at(50).toISOString(), keepModel });

  test('the cluster is asked to stop at every look until it has', async () => {
    const world = new World(asked(false));
    for (const second of [60, 90, 120]) {
      expect(await look(world, { state: 'running' }, second)).toEqual({
        next: 'observe-run',
        waitSeconds: 30,
      });
    }
    expect(world.stopped).toEqual([ID, ID, ID]);
    expect((await look(world, ended('stopped', 125), 150)).next).toBe('settle-costs');
    expect(world.job.status).toBe('cancelled');
    expect(world.job.costUsdMicros).toBe(115_000);
  });

  test('with the model kept, the trainer gets its time before the cluster is asked', async () => {
    const world = new World(asked(true));
    await look(world, { state: 'running' }, 60);
    expect(world.stopped).toEqual([]);
    await look(world, { state: 'running' }, 50 + 16 * 60);
    expect(world.stopped).toEqual([ID]);
  });

  test('what has not started is cancelled at once', async () => {
    const world = new World(submittingJob({ cancelRequestedAt: at(5).toISOString(), keepModel: false }));
    expect((await look(world, { state: 'pending' }, 30)).next).toBe('settle-costs');
    expect(world.job.status).toBe('cancelled');
  });

  test('that keeps the model waits for an attempt that can publish from a checkpoint, not for ever', async () => {
    const more = { cancelRequestedAt: at(5).toISOString(), keepModel: true, checkpoint: checkpoint(1, 40) };
    const world = new World(submittingJob(more));
    expect((await look(world, { state: 'pending' }, 30)).next).toBe('observe-run');
    expect((await look(world, { state: 'pending' }, 5 + 901)).next).toBe('settle-costs');
    expect(world.job.status).toBe('cancelled');
  });

  test('that came after the model was whole loses nothing', async () => {
    const world = new World({ ...asked(false), completion: published() });
    expect((await look(world, ended('succeeded', 100), 130)).next).toBe('publish-model');
  });
});

describe('limits', () => {
  test('a run that does not land is stopped in time to be gone under its cap, and fails for that', async () => {
    // A dollar at a thousandth a second from second 10: the cap ends at 1,010, stopping takes 20 s at worst.
    const world = new World(runningJob());
    world.live = liveAt(960);
    expect(await look(world, { state: 'running' }, 970)).toEqual({ next: 'observe-run', waitSeconds: 20 });
    expect(world.stopped).toEqual([]);
    await look(world, { state: 'running' }, 990);
    expect(world.stopped).toEqual([ID]);
    await look(world, ended('stopped', 1005), 1030);
    expect(world.job).toMatchObject({ status: 'failed', failure: { code: 'cap-reached' } });
    expect(world.job.costUsdMicros).toBeLessThanOrEqual(world.job.capUsdMicros);
  });

  test('a run that is landing already gets a tenth more, which the owner does not pay', async () => {
    const world = new World(runningJob());
    world.live = liveAt(1105, 1, 'publishing');
    await look(world, { state: 'running' }, 1109);
    expect(world.stopped).toEqual([]);
    await look(world, { state: 'running' }, 1110);
    expect(world.stopped).toEqual([ID]);
    world.manifests.set('m1', modelManifest());
    expect((await look(world, ended('stopped', 1112), 1130)).next).toBe('publish-model');
    expect(world.job.costUsdMicros).toBe(1_000_000);
    expect(world.costs.at(-1)?.to).toBe(at(1010).toISOString());
  });

  test('a run that nobody has heard for two minutes may be landing by itself, and gets the same', async () => {
    const world = new World(runningJob());
    world.live = liveAt(880);
    await look(world, { state: 'running' }, 1001);
    expect(world.stopped).toEqual([]);
    await look(world, { state: 'running' }, 1110);
    expect(world.stopped).toEqual([ID]);
  });

  test('a run of 14 days is stopped and fails for that', async () => {
    const world = new World(runningJob({ capUsdMicros: 100_000_000_000 }));
    const day14 = 14 * 24 * HOUR + 10;
    world.live = liveAt(day14 - 60);
    await look(world, { state: 'running' }, day14);
    expect(world.stopped).toEqual([ID]);
    await look(world, ended('stopped', day14 + 5), day14 + 30);
    expect(world.job).toMatchObject({ status: 'failed', failure: { code: 'time-limit' } });
  });

  test('a trainer that is silent for an hour is stopped', async () => {
    const world = new World(runningJob({ capUsdMicros: 100_000_000 }));
    world.live = liveAt(60);
    await look(world, { state: 'running' }, 60 + HOUR);
    expect(world.stopped).toEqual([]);
    await look(world, { state: 'running' }, 61 + HOUR);
    expect(world.stopped).toEqual([ID]);
  });

  test('a run that never starts is tried again and fails as that', async () => {
    const world = new World(submittingJob());
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await look(world, { state: 'pending' }, attempt * 2000);
    }
    expect(world.job.attempts).toHaveLength(5);
    expect(world.job).toMatchObject({ status: 'failed', failure: { code: 'start-timeout' } });
    expect(world.costs).toEqual([]);
  });
});
