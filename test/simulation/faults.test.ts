/** Each fault of faults.md alone, and a fixed set of random pairs; `npm run simulate` runs thousands. */
import { describe, expect, jest, test } from '@jest/globals';
import { LIMITS } from '../../contracts/limits.ts';
import { STOP_OVERDUE } from '../../lambdas/training-workflow/stop-watch.ts';
import { FAULTS } from './faults/faults.ts';
import { isSurvivor, PAIRS, SEEDS } from './fixed-set.ts';
import { runSeeds } from './seeds.ts';
import { simulate } from './simulate.ts';

/** A seed takes 50 ms of a processor; on a machine that does other things at the same time, many times that. */
jest.setTimeout(300_000);
/** Where a fault alone may not hit in each seed, this many of the seeds do. */
const AT_LEAST = 1;

describe('every invariant holds', () => {
  test('when nothing is wrong, and the job has its model', async () => {
    const run = await simulate({ seed: 1, faults: [] });
    expect(run.violations).toEqual([]);
    expect(run.end).toBe('succeeded completed');
  });

  test.each(FAULTS.map(({ number, title }) => [number, title] as const))(
    'under fault %i: %s',
    async (number) => {
      let hits = 0;
      for (const seed of SEEDS) {
        const run = await simulate({ seed, faults: [number] });
        expect({ seed, violations: run.violations }).toEqual({ seed, violations: [] });
        if ((run.injected.get(number) ?? 0) > 0) hits += 1;
        expect({ seed, end: run.end, isRight: isSurvivor(number, run) }).toMatchObject({ isRight: true });
      }
      expect(hits).toBeGreaterThanOrEqual(AT_LEAST);
    },
  );

  test('under fault 37, and an operator is told where it lasts', async () => {
    // In this seed neither the cluster nor its trainer hears for longer than ten minutes.
    const { world, violations } = await simulate({ seed: 18, faults: [37] });
    expect(violations).toEqual([]);
    const logged = world.history.of('log').filter(({ text }) => text.includes(STOP_OVERDUE));
    expect(logged.length).toBeGreaterThan(0);
  });

  test('under fault 9 with a line of 500 MB, which is never joined', async () => {
    const piece = Buffer.alloc(LIMITS.uploadPartBytes, 'x');
    const parts = Array.from({ length: Math.floor(LIMITS.datasetBytes / piece.length) }, () => piece);
    const before = process.memoryUsage().rss;
    const run = await simulate({
      seed: 3,
      faults: [],
      prepare: (world) => void world.uploads.push({ data: parts }),
    });
    expect(run.violations).toEqual([]);
    expect(run.end).toBe('succeeded completed');
    const [refused] = run.world.uploader.uploaded;
    expect(refused?.bytes).toBeGreaterThan(500_000_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
  });

  test('under forty random pairs', async () => {
    const { failures, points } = await runSeeds(PAIRS);
    expect(failures).toEqual([]);
    expect(points.length).toBeGreaterThan(30);
  });
});

test('the same seed is the same history', async () => {
  const told = async () => {
    const { world } = await simulate({ seed: 77, faults: [20, 29, 38] });
    // A stack names files and lines of whoever loaded them.
    return world.history.events.filter(({ kind }) => kind !== 'log').map((event) => JSON.stringify(event));
  };
  const first = await told();
  expect(await told()).toEqual(first);
  expect(first.length).toBeGreaterThan(50);
});
