/** Runs pytest in an environment that is made when it is missing, and shows what it says. */
import { findPython, requireRoom } from './prerequisites.ts';
import { progressOn } from './progress.ts';
import { ensureEnvironment, executable, isInstalled, type PythonEnvironment } from './python-environment.ts';
import { StartProblem } from './start-problem.ts';
import { runTool } from './tools.ts';

export interface PythonTests {
  environment: PythonEnvironment;
  /** Unpacked, with the cache of downloads. */
  environmentBytes: number;
  arguments: string[];
  variables: Record<string, string>;
}

/** Answers the exit status of pytest, or 1 when its environment could not be made. */
export async function runPythonTests(tests: PythonTests): Promise<number> {
  try {
    const python = findPython();
    if (!isInstalled(tests.environment, python)) {
      requireRoom(tests.environment.folder, tests.environmentBytes, 'its first use');
    }
    await progressOn(process.stdout).step('Python environment', async (note) => {
      if (!(await ensureEnvironment(tests.environment, python, note))) note('as it was');
    });
  } catch (error) {
    if (!(error instanceof StartProblem)) throw error;
    process.stderr.write(`\n  ${error.message}\n\n`);
    return 1;
  }
  const { code } = await runTool({
    command: executable(tests.environment.folder, 'python'),
    arguments: ['-m', 'pytest', ...tests.arguments, ...process.argv.slice(2)],
    environment: { ...process.env, ...tests.variables },
    output: 'inherit',
  });
  return code ?? 1;
}
