/** Many seeds in one process, and what is said about them. */
import { INVARIANTS } from './invariants/invariants.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';

export interface Failure {
  seed: number;
  faults: number[];
  violations: { invariant: string; what: string }[];
}
export interface Tally {
  seeds: number;
  /** By number, how often each fault was done. */
  injected: Record<number, number>;
  points: string[];
  checks: number;
  /** By its end, how many jobs. */
  ends: Record<string, number>;
  failures: Failure[];
  cpuSeconds: number;
}

/** After so many the rest is not worth its time. */
const ENOUGH_FAILURES = 20;

export async function runSeeds(seeds: readonly number[], faults?: number[]): Promise<Tally> {
  const began = process.cpuUsage();
  const points = new Set<string>();
  const tally: Tally = {
    seeds: 0,
    injected: {},
    points: [],
    checks: 0,
    ends: {},
    failures: [],
    cpuSeconds: 0,
  };
  for (const seed of seeds) {
    const run = await simulate({ seed, ...(faults ? { faults } : {}) });
    tally.seeds += 1;
    tally.checks += INVARIANTS.length;
    tally.ends[run.end] = (tally.ends[run.end] ?? 0) + 1;
    for (const [number, times] of run.injected)
      tally.injected[number] = (tally.injected[number] ?? 0) + times;
    for (const point of run.points) points.add(point);
    if (run.violations.length === 0) continue;
    const { faults: least, violations } = await shrink(run);
    tally.failures.push({ seed, faults: least, violations });
    if (tally.failures.length >= ENOUGH_FAILURES) break;
  }
  const { user, system } = process.cpuUsage(began);
  return { ...tally, points: [...points], cpuSeconds: (user + system) / 1e6 };
}

export function merged(tallies: readonly Tally[]): Tally {
  const sums = (pick: (tally: Tally) => Record<string, number>) => {
    const sum: Record<string, number> = {};
    for (const tally of tallies) {
      for (const [key, count] of Object.entries(pick(tally))) sum[key] = (sum[key] ?? 0) + count;
    }
    return sum;
  };
  const total = (pick: (tally: Tally) => number) => tallies.reduce((sum, tally) => sum + pick(tally), 0);
  return {
    seeds: total(({ seeds }) => seeds),
    injected: sums(({ injected }) => injected),
    points: [...new Set(tallies.flatMap(({ points }) => points))],
    checks: total(({ checks }) => checks),
    ends: sums(({ ends }) => ends),
    failures: tallies.flatMap(({ failures }) => failures),
    cpuSeconds: total(({ cpuSeconds }) => cpuSeconds),
  };
}
