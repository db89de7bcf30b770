/**
 * `npm run guards`: takes each guard away in turn and shows that the suite turns red. `-- <words>` runs those whose
 * line holds the words. Ends with 1 where one survived: a guard that no test misses is not tested.
 */
import { availableParallelism } from 'node:os';
import { type Guard, without } from './guard.ts';
import { GUARDS } from './guards.ts';
import { type Verdict, Workspace } from './workspace.ts';

const words = process.argv.slice(2).join(' ').toLowerCase();
const chosen = GUARDS.filter((guard) =>
  `${guard.holds} ${guard.serves} ${guard.file}`.toLowerCase().includes(words),
);
if (chosen.length === 0) {
  console.error(`No guard is called ${words}.`);
  process.exit(2);
}

/** Two jest runs fill two cores; each has a copy of its own to break. */
const workspaces = Array.from(
  { length: Math.min(availableParallelism(), 4, chosen.length) },
  () => new Workspace(),
);

/** Does the work on as many copies as there are, in order; throws the first error once every copy is at rest. */
async function shared<Item>(
  items: readonly Item[],
  work: (workspace: Workspace, item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const ends = await Promise.allSettled(
    workspaces.map(async (workspace) => {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift())
        await work(workspace, item);
    }),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

const began = performance.now();
const survivors: { guard: Guard; verdict: Verdict | 'stale'; said: string }[] = [];
let killed = 0;
try {
  // With every guard in its place all of it is green: otherwise red would say nothing.
  await shared([...new Set(chosen.map(({ tests }) => tests))], async (workspace, tests) => {
    const { verdict, said } = await workspace.verdict(tests);
    if (verdict !== 'green') {
      console.error(said);
      throw new Error(`The tests ${tests} are ${verdict} before any guard is taken away.`);
    }
  });
  await shared(chosen, async (workspace, guard) => {
    const whole = workspace.read(guard.file);
    workspace.write(guard.file, without(whole, guard));
    const { verdict, said } = await workspace.verdict(guard.tests);
    workspace.write(guard.file, whole);
    if (verdict === 'red') killed += 1;
    else survivors.push({ guard, verdict, said });
    console.log(`${verdict === 'red' ? 'killed  ' : 'SURVIVED'}  ${guard.serves.padEnd(10)} ${guard.holds}`);
  });
} finally {
  for (const workspace of workspaces) workspace.remove();
}

for (const { guard, verdict, said } of survivors) {
  console.log(`\n${guard.file}: ${guard.holds}\n  without it ${guard.tests} is ${verdict}.`);
  if (verdict === 'broken') console.log(said.slice(-2000));
}
const seconds = ((performance.now() - began) / 1000).toFixed(0);
const rate = ((100 * killed) / chosen.length).toFixed(1);
console.log(`\nguards: ${killed} of ${chosen.length} killed (${rate} %) in ${seconds} s`);
process.exit(survivors.length > 0 ? 1 : 0);
