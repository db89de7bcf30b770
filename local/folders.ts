/** Where everything that a local run makes lies: what is installed once, and what belongs to one copy of the stack. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const REPOSITORY = resolve(import.meta.dirname, '..');

/** Installed once for a checkout; ignored by git, safe to delete, made again by the next start. */
export const INSTALLATION = {
  root: join(REPOSITORY, '.local'),
  bootstrap: join(REPOSITORY, '.local', 'bootstrap'),
  venv: join(REPOSITORY, '.local', 'venv'),
  gpuTrainerVenv: join(REPOSITORY, '.local', 'gpu-trainer-venv'),
  models: join(REPOSITORY, '.local', 'models'),
  /** Where `--once` leaves the adapters it downloaded; `npm run test:gpu-trainer` loads the newest. */
  downloads: join(REPOSITORY, '.local', 'downloads'),
} as const;

export interface StateFolder {
  root: string;
  /** Kept by the emulator over a restart. */
  emulator: string;
  objects: string;
  logs: string;
  /** Scratch of child processes: unpacked functions, pid files. */
  temporary: string;
  /** CDK's assembly and the stack outputs. */
  cloud: string;
  /** Says that a copy runs here, and how to reach it. */
  running: string;
  /** Ports of the last start: kept where they are still free, so that a restarted copy has the same address. */
  ports: string;
  /** Passwords and tokens of this copy; readable by its owner alone. */
  secrets: string;
  /**
   * Ray's own folder. Not under `root`: Ray puts sockets below it, and a socket's path may have at most 107
   * characters on Linux and 103 on macOS, of which Ray itself needs 64.
   */
  ray: string;
}

/** The folders of one copy; two copies with different roots never meet. */
export function stateFolder(root: string = join(INSTALLATION.root, 'state')): StateFolder {
  const absolute = resolve(root);
  const short = createHash('sha256').update(absolute).digest('hex').slice(0, 10);
  return {
    root: absolute,
    emulator: join(absolute, 'emulator'),
    objects: join(absolute, 'objects'),
    logs: join(absolute, 'logs'),
    temporary: join(absolute, 'tmp'),
    cloud: join(absolute, 'cloud'),
    running: join(absolute, 'running.json'),
    ports: join(absolute, 'ports.json'),
    secrets: join(absolute, 'secrets.json'),
    ray: join(existsSync('/tmp') ? '/tmp' : tmpdir(), `brightrun-${short}`),
  };
}
