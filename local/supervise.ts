/** Starts the parts of a copy, notices when one dies, and stops all of them in the reverse order. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endProcesses, markOf, signal } from './processes.ts';

interface PartToStart {
  /** Also the name of its log file. */
  name: string;
  command: string;
  arguments: string[];
  /** The whole environment: nothing is inherited, so that a person's settings cannot change a run. */
  environment: Record<string, string>;
  workingFolder: string;
  /** How long it may take to end by itself after SIGTERM, milliseconds. */
  graceMs: number;
  /** Asked only its own process to end, not its descendants: it ends those itself, in its own order. */
  endsItsOwn: boolean;
  /** Told instead of `crashed` when it ends unasked, once nothing of it runs any more: a part that can be replaced. */
  onCrash?: (crash: Crash) => void;
}

export interface Part {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** The newest lines of its log. */
  logTail(lines?: number): string;
  readonly hasEnded: boolean;
}

/** A part ended although nobody asked it to. */
export interface Crash {
  part: string;
  how: string;
  logFile: string;
  logTail: string;
}

export interface Supervisor {
  readonly copy: string;
  start(part: PartToStart): Part;
  /** Resolves with the first part that ends unasked; never when all is well. */
  readonly crashed: Promise<Crash>;
  /** Ends everything, the last started first; the second call waits for the first. */
  stop(): Promise<void>;
}

interface Running {
  child: ChildProcess;
  toStart: PartToStart;
  ended: Promise<void>;
}

export function supervise(copy: string, logFolder: string): Supervisor {
  mkdirSync(logFolder, { recursive: true });
  // The reaper outlives this process by a moment: when the pipe to it breaks without a word, it ends what is left.
  const reaper = spawn(process.execPath, [join(import.meta.dirname, 'reaper.ts'), copy], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: { PATH: process.env.PATH ?? '' },
  });
  reaper.unref();
  const running: Running[] = [];
  let stopping: Promise<void> | undefined;
  let reportCrash: (crash: Crash) => void = () => undefined;
  const crashed = new Promise<Crash>((resolve) => {
    reportCrash = resolve;
  });

  return {
    copy,
    crashed,
    start(toStart) {
      if (stopping) throw new Error(`${toStart.name} is not started while everything stops`);
      const logFile = join(logFolder, `${toStart.name}.log`);
      const log = openSync(logFile, 'w', 0o600);
      // A group of its own: Ctrl-C reaches this process alone, which then stops the parts in order.
      const child = spawn(toStart.command, toStart.arguments, {
        cwd: toStart.workingFolder,
        env: { ...toStart.environment, ...markOf(copy, toStart.name) },
        stdio: ['ignore', log, log],
        detached: true,
      });
      closeSync(log);
      const logTail = (lines = 20) =>
        readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
      let hasEnded = false;
      const ended = new Promise<void>((resolve) => {
        const end = (how: string) => {
          if (hasEnded) return;
          hasEnded = true;
          resolve();
          if (stopping) return;
          const crash = { part: toStart.name, how, logFile, logTail: logTail() };
          const { onCrash } = toStart;
          if (!onCrash) reportCrash(crash);
          else void endProcesses(copy, toStart.name, 0).then(() => !stopping && onCrash(crash));
        };
        child.once('error', (error) => end(error.message));
        child.once('exit', (code, by) => end(by ? `ended by ${by}` : `ended with code ${code}`));
      });
      running.push({ child, toStart, ended });
      return {
        name: toStart.name,
        pid: child.pid ?? -1,
        logFile,
        logTail,
        get hasEnded() {
          return hasEnded;
        },
      };
    },
    stop() {
      stopping ??= (async () => {
        for (const { child, toStart, ended } of running.toReversed()) {
          // The number of one that has ended may be another process's by now.
          const lives = child.exitCode === null && child.signalCode === null;
          if (toStart.endsItsOwn && lives && child.pid !== undefined) {
            signal(child.pid, 'SIGTERM');
            await Promise.race([ended, timeout(toStart.graceMs)]);
          }
          await endProcesses(copy, toStart.name, toStart.endsItsOwn ? 0 : toStart.graceMs);
        }
        reaper.stdin?.end('done');
      })();
      return stopping;
    },
  };
}

const timeout = (milliseconds: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
