/** A curve that goes wrong under the faults of reports and attempts: told once, in the story and to the person. */
import { expect, jest, test } from '@jest/globals';
import { FAULTS } from './faults/faults.ts';
import { INVARIANTS } from './invariants/invariants.ts';
import { rowsOf } from './invariants/invariant.ts';
import { random } from './time/random.ts';
import { World } from './world/world.ts';

jest.setTimeout(300_000);
const SEEDS = [1, 2];
/** Climbs from step 100 on; the newest checkpoint is never older than 30 steps. */
const CLIMBS = {
  steps: 240,
  stepMs: 5000,
  checkpointEverySteps: 30,
  phaseMs: 10_000,
  measured: (step: number) => ({ loss: step < 100 ? 3 / (1 + step / 40) : 4 }),
};

const twice = (world: World) => {
  world.trainerFaults.doublesReports = true;
};
const arms = (number: number) => (world: World, seed: number) => {
  const fault = FAULTS.find((known) => known.number === number);
  if (!fault) throw new Error(`The simulation has no fault ${number}.`);
  fault.arm(world, random(seed).fork(`fault ${number}`));
};

test.each([
  ['nothing is wrong', [], () => undefined],
  ['reports come twice', [39], twice],
  ['a reply is lost', [21], arms(21)],
  ['the run is preempted and repeats its steps', [34], arms(34)],
  ['an old attempt reports late', [38], arms(38)],
])('a loss that climbs is told once when %s', async (_, faults, arm) => {
  for (const seed of SEEDS) {
    const world = new World(seed);
    world.script = CLIMBS;
    world.person.capUsdMicros = 50_000_000;
    arm(world, seed);
    const evidence = await world.run(faults);
    const violations = INVARIANTS.flatMap(({ name, check }) =>
      check(evidence).map((what) => `${name}: ${what}`),
    );
    const of = (table: string, beginning: string, kind: string) =>
      rowsOf(evidence, table, beginning).filter((row) => row['kind'] === kind).length;
    expect({
      seed,
      violations,
      events: of('telemetry', 'EVENT#', 'divergence'),
      notifications: of('ephemeral', 'NOTE#', 'job-warned'),
    }).toEqual({ seed, violations: [], events: 1, notifications: 1 });
  }
});
