/** The file that says a copy runs from a state folder: it keeps a second one out and finds what a killed one left. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import type { StateFolder } from './folders.ts';
import { endProcesses, processesOf, startOf } from './processes.ts';
import { StartProblem } from './start-problem.ts';

const RunningCopy = z.object({
  copy: z.string(),
  pid: z.int(),
  /** Tells this process from a later one with the same number. */
  startedAt: z.string(),
  /** There once everything answers. */
  ready: z
    .object({
      url: z.string(),
      emulatorUrl: z.string(),
      clusterUrl: z.string(),
      account: z.object({ email: z.string(), password: z.string() }),
      userPoolId: z.string(),
      userPoolClientId: z.string(),
      clusterKeySecretArn: z.string(),
    })
    .optional(),
});
export type RunningCopy = z.infer<typeof RunningCopy>;

export function readRunningCopy(state: StateFolder): RunningCopy | undefined {
  if (!existsSync(state.running)) return undefined;
  try {
    return RunningCopy.parse(JSON.parse(readFileSync(state.running, 'utf8')));
  } catch {
    return undefined; // written by another version, or cut off by a full disk: then the mark is lost as well
  }
}

/** Readable by its owner alone: it carries the demo account's password. */
export function writeRunningCopy(state: StateFolder, copy: RunningCopy): void {
  writeFileSync(state.running, JSON.stringify(copy, null, 2), { mode: 0o600 });
}

export interface Claim {
  copy: string;
  /** What had to be cleaned up, as a sentence. */
  remark?: string;
  announce(ready: NonNullable<RunningCopy['ready']>): void;
  release(): void;
}

/** Takes the state folder for this process; refuses while another live one has it. */
export async function claimCopy(state: StateFolder): Promise<Claim> {
  mkdirSync(state.root, { recursive: true });
  const before = readRunningCopy(state);
  let remark: string | undefined;
  if (before) {
    if (startOf(before.pid) === before.startedAt) {
      const where = before.ready ? ` at ${before.ready.url}` : '';
      throw new StartProblem(
        `A copy already runs from this folder${where} (process ${before.pid}): stop it there with Ctrl-C, or start another one with --state <folder>.`,
      );
    }
    const left = processesOf(before.copy).length;
    if (left > 0) {
      // The emulator keeps its state only when it may end by itself.
      await endProcesses(before.copy, undefined, 10_000);
      remark = `An earlier start was killed; the ${left} processes it left behind are ended.`;
    }
  }
  // The process number alone comes again; with the time it is this copy's for good.
  const mine: RunningCopy = {
    copy: `${process.pid}-${Date.now().toString(36)}`,
    pid: process.pid,
    startedAt: startOf(process.pid) ?? '',
  };
  writeRunningCopy(state, mine);
  return {
    copy: mine.copy,
    ...(remark ? { remark } : {}),
    announce: (ready) => writeRunningCopy(state, { ...mine, ready }),
    release: () => rmSync(state.running, { force: true }),
  };
}
