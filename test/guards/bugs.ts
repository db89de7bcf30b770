/**
 * `npm run bugs`: applies each seeded bug (`bugs/*.patch`) to a copy and shows that the simulation turns red. `-- <words>`
 * tries those whose name holds the words. Ends with 1 where one was not seen.
 */
import { execFileSync } from 'node:child_process';
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

let seen = 0;
try {
  for (const patch of chosen) {
    apply(patch);
    const { verdict, said } = await workspace.verdict('test/simulation');
    apply(patch, '--reverse');
    if (verdict === 'red') seen += 1;
    const by = /✕ (.+?)(?: \(\d+ ms\))?$/m.exec(said)?.[1];
    console.log(
      `${verdict === 'red' ? 'seen    ' : 'NOT SEEN'}  ${patch.replace('.patch', '')}${by ? `: ${by}` : ''}`,
    );
  }
} finally {
  workspace.remove();
}
console.log(`\nseeded bugs: ${seen} of ${chosen.length} turn the simulation red`);
process.exit(seen < chosen.length ? 1 : 0);
