/** The two state machines as the CDK synthesizes them, kept between runs until something in `lib` changes. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { STEPS, type Step } from '../../../lambdas/training-workflow/steps.ts';
import { Definition } from '../state-machines/definition.ts';

const OUTPUT = 'test/simulation/output';

/** What a definition follows from. */
function fingerprint(): string {
  const hash = createHash('sha256');
  const sources = ['lib/**/*.ts', 'test/simulation/deployment/*.ts', 'lambdas/training-workflow/steps.ts'];
  for (const file of globSync(sources).sort()) hash.update(file).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

function synthesized(): Record<string, unknown> {
  const file = `${OUTPUT}/definitions-${fingerprint()}.json`;
  if (!existsSync(file)) {
    mkdirSync(OUTPUT, { recursive: true });
    const program = ['--no-warnings', 'test/simulation/deployment/synthesize-workflow.ts'];
    const options = {
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'inherit'] as ('ignore' | 'pipe' | 'inherit')[],
    };
    const text = execFileSync(process.execPath, program, options);
    // Several processes may do this at once: each moves a whole file into place.
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
}

export interface Definitions {
  trainingWorkflow: Definition;
  pollWindow: Definition;
}

/** `preparerun6C4D…` → `prepare-run`: CDK makes a logical id of a name without its dashes, and a hash. */
export function stepOf(functionName: string): Step {
  const found = STEPS.find((step) => functionName.startsWith(step.replaceAll('-', '')));
  if (!found) throw new Error(`The definition calls ${functionName}, which is no step.`);
  return found;
}

let known: Definitions | undefined;
export const definitions = (): Definitions => (known ??= read());

function read(): Definitions {
  const all = Object.entries(synthesized());
  const one = (beginning: string) => {
    const [found, more] = all.filter(([id]) => id.startsWith(beginning));
    if (!found || more) throw new Error(`Not one state machine begins with ${beginning}.`);
    return Definition.parse(found[1]);
  };
  return { trainingWorkflow: one('trainingworkflow'), pollWindow: one('pollwindow') };
}
