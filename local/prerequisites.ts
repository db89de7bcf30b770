/** What this machine must have before anything is started; each lack is one sentence that says what to do. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { StartProblem } from './start-problem.ts';

/** Types are stripped without a flag since 22.18; npm's `node` package brings 24 to machines with at least 20. */
const NODE_MAJOR = 22;
/** mlx-lm 0.32 has no build for Python 3.10. */
const PYTHON_MINOR = 11;
/** The lock holds wheels up to here. */
const PYTHON_MINOR_MAXIMUM = 14;
/** The Python environment is 0.55 GB unpacked and as much in uv's cache; the rest is room for one run. */
const FIRST_BYTES = 2.5e9;
/** State, logs, one dataset of 500 MB and its copy at the trainer. */
const LATER_BYTES = 1.5e9;
/** MiniStack with its functions 1.2 GB, Ray 0.7 GB, a trainer 0.6 GB. */
const MEMORY_BYTES = 3e9;

export interface Python {
  command: string;
  /** Such as `3.11.7`. */
  version: string;
}

export function requireSystem(platform: NodeJS.Platform = process.platform): void {
  if (platform !== 'linux' && platform !== 'darwin') {
    throw new StartProblem(
      'BrightRun runs on Linux and macOS; on Windows start it inside WSL, where it is Linux.',
    );
  }
  if (totalmem() < MEMORY_BYTES) {
    throw new StartProblem(
      `This machine has ${gigabytes(totalmem())} of memory; the emulator, Ray and a training run need ${gigabytes(MEMORY_BYTES)}.`,
    );
  }
}

export function requireNode(version: string = process.versions.node): void {
  if (Number(version.split('.')[0]) < NODE_MAJOR) {
    throw new StartProblem(
      `This is Node ${version}, which cannot run TypeScript: run \`npm ci\` and then \`npm start\`, which uses the Node that npm ci installs.`,
    );
  }
}

/** The first Python that is new enough: plain `python3`, else one that stands beside it under its full name. */
export function findPython(versionOf: (command: string) => string | undefined = askVersion): Python {
  const others = Array.from(
    { length: PYTHON_MINOR_MAXIMUM - PYTHON_MINOR + 1 },
    (_, index) => `python3.${PYTHON_MINOR_MAXIMUM - index}`,
  );
  const seen: string[] = [];
  for (const command of ['python3', 'python', ...others]) {
    const version = versionOf(command);
    if (version === undefined) continue;
    const [major, minor] = version.split('.').map(Number) as [number, number];
    if (major === 3 && minor >= PYTHON_MINOR && minor <= PYTHON_MINOR_MAXIMUM) return { command, version };
    seen.push(version);
  }
  throw new StartProblem(
    seen.length === 0
      ? `Python is not installed: install Python 3.${PYTHON_MINOR} to 3.${PYTHON_MINOR_MAXIMUM} and start again.`
      : `Python ${seen[0]} is not among 3.${PYTHON_MINOR} to 3.${PYTHON_MINOR_MAXIMUM}: install one of those beside it and start again.`,
  );
}

function askVersion(command: string): string | undefined {
  try {
    return execFileSync(command, ['-c', 'import platform; print(platform.python_version())'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 20_000,
    }).trim();
  } catch {
    return undefined;
  }
}

/** Room on the disk that holds `folder`; more is needed while the Python environment is not there yet. */
export function requireDisk(folder: string, isFirstSetUp: boolean, freeBytes?: number): void {
  requireRoom(
    folder,
    isFirstSetUp ? FIRST_BYTES : LATER_BYTES,
    isFirstSetUp ? 'the first start' : 'a start',
    freeBytes,
  );
}

/** `what` needs so many bytes on the disk that holds `folder`. */
export function requireRoom(folder: string, needed: number, what: string, freeBytes?: number): void {
  mkdirSync(folder, { recursive: true });
  const free = freeBytes ?? freeOn(folder);
  if (free < needed) {
    throw new StartProblem(
      `The disk of ${folder} has ${gigabytes(free)} free; ${what} needs ${gigabytes(needed)}.`,
    );
  }
}

function freeOn(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

/** Cores that Ray may give to runs. */
export const processorCount = (): number => Math.max(2, availableParallelism());
