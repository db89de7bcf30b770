/** A whole copy as a person starts it: `npm start` in a process of its own, for jest's modules are not the machine's. */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stateFolder } from '../../local/folders.ts';
import { type RunningCopy, readRunningCopy } from '../../local/running-copy.ts';

const START = resolve(import.meta.dirname, '../../local/start.ts');
/** A first set-up installs 750 MB; every later start takes half a minute. */
const START_SECONDS = 420;

export interface StartedCopy {
  folder: string;
  ready: NonNullable<RunningCopy['ready']>;
  /** As Ctrl-C does; resolves once no process of the copy is left. */
  stop(): Promise<void>;
}

/** Starts a copy with an empty account on free ports; `more` are options of `npm start`. Throws with what `npm start` printed when it ends too early. */
export async function startCopy(name: string, more: string[] = []): Promise<StartedCopy> {
  const folder = join(tmpdir(), `brightrun-${name}-${process.pid}`);
  const child = spawn(
    process.execPath,
    [START, '--fresh', '--port', '0', '--no-first-job', '--state', folder, ...more],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      process.stderr.write(text);
    });
  }
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const stop = async () => {
    if (!isOver()) child.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const until = Date.now() + START_SECONDS * 1000;
  for (;;) {
    const ready = readRunningCopy(stateFolder(folder))?.ready;
    if (ready) return { folder, ready, stop };
    if (isOver() || Date.now() > until) {
      await stop();
      throw new Error(`npm start did not come up:\n${printed}`);
    }
    await new Promise((wait) => setTimeout(wait, 250));
  }
}
