/** A failing seed with as few faults as still make it fail: what is left is where to look. */
import { simulate, type Simulated } from './simulate.ts';

/** Leaves out one fault after another for as long as the same invariant is broken. */
export async function shrink(failed: Simulated): Promise<Simulated> {
  const broken = new Set(failed.violations.map(({ invariant }) => invariant));
  let least = failed;
  for (let place = 0; place < least.faults.length;) {
    const faults = least.faults.filter((_, index) => index !== place);
    const tried = await simulate({ seed: failed.seed, faults });
    if (tried.violations.some(({ invariant }) => broken.has(invariant))) least = tried;
    else place += 1;
  }
  return least;
}
