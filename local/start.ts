/** `npm start`: brings a copy up and keeps it running, or runs the journey once. Wiring only. */
import { firstJob } from './journey/first-job.ts';
import { runOnce } from './journey/once.ts';
import { HELP, readOptions, type StartOptions } from './options.ts';
import { progressOn, type Progress } from './progress.ts';
import { startStack, type StartingStack } from './stack.ts';
import { StartProblem } from './start-problem.ts';

/** Shells' own convention for a command that Ctrl-C ended. */
const INTERRUPTED = 130;

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (!options) {
    process.stdout.write(HELP);
    return 0;
  }
  const progress = progressOn(process.stdout);
  const starting = await startStack(options, progress);
  let hurry = false;
  const signalled = new Promise<'signal'>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        // The second Ctrl-C does not wait for anybody: the reaper ends what is left.
        if (hurry) process.kill(process.pid, 'SIGKILL');
        hurry = true;
        resolve('signal');
      });
    }
  });
  try {
    return await Promise.race([
      work(starting, options, progress),
      signalled.then(() => (options.once ? INTERRUPTED : 0)),
      starting.crashed.then((crash) => {
        throw new StartProblem(
          `The ${crash.part} ${crash.how}, so everything is stopped. Its log is ${crash.logFile}${crash.logTail ? `:\n${crash.logTail}` : '.'}`,
        );
      }),
    ]);
  } finally {
    progress.endLive();
    await progress.step('Stopping every process', () => starting.stop());
  }
}

async function work(starting: StartingStack, options: StartOptions, progress: Progress): Promise<number> {
  const stack = await starting.stack;
  if (options.once) {
    await runOnce(stack, progress);
    return 0;
  }
  progress.line();
  progress.line(`  BrightRun is at ${stack.url}`);
  progress.line(`  Sign in as ${stack.account.email} with the password ${stack.account.password}`);
  progress.line(`  Stop with Ctrl-C. Logs lie in ${stack.state.logs}`);
  progress.line();
  // The product is there also where its example is not: a person can still bring a dataset of their own.
  if (options.firstJob) {
    await firstJob(stack, progress).catch((error: unknown) =>
      progress.line(
        `  The first job could not be started: ${error instanceof Error ? error.message : String(error)}`,
      ),
    );
  }
  return new Promise(() => undefined);
}

try {
  process.exitCode = await main();
} catch (error) {
  const text = error instanceof StartProblem ? error.message : ((error as Error).stack ?? String(error));
  process.stderr.write(`\n  ${text}\n\n`);
  process.exitCode = 1;
}
// A half-made step (a download, a request to a part that is gone) must not hold the command open.
process.exit();
