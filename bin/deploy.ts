/**
 * `npm run deploy -- --stage prod`: builds the pages and deploys every stack of the stage. What follows `--` after the
 * stage goes to `cdk deploy`, such as `--require-approval never`.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { readStage, unsetSettings } from '../lib/stage.ts';

function run(command: string, ...args: string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

/** A sentence, not a stack trace: what is wrong and what to do. */
function refuse(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(2);
}

const { values, positionals } = parseArgs({
  options: { stage: { type: 'string' } },
  allowPositionals: true,
  strict: true,
});
if (values.stage === undefined) refuse('Say which stage: npm run deploy -- --stage prod');
if (values.stage === 'local') refuse('The local stage is deployed by npm start.');

const stage = (() => {
  try {
    return readStage(values.stage, () => undefined, process.env);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
})();
const unset = unsetSettings(stage);
if (unset.length > 0) {
  refuse(`Nothing was deployed: set ${unset.join(', ')} first. docs/deploy.md says what each is.`);
}

run('node_modules/.bin/vite', 'build', 'web');
run('node_modules/.bin/cdk', 'deploy', '--all', '-c', `stage=${stage.name}`, ...positionals);
