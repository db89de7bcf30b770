/**
 * Finds and ends the processes of one copy. Every part is started with a mark in its environment, which all its
 * descendants inherit, also those that leave their group or lose their parent (Ray's do both). Only a process that
 * carries the mark of this very copy is ever signalled.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const MARK = 'BRIGHTRUN_COPY';

export interface MarkedProcess {
  pid: number;
  /** Behind a slash in the mark: `emulator`, `cluster`, … */
  part: string;
}

/** The environment entry that marks a part of a copy. */
export const markOf = (copy: string, part: string): Record<string, string> => ({ [MARK]: `${copy}/${part}` });

/** Every live process of the copy, this one left out. */
export function processesOf(copy: string): MarkedProcess[] {
  const found = existsSync('/proc/self/environ') ? fromProc() : fromPs();
  return found
    .filter(({ mark, pid }) => mark.startsWith(`${copy}/`) && pid !== process.pid)
    .map(({ pid, mark }) => ({ pid, part: mark.slice(copy.length + 1) }));
}

interface Found {
  pid: number;
  mark: string;
}

function fromProc(): Found[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      // A zombie has no environment left and needs no signal.
      const environment = readFileSync(`/proc/${name}/environ`, 'latin1').split('\0');
      const entry = environment.find((each) => each.startsWith(`${MARK}=`));
      return entry === undefined ? [] : [{ pid: Number(name), mark: entry.slice(MARK.length + 1) }];
    } catch {
      return []; // gone meanwhile, or another user's
    }
  });
}

/** macOS has no /proc; its `ps` prints the environment behind the command with `-E`. */
function fromPs(): Found[] {
  const listing = execFileSync('ps', ['-axwwE', '-o', 'pid=,command='], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return listing.split('\n').flatMap((line) => {
    const match = new RegExp(`^\\s*(\\d+) .*\\b${MARK}=(\\S+)`).exec(line);
    return match?.[1] && match[2] ? [{ pid: Number(match[1]), mark: match[2] }] : [];
  });
}

/** What tells a process from a later one with the same number: when it started. */
export function startOf(pid: number): string | undefined {
  try {
    if (existsSync('/proc/self/stat')) {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      // The name in parentheses may hold spaces; field 22 is the 20th behind it.
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself in the meantime.
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Ends all processes of a copy, or of one part of it: SIGTERM, `graceMs` to end by themselves, then SIGKILL until
 * none is left. Answers those that did not even end then.
 */
export async function endProcesses(
  copy: string,
  part: string | undefined,
  graceMs: number,
): Promise<number[]> {
  const left = () => processesOf(copy).filter((each) => part === undefined || each.part === part);
  const deadline = Date.now() + graceMs;
  for (const each of graceMs > 0 ? left() : []) signal(each.pid, 'SIGTERM');
  while (Date.now() < deadline && left().length > 0) await pause(100);
  // A dying parent may start a child in the very last moment, hence rounds.
  for (let round = 0; round < 50; round += 1) {
    const remaining = left();
    if (remaining.length === 0) return [];
    for (const each of remaining) signal(each.pid, 'SIGKILL');
    await pause(100);
  }
  return left().map((each) => each.pid);
}
