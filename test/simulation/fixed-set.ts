/** What `npm test` runs of the simulator: each fault alone, and random pairs; few enough for tens of seconds. */
import { FAULTS } from './faults/faults.ts';
import { simulate, type Simulated } from './simulate.ts';

/** Different shapes of a job and moments of a fault. */
export const SEEDS: readonly number[] = [3, 8, 21];
export const PAIRS: readonly number[] = Array.from({ length: 40 }, (_, place) => 500 + place);

/** Whether a job that is to survive its fault has its model. */
export const isSurvivor = (fault: number, { end }: Simulated): boolean =>
  !FAULTS.find(({ number }) => number === fault)?.isSurvived || end.startsWith('succeeded');

/** The first run of the set that something is wrong with; nothing when all hold. */
export async function firstBroken(): Promise<Simulated | undefined> {
  for (const seed of SEEDS) {
    for (const { number } of FAULTS) {
      const run = await simulate({ seed, faults: [number] });
      if (run.violations.length > 0 || !isSurvivor(number, run)) return run;
    }
  }
  for (const seed of PAIRS) {
    const run = await simulate({ seed });
    if (run.violations.length > 0) return run;
  }
  return undefined;
}
