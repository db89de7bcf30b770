/** Fault 40 for as long as a job may run: nearly 14 days, and three looks of ten fail. */
import { simulate, type Simulated } from './simulate.ts';

const HOUR_MS = 3_600_000;
/** A step of ten minutes; with everything around it the run stays below the 14 days that are allowed. */
const STEP_MS = 600_000;
const STEPS = 13.8 * 24 * 6;

/** Ends with a model; the invariants hold, among them that no execution comes near 25,000 history events. */
export function fortnight(): Promise<Simulated> {
  return simulate({
    seed: 1,
    faults: [40],
    prepare(world) {
      // Reports of every five minutes: those between change nothing of what is looked at here, and take the time.
      world.script = {
        steps: Math.floor(STEPS),
        stepMs: STEP_MS,
        checkpointEverySteps: 12,
        phaseMs: 60_000,
        reportMs: 300_000,
      };
      world.longestMs = 20 * 24 * HOUR_MS;
      // 332 hours at $3.89 are $1,292; 14 days are the most that can be asked for.
      world.person.capUsdMicros = 1_307_000_000;
      world.environment['DEFAULT_MONTHLY_BUDGET_USD_MICROS'] = '2000000000';
    },
  });
}
