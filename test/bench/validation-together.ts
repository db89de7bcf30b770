/** Together's own checker over the same file, in an environment that installs itself; left out, with words, where it cannot. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod';
import { INSTALLATION } from '../../local/folders.ts';
import { findPython } from '../../local/prerequisites.ts';
import { ensureEnvironment, executable } from '../../local/python-environment.ts';
import { StartProblem } from '../../local/start-problem.ts';

const ENVIRONMENT = {
  folder: join(INSTALLATION.root, 'together-venv'),
  // From requirements-together.in: uv pip compile --universal --generate-hashes --python-version 3.11
  lock: join(import.meta.dirname, 'requirements-together.txt'),
  withTrainer: false,
};

/** The best of a few: the first one loads modules, and whatever else runs only ever adds. */
const TIMES = 3;
const PROGRAM = `
import json, os, sys, time
from pathlib import Path
try:
    from together.utils import check_file
except ImportError:
    from together.lib.utils import check_file
tries = []
for _ in range(${TIMES}):
    began, used = time.perf_counter(), sum(os.times()[:2])
    report = check_file(Path(sys.argv[1]))
    tries.append({"seconds": time.perf_counter() - began, "cpuSeconds": sum(os.times()[:2]) - used})
print(json.dumps({"tries": tries, "passed": report["is_check_passed"]}))
`;

const Answer = z.object({
  tries: z.array(z.object({ seconds: z.number(), cpuSeconds: z.number() })).min(1),
  passed: z.boolean(),
});

/** The command that runs it; undefined, and the reason printed, where it cannot be installed. */
export async function togetherPython(): Promise<string | undefined> {
  try {
    await ensureEnvironment(ENVIRONMENT, findPython(), () => undefined);
    return executable(ENVIRONMENT.folder, 'python');
  } catch (error) {
    if (!(error instanceof StartProblem)) throw error;
    process.stderr.write(`Together's check_file is left out: ${error.message}\n`);
    return undefined;
  }
}

/** Seconds of its best try. */
export function timeTogether(python: string, file: string): { seconds: number; cpuSeconds: number } {
  const { status, stdout, stderr } = spawnSync(python, ['-c', PROGRAM, file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`Together's check_file failed: ${stderr}`);
  const { tries, passed } = Answer.parse(JSON.parse(stdout));
  if (!passed)
    throw new Error("Together's check_file refused the file, and then it stopped at its first error.");
  return tries.toSorted((one, other) => one.seconds - other.seconds)[0] ?? { seconds: NaN, cpuSeconds: NaN };
}
