import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { stateFolder } from '../../local/folders.ts';
import { endProcesses, processesOf, startOf } from '../../local/processes.ts';
import { claimCopy, writeRunningCopy } from '../../local/running-copy.ts';
import { supervise, type Supervisor } from '../../local/supervise.ts';

let folder: string;
let copy: string;
const supervisors: Supervisor[] = [];
const strangers: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'supervise-'));
  copy = `test-${process.pid}-${Math.random().toString(36).slice(2)}`;
});
afterEach(async () => {
  for (const supervisor of supervisors.splice(0)) await supervisor.stop();
  await endProcesses(copy, undefined, 0);
  for (const stranger of strangers.splice(0)) stranger.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

const watched = () => {
  const supervisor = supervise(copy, join(folder, 'logs'));
  supervisors.push(supervisor);
  return supervisor;
};
const shell = (name: string, script: string, graceMs = 2_000) => ({
  name,
  command: '/bin/sh',
  arguments: ['-c', script],
  environment: { PATH: '/usr/bin:/bin' },
  workingFolder: folder,
  graceMs,
  endsItsOwn: true,
});
const until = async (claim: () => boolean) => {
  for (let round = 0; round < 100 && !claim(); round += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(claim()).toBe(true);
};

describe('the parts of a copy', () => {
  test('nothing is left after a stop: not a child of a child in another session, not one that ignores SIGTERM', async () => {
    const supervisor = watched();
    supervisor.start(shell('stray', 'setsid sleep 300 & sleep 300', 200));
    supervisor.start(shell('stubborn', "trap '' TERM; while :; do sleep 1; done", 200));
    await until(() => processesOf(copy).length >= 4);
    await supervisor.stop();
    expect(processesOf(copy)).toEqual([]);
  });

  test('they end in the reverse order of their start, each before the next is asked', async () => {
    const order = join(folder, 'order');
    const supervisor = watched();
    const saying = (name: string) =>
      shell(
        name,
        `trap 'echo ${name} >> ${order}; exit 0' TERM; touch ${order}; while :; do sleep 0.1; done`,
      );
    supervisor.start(saying('first'));
    supervisor.start(saying('second'));
    await until(() => processesOf(copy).length >= 2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await supervisor.stop();
    expect(readFileSync(order, 'utf8')).toBe('second\nfirst\n');
  });

  test('a part that ends unasked is told with its last words', async () => {
    const supervisor = watched();
    supervisor.start(shell('brittle', 'echo out of paper; exit 3'));
    expect(await supervisor.crashed).toMatchObject({
      part: 'brittle',
      how: 'ended with code 3',
      logTail: 'out of paper',
    });
  });

  test('one that can be replaced is told to whoever replaces it, once nothing of it runs any more', async () => {
    const supervisor = watched();
    const left = new Promise<number>((resolve) => {
      supervisor.start({
        ...shell('cluster', 'setsid sleep 300 & sleep 0.2; exit 3'),
        onCrash: () => resolve(processesOf(copy).length),
      });
    });
    expect(await left).toBe(0);
    supervisor.start(shell('cluster', 'exec sleep 300'));
    await until(() => processesOf(copy).length === 1);
    await supervisor.stop();
    expect(processesOf(copy)).toEqual([]);
  });

  test('another copy is not touched', async () => {
    const stranger = spawn('/bin/sleep', ['300'], {
      env: { BRIGHTRUN_COPY: `${copy}x/cluster` },
      stdio: 'ignore',
    });
    strangers.push(stranger);
    const supervisor = watched();
    supervisor.start(shell('ours', 'exec sleep 300'));
    await until(() => processesOf(copy).length === 1);
    await supervisor.stop();
    expect([stranger.exitCode, stranger.signalCode]).toEqual([null, null]);
  });

  test('they end also when the process that started them is killed', async () => {
    const script = join(folder, 'start.ts');
    const supervise = JSON.stringify(join(import.meta.dirname, '../../local/supervise.ts'));
    writeFileSync(
      script,
      `import { supervise } from ${supervise};
      supervise('${copy}', '${join(folder, 'logs')}').start(${JSON.stringify(shell('orphan', 'exec sleep 300'))});
      setInterval(() => {}, 1000);`,
    );
    const starter = spawn(process.execPath, [script], { stdio: 'ignore' });
    strangers.push(starter);
    await until(() => processesOf(copy).length === 1);
    starter.kill('SIGKILL');
    await until(() => processesOf(copy).length === 0);
    expect(processesOf(copy)).toEqual([]);
  });
});

describe('the folder of a copy', () => {
  test('is held by one live process', async () => {
    const state = stateFolder(folder);
    const claim = await claimCopy(state);
    await expect(claimCopy(state)).rejects.toThrow(
      `A copy already runs from this folder (process ${process.pid})`,
    );
    claim.release();
    await expect(claimCopy(state)).resolves.toBeDefined();
  });

  test('is taken over from a killed one, whose processes are ended', async () => {
    const state = stateFolder(folder);
    const left = spawn('/bin/sleep', ['300'], {
      env: { BRIGHTRUN_COPY: `${copy}/cluster` },
      stdio: 'ignore',
    });
    await until(() => processesOf(copy).length === 1);
    writeRunningCopy(state, { copy, pid: 2 ** 22 + 1, startedAt: 'long ago' });
    strangers.push(left);
    const claim = await claimCopy(state);
    expect(claim.remark).toBe('An earlier start was killed; the 1 processes it left behind are ended.');
    expect(processesOf(copy)).toEqual([]);
  });

  test('a later process with the same number is not taken for the copy', async () => {
    const state = stateFolder(folder);
    writeRunningCopy(state, { copy, pid: process.pid, startedAt: `${startOf(process.pid)}0` });
    await expect(claimCopy(state)).resolves.toBeDefined();
  });
});
