/**
 * `npm run simulate -- --seeds 2000` runs seeds 1 to 2000 on all cores; `--seed 7` runs one and tells what was broken,
 * `--faults 23,36` takes these faults instead of the seed's own, `--history` tells everything that happened.
 * `--fixed-set` does what `npm test` does and stops at the first that is broken, `--every-call` does every harm at every
 * awaited call, `--fortnight` runs a job of nearly 14 days.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { awaitedCalls, harmed, harmsOf } from './every-call.ts';
import { FAULTS } from './faults/faults.ts';
import { firstBroken } from './fixed-set.ts';
import { fortnight } from './fortnight.ts';
import type { HistoryEvent } from './history/history.ts';
import { type Failure, merged, runSeeds, type Tally } from './seeds.ts';
import { simulate } from './simulate.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    faults: { type: 'string' },
    history: { type: 'boolean', default: false },
    'every-call': { type: 'boolean', default: false },
    fortnight: { type: 'boolean', default: false },
    'fixed-set': { type: 'boolean', default: false },
    processes: { type: 'string' },
  },
});
const faults = values.faults === undefined ? undefined : values.faults.split(',').filter(Boolean).map(Number);
const say = (text = '') => process.stdout.write(`${text}\n`);
const replay = ({ seed, faults: which }: Failure) =>
  `npm run simulate -- --seed ${seed} --faults ${which.join(',') || "''"} --history`;

function told(event: HistoryEvent): string {
  const at = new Date(event.at).toISOString().slice(5, 23);
  if (event.kind !== 'write') return `${at} ${JSON.stringify({ ...event, at: undefined })}`.slice(0, 400);
  const { table, sk, after } = event;
  const job = sk.startsWith('JOB#')
    ? ` ${String(after?.['status'])} attempt ${String(after?.['attempt'] ?? '-')}`
    : '';
  return `${at} ${after ? 'wrote' : 'deleted'} ${table} ${sk}${job}`;
}

async function one(seed: number): Promise<void> {
  const run = await simulate({ seed, ...(faults ? { faults } : {}) });
  if (values.history) for (const event of run.world.history.events) say(told(event));
  const titles = run.faults.map(
    (number) => `${number} ${FAULTS.find((fault) => fault.number === number)?.title}`,
  );
  say(`seed ${seed} with ${titles.join('; ') || 'no fault'}: the job ended ${run.end}`);
  for (const { invariant, what } of run.violations) say(`${invariant} broken: ${what}`);
  if (run.violations.length === 0) say('Every invariant holds.');
  process.exitCode = run.violations.length === 0 ? 0 : 1;
}

/** This file again, as a process that is given its seeds and sends back what became of them. */
function inProcess(seeds: number[]): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, [], { execArgv: ['--no-warnings'] });
    child.once('message', (tally) => resolve(tally as Tally));
    child.once('error', reject);
    child.once('exit', (code) => code !== 0 && reject(new Error(`A process of seeds ended with ${code}.`)));
    child.send({ seeds, faults });
  });
}

async function many(count: number): Promise<void> {
  const processes = Number(values.processes ?? availableParallelism());
  const first = Number(values.from);
  const shares = Array.from({ length: processes }, (_, place) =>
    Array.from({ length: count }, (_unused, index) => first + index).filter(
      (seed) => seed % processes === place,
    ),
  );
  const began = performance.now();
  const tally = merged(await Promise.all(shares.filter((share) => share.length > 0).map(inProcess)));
  const seconds = (performance.now() - began) / 1000;
  const done = Object.entries(tally.injected).sort(([a], [b]) => Number(a) - Number(b));
  say(
    `${tally.seeds} seeds in ${seconds.toFixed(1)} s: ${(tally.seeds / seconds).toFixed(0)} a second, ${((tally.cpuSeconds / tally.seeds) * 1000).toFixed(0)} ms of processor each`,
  );
  say(`faults done, by number: ${done.map(([number, times]) => `${number}×${times}`).join(' ')}`);
  say(`${done.length} of ${FAULTS.length} faults; ${tally.points.length} distinct points of fault and state`);
  say(
    `${tally.checks} checks of 12 invariants; jobs ended ${Object.entries(tally.ends)
      .map(([end, jobs]) => `${end} ${jobs}`)
      .join(', ')}`,
  );
  for (const failure of tally.failures) {
    say(`\nseed ${failure.seed} broke, with faults ${failure.faults.join(', ') || 'none'} alone:`);
    for (const { invariant, what } of failure.violations.slice(0, 5)) say(`  ${invariant}: ${what}`);
    say(`  ${replay(failure)}`);
  }
  if (tally.failures.length === 0) say('Every invariant held in every seed.');
  process.exitCode = tally.failures.length === 0 ? 0 : 1;
}

async function fixedSet(): Promise<void> {
  const broken = await firstBroken();
  if (!broken) {
    say('Every invariant held in the fixed set.');
    return;
  }
  const { seed, faults: which, end, violations } = broken;
  say(`seed ${seed} with ${which.join(', ')} ended ${end}`);
  for (const { invariant, what } of violations.slice(0, 3)) say(`${invariant} broken: ${what.slice(0, 300)}`);
  process.exitCode = 1;
}

async function everyCall(): Promise<void> {
  const calls = await awaitedCalls();
  let [tried, broken] = [0, 0];
  for (const call of calls) {
    for (const harm of harmsOf(call)) {
      tried += 1;
      const { violations, end } = await harmed(call, harm);
      if (violations.length === 0 && end === 'succeeded completed') continue;
      broken += 1;
      say(`${call.functionName}, call ${call.place} (${call.what}), ${harm}: the job ended ${end}`);
      for (const { invariant, what } of violations) say(`  ${invariant}: ${what}`);
    }
  }
  say(`${tried} harms at ${calls.length} awaited calls, one at a time: ${broken} broke something`);
  process.exitCode = broken === 0 ? 0 : 1;
}

async function longest(): Promise<void> {
  const { violations, end, world } = await fortnight();
  const executions = [...world.platform.machines.executions.values()];
  const most = Math.max(...executions.map(({ events }) => events));
  const hours = (world.clock.now() - executions[0]!.startedAt) / 3_600_000;
  say(`${hours.toFixed(0)} h in ${executions.length} executions, of at most ${most} history events: ${end}`);
  for (const { invariant, what } of violations) say(`  ${invariant}: ${what}`);
  process.exitCode = violations.length === 0 && end === 'succeeded completed' ? 0 : 1;
}

if (process.send) {
  process.once('message', (message) => {
    const asked = message as { seeds: number[]; faults?: number[] };
    void runSeeds(asked.seeds, asked.faults).then((tally) =>
      process.send?.(tally, undefined, undefined, () => process.disconnect()),
    );
  });
} else if (values['every-call']) await everyCall();
else if (values['fixed-set']) await fixedSet();
else if (values.fortnight) await longest();
else if (values.seed !== undefined) await one(Number(values.seed));
else await many(Number(values.seeds ?? 200));
