/**
 * `npm run bugs`: applies each seeded bug (`bugs/*.patch`) to a copy and shows that the simulation turns red. `-- <words>`
 * tries those whose name holds the words. Ends with 1 where one was not seen.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Workspace } from './workspace.ts';

const BUGS = join(import.meta.dirname, 'bugs');
const words = process.argv.slice(2).join('-');
const chosen = readdirSync(BUGS)
  .filter((name) => name.endsWith('.patch') && name.includes(words))
  .sort();

const workspace = new Workspace();
const apply = (patch: string, ...more: string[]) =>
  execFileSync('git', ['apply', ...more, join(BUGS, patch)], { cwd: workspace.folder });

/**
 * What `npm test` runs of the simulation, up to the first run that is broken. `broken` is what was found; a simulation
 * that did not even run has found nothing.
 */
function simulated(): { isWhole: boolean; broken: string | undefined } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--no-warnings', 'test/simulation/run.ts', '--fixed-set'],
    { cwd: workspace.folder, encoding: 'utf8' },
  );
  if (status === 0) return { isWhole: true, broken: undefined };
  const [run, why = ''] = stdout.trim().split('\n');
  if (!run?.startsWith('seed ')) throw new Error(`The simulation did not run: ${stderr.slice(-2000)}`);
  return { isWhole: false, broken: `${run}; ${why}` };
}

let seen = 0;
try {
  const { isWhole, broken } = simulated();
  if (!isWhole) throw new Error(`Without a bug it is red already: ${broken}`);
  for (const patch of chosen) {
    apply(patch);
    const { broken: by } = simulated();
    apply(patch, '--reverse');
    if (by !== undefined) seen += 1;
    console.log(
      `${by === undefined ? 'NOT SEEN' : 'seen    '}  ${patch.replace('.patch', '')}${by ? `: ${by}` : ''}`,
    );
  }
} finally {
  workspace.remove();
}
console.log(`\nseeded bugs: ${seen} of ${chosen.length} turn the simulation red`);
process.exit(seen < chosen.length ? 1 : 0);
