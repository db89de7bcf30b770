/** Makes the Python environments from hashed locks, with uv; a stamp lets later starts skip it. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { INSTALLATION, REPOSITORY } from './folders.ts';
import type { Python } from './prerequisites.ts';
import { StartProblem } from './start-problem.ts';
import { runTool } from './tools.ts';

export interface PythonEnvironment {
  folder: string;
  /** Hashed lock: what is installed is what was tested, or nothing. */
  lock: string;
  /** Installs `trainer/` in place, so that an edited file counts at once. */
  withTrainer: boolean;
  /** For what many processes import: torch and transformers take 24 s of a core where no bytecode is kept. */
  compileBytecode?: boolean;
}

/** Runs the emulator, Ray and the trainer. */
export const MAIN_ENVIRONMENT: PythonEnvironment = {
  folder: INSTALLATION.venv,
  lock: join(REPOSITORY, 'local', 'requirements.txt'),
  withTrainer: true,
};

const STAMP = 'brightrun-stamp';
const TRAINER = join(REPOSITORY, 'trainer');
const BOOTSTRAP_LOCK = join(REPOSITORY, 'local', 'requirements-bootstrap.txt');

export const executable = (environment: string, name: string): string => join(environment, 'bin', name);

export function isInstalled(environment: PythonEnvironment, python: Python): boolean {
  const stamp = join(environment.folder, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint(environment, python);
}

/** Answers whether anything had to be installed. `note` is told what is going on. */
export async function ensureEnvironment(
  environment: PythonEnvironment,
  python: Python,
  note: (text: string) => void,
): Promise<boolean> {
  if (isInstalled(environment, python)) return false;
  const uv = await ensureUv(python, note);
  rmSync(join(environment.folder, STAMP), { force: true });
  note('making the environment');
  await tool(uv, ['venv', '--quiet', '--allow-existing', '--python', python.command, environment.folder]);
  const target = ['--quiet', '--python', executable(environment.folder, 'python')];
  note('downloading and installing packages');
  // `sync` also removes what an older lock had brought. Only wheels: building one would need a compiler.
  const compiled = environment.compileBytecode ? ['--compile-bytecode'] : [];
  await tool(uv, [
    'pip',
    'sync',
    ...target,
    ...compiled,
    '--require-hashes',
    '--only-binary',
    ':all:',
    environment.lock,
  ]);
  if (environment.withTrainer) {
    note('installing the trainer');
    await tool(uv, ['pip', 'install', ...target, '--no-deps', '--no-build-isolation', '--editable', TRAINER]);
  }
  writeFileSync(join(environment.folder, STAMP), fingerprint(environment, python));
  return true;
}

async function ensureUv(python: Python, note: (text: string) => void): Promise<string> {
  const uv = executable(INSTALLATION.bootstrap, 'uv');
  const stamp = join(INSTALLATION.bootstrap, STAMP);
  const wanted = hash(readFileSync(BOOTSTRAP_LOCK, 'utf8') + python.version);
  if (existsSync(uv) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return uv;
  note('installing uv');
  mkdirSync(INSTALLATION.root, { recursive: true });
  await tool(python.command, ['-m', 'venv', '--clear', INSTALLATION.bootstrap]);
  await tool(executable(INSTALLATION.bootstrap, 'python'), [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    // By itself pip asks five times with growing pauses: a minute until one learns that there is no network.
    '--retries',
    '1',
    '--require-hashes',
    '--requirement',
    BOOTSTRAP_LOCK,
  ]);
  writeFileSync(stamp, wanted);
  return uv;
}

function fingerprint(environment: PythonEnvironment, python: Python): string {
  const trainer = join(TRAINER, 'pyproject.toml');
  return hash(
    [
      readFileSync(environment.lock, 'utf8'),
      python.version,
      process.platform,
      process.arch,
      environment.folder, // scripts of an environment name its folder: a moved checkout needs a new one
      environment.withTrainer && existsSync(trainer) ? readFileSync(trainer, 'utf8') : '',
    ].join('\n'),
  );
}

const hash = (text: string) => createHash('sha256').update(text).digest('hex');

/** With this person's environment, because that is where their index, proxy and certificates are named. */
async function tool(command: string, parameters: string[]): Promise<void> {
  const { code, said } = await runTool({
    command,
    arguments: parameters,
    environment: {
      ...process.env,
      VIRTUAL_ENV: undefined,
      UV_HTTP_RETRIES: process.env.UV_HTTP_RETRIES ?? '2',
    },
  });
  if (code !== 0) throw explain(said);
}

/** One sentence for the ways in which an installation fails; the tool's own words behind it where none fits. */
export function explain(said: string): StartProblem {
  if (/ensurepip is not available|No module named '?(venv|ensurepip)/.test(said)) {
    return new StartProblem('Python has no venv module here: install it (Debian and Ubuntu: python3-venv).');
  }
  if (/No space left on device|os error 28/.test(said)) {
    return new StartProblem('The disk is full: free about 3 GB and start again.');
  }
  if (/do not match the hashes|Hash mismatch/i.test(said)) {
    return new StartProblem(
      'A downloaded package differs from the one in the lock, so nothing was installed: check the package index that is configured here.',
    );
  }
  if (NO_NETWORK.test(said)) {
    return new StartProblem(
      'The first start downloads Python packages (about 0.3 GB), and the package index does not answer: check the network or the proxy and start again.',
    );
  }
  return new StartProblem(`The Python packages could not be installed: ${said.trim().slice(-600)}`);
}

const NO_NETWORK =
  /NewConnectionError|ConnectTimeout|Temporary failure in name resolution|Name or service not known|nodename nor servname|Network is unreachable|Connection refused|dns error|error sending request|tcp connect error|timed out|Connection aborted|No matching distribution found for uv/i;
