/** `npm run test:trainer`: the trainer's own tests, in the environment that also runs it. */
import { INSTALLATION } from './folders.ts';
import { runPythonTests } from './python-tests.ts';
import { MAIN_ENVIRONMENT } from './python-environment.ts';

process.exitCode = await runPythonTests({
  environment: MAIN_ENVIRONMENT,
  environmentBytes: 2.5e9,
  // Those that need torch have an environment of their own: see gpu-trainer-tests.ts.
  arguments: ['trainer/tests', '--ignore=trainer/tests/peft_lora'],
  variables: { BRIGHTRUN_MODELS_DIR: INSTALLATION.models, MLX_DISABLE_COMPILE: '1', OMP_NUM_THREADS: '2' },
});
