/** `npm start` from its first line to its last process: refused, stopped, started again, and losing a part. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { apiClient } from '../../contracts/client.ts';
import { createDataset, listDatasets } from '../../contracts/datasets.ts';
import { INSTALLATION, stateFolder } from '../../local/folders.ts';
import { accessToken, signedInClient } from '../../local/journey/session.ts';
import { endProcesses, processesOf, signal } from '../../local/processes.ts';
import { readRunningCopy, type RunningCopy } from '../../local/running-copy.ts';

const START = resolve(import.meta.dirname, '../../local/start.ts');
jest.setTimeout(420_000);

let folder: string;
let copies: string[];
beforeAll(() => {
  // Inside the repository as by default: its package.json once made every function end at its start.
  mkdirSync(INSTALLATION.root, { recursive: true });
  folder = mkdtempSync(join(INSTALLATION.root, 'lifecycle-'));
  copies = [];
});
afterAll(async () => {
  for (const copy of copies) await endProcesses(copy, undefined, 0);
  rmSync(folder, { recursive: true, force: true });
});

interface Started {
  pid: number;
  printed(): string;
  /** The exit status. */
  ended: Promise<number | null>;
}

function start(...parameters: string[]): Started {
  const child = spawn(
    process.execPath,
    [START, '--state', folder, '--no-pages', '--no-first-job', ...parameters],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text));
  }
  const ended = new Promise<number | null>((done) => child.once('close', done));
  return { pid: child.pid!, printed: () => printed, ended };
}

async function untilReady(started: Started): Promise<RunningCopy & Required<Pick<RunningCopy, 'ready'>>> {
  let isOver = false;
  void started.ended.then(() => (isOver = true));
  for (;;) {
    const copy = readRunningCopy(stateFolder(folder));
    if (copy?.ready && copy.pid === started.pid) {
      copies.push(copy.copy);
      return { ...copy, ready: copy.ready };
    }
    if (isOver) throw new Error(started.printed());
    await new Promise((wait) => setTimeout(wait, 250));
  }
}

const apiOf = async ({ ready }: { ready: NonNullable<RunningCopy['ready']> }) => {
  await signedInClient(ready, ready.account);
  const token = await accessToken();
  return apiClient({ baseUrl: `${ready.url}/v1`, accessToken: async () => token });
};

test('a port that is in use ends a start with one sentence, and nothing was started', async () => {
  const taken = createServer();
  await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
  const { port } = taken.address() as { port: number };
  const started = start('--port', String(port));
  expect(await started.ended).toBe(1);
  taken.close();
  expect(started.printed()).toContain(`Port ${port} is in use by another program`);
  expect(started.printed()).not.toContain('    at ');
});

test('a copy keeps a second one out, leaves nothing behind after Ctrl-C, and has its datasets when it comes back', async () => {
  const first = start('--port', '0');
  const running = await untilReady(first);
  const api = await apiOf(running);
  const { body } = await api.call(
    createDataset,
    { body: { name: 'Kept', bytes: 1000 } },
    { idempotencyKey: randomUUID() },
  );

  const second = start('--port', '0');
  expect(await second.ended).toBe(1);
  expect(second.printed()).toContain(`A copy already runs from this folder at ${running.ready.url}`);

  signal(first.pid, 'SIGINT');
  expect(await first.ended).toBe(0);
  expect(processesOf(running.copy)).toEqual([]);

  const again = start('--port', '0');
  const back = await untilReady(again);
  expect(back.ready.emulatorUrl).toBe(running.ready.emulatorUrl);
  expect(back.ready.userPoolId).toBe(running.ready.userPoolId);
  const list = await (await apiOf(back)).call(listDatasets, {});
  expect(list.body.items.map(({ dataset }) => dataset.id)).toEqual([body.dataset.id]);

  // A part that dies takes the whole copy with it, in order and with a sentence.
  const emulator = processesOf(back.copy).find(
    ({ pid, part }) =>
      part === 'emulator' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('ministack'),
  );
  signal(emulator!.pid, 'SIGKILL');
  expect(await again.ended).toBe(1);
  expect(again.printed()).toContain('The emulator ended by SIGKILL, so everything is stopped.');
  expect(processesOf(back.copy)).toEqual([]);
});
