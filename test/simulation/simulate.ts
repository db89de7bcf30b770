/** One seed: a world, its faults, and what of the twelve invariants did not hold. */
import { FAULTS } from './faults/faults.ts';
import { INVARIANTS } from './invariants/invariants.ts';
import { World } from './world/world.ts';
import { random } from './time/random.ts';

export interface Simulated {
  seed: number;
  faults: number[];
  violations: { invariant: string; what: string }[];
  /** How often each fault was done. */
  injected: ReadonlyMap<number, number>;
  /** Where in a job's life faults were done: fault, state of the job, state of the workflow. */
  points: readonly string[];
  /** How the job ended: its status, and the class of its failure or why it stopped. */
  end: string;
  world: World;
}

/** Which faults a seed brings: mostly two at a time. */
function faultsOf(seed: number): number[] {
  const dice = random(seed).fork('faults');
  const count = dice.pick([0, 1, 1, 2, 2, 2, 2, 3]);
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(dice.pick(FAULTS).number);
  return [...chosen].sort((a, b) => a - b);
}

/** `faults` are numbers of faults.md; without them the seed decides. The same arguments give the same history. */
export async function simulate({
  seed,
  faults = faultsOf(seed),
  prepare,
}: {
  seed: number;
  faults?: number[];
  /** Does to the world what a test wants besides. */
  prepare?: (world: World) => void;
}): Promise<Simulated> {
  const world = new World(seed);
  prepare?.(world);
  for (const number of faults) {
    const fault = FAULTS.find((known) => known.number === number);
    if (!fault) throw new Error(`The simulation has no fault ${number}.`);
    // Each has dice of its own: without another fault, this one is done all the same.
    fault.arm(world, random(seed).fork(`fault ${number}`));
  }
  const violations = [...world.violations];
  try {
    const evidence = await world.run(faults);
    violations.push(...world.violations);
    for (const { name, check } of INVARIANTS) {
      for (const what of check(evidence)) violations.push({ invariant: name, what });
    }
    if (!evidence.isSettled)
      violations.push({ invariant: 'I2', what: 'not everything was done after 60 hours' });
  } catch (error) {
    // A bug of the simulator, or of what it runs: either way the seed is worth a look.
    violations.push({
      invariant: 'run',
      what: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
  return { seed, faults, violations, injected: world.injected, points: world.points, end: world.end, world };
}
