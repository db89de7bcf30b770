/**
 * `npm run test:gpu-trainer`: the torch backend on a CPU, and what the trainer publishes in the library that people
 * load it with. torch comes with CUDA (5.6 GB), hence an environment of its own that nothing else needs.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { INSTALLATION, REPOSITORY } from './folders.ts';
import { runPythonTests } from './python-tests.ts';

process.exitCode = await runPythonTests({
  environment: {
    folder: INSTALLATION.gpuTrainerVenv,
    lock: join(REPOSITORY, 'trainer', 'requirements-gpu-tests.txt'),
    withTrainer: true,
    compileBytecode: true,
  },
  environmentBytes: 12e9,
  arguments: ['trainer/tests/peft_lora', '-o', 'addopts=-q'],
  // One thread: at these widths two wait for each other, on busy cores several times as long as one computes.
  variables: { OMP_NUM_THREADS: '1', HF_HUB_OFFLINE: '1', BRIGHTRUN_ADAPTER: newestDownload() ?? '' },
});

/** The adapter that the last `npm start -- --once` downloaded; empty where there was none. */
function newestDownload(): string | undefined {
  if (!existsSync(INSTALLATION.downloads)) return undefined;
  return readdirSync(INSTALLATION.downloads)
    .map((name) => join(INSTALLATION.downloads, name))
    .toSorted((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs)[0];
}
