import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { stateFolder } from '../../local/folders.ts';
import { choosePorts, freePorts, isFree, webPort } from '../../local/ports.ts';

let folder: string;
let taken: Server;
let takenPort: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ports-'));
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  takenPort = (taken.address() as { port: number }).port;
});
afterEach(() => {
  taken.close();
  rmSync(folder, { recursive: true });
});

const wanted = () => ({
  state: { ...stateFolder(folder), root: folder },
  web: 0,
  emulator: undefined as number | undefined,
  cluster: undefined as number | undefined,
  clusterHost: '127.0.0.1',
});

describe('the ports of a copy', () => {
  test('a port that another program has is seen', async () => {
    expect(await isFree(takenPort)).toBe(false);
  });

  test('ports chosen together differ', async () => {
    const ports = await freePorts(20);
    expect(new Set(ports).size).toBe(20);
  });

  test('a port somebody asked for is never exchanged for another', async () => {
    await expect(webPort(takenPort)).rejects.toThrow(`Port ${takenPort} is in use by another program`);
    await expect(choosePorts({ ...wanted(), emulator: takenPort })).rejects.toThrow('--emulator-port');
  });

  test('a restarted copy has the ports it had, and another where one was taken meanwhile', async () => {
    const first = await choosePorts(wanted());
    expect(await choosePorts(wanted())).toMatchObject({ emulator: first.emulator, cluster: first.cluster });
    const thief = createServer();
    await new Promise<void>((resolve) => thief.listen(first.emulator, '127.0.0.1', resolve));
    const later = await choosePorts(wanted());
    thief.close();
    expect(later.emulator).not.toBe(first.emulator);
    expect(later.cluster).toBe(first.cluster);
  });
});
