/** Which ports a copy listens on: asked for, kept from its last start, or free. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import * as z from 'zod';
import type { StateFolder } from './folders.ts';
import { StartProblem } from './start-problem.ts';

/** Whether nobody listens on the port; binding is the only honest test. */
export function isFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * So many different free ports, all held at once while choosing, so that none is given twice.
 * They are free on the address that Ray uses as well.
 */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port: 0, host, exclusive: true }, resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('a listening server has an address');
    ports.push(address.port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** The port for people: the one they asked for or a sentence, else 4800 or the next one that is free. */
export async function webPort(asked: number | undefined): Promise<{ port: number; remark?: string }> {
  if (asked === 0) return { port: (await freePorts(1))[0] as number };
  if (asked !== undefined) {
    if (await isFree(asked)) return { port: asked };
    throw new StartProblem(
      `Port ${asked} is in use by another program: stop that, or choose another port with --port.`,
    );
  }
  for (let port = DEFAULT_WEB_PORT; port < DEFAULT_WEB_PORT + 100; port += 1) {
    if (!(await isFree(port))) continue;
    if (port === DEFAULT_WEB_PORT) return { port };
    return {
      port,
      remark: `Port ${DEFAULT_WEB_PORT} is in use by another program, so this copy takes ${port}.`,
    };
  }
  throw new StartProblem(
    `Ports ${DEFAULT_WEB_PORT} to ${DEFAULT_WEB_PORT + 99} are all in use: choose a free one with --port.`,
  );
}

const DEFAULT_WEB_PORT = 4800;

const KeptPorts = z.object({ web: z.int(), emulator: z.int(), cluster: z.int() });
export type Ports = z.infer<typeof KeptPorts>;

export interface PortsToChoose {
  state: StateFolder;
  web: number | undefined;
  emulator: number | undefined;
  cluster: number | undefined;
  clusterHost: string;
}

/** All ports of a start. Those nobody asked for stay as they were, so that links and deployments stay valid. */
export async function choosePorts(wanted: PortsToChoose): Promise<Ports & { remark?: string }> {
  const kept = keptPorts(wanted.state);
  const settle = async (name: string, asked: number | undefined, last: number | undefined, host: string) => {
    if (asked) {
      if (await isFree(asked, host)) return asked;
      throw new StartProblem(
        `Port ${asked} is in use by another program: choose another with --${name}-port.`,
      );
    }
    if (last !== undefined && asked === undefined && (await isFree(last, host))) return last;
    return (await freePorts(1, host))[0] as number;
  };
  const web = await webPort(wanted.web);
  const ports = {
    web: web.port,
    emulator: await settle('emulator', wanted.emulator, kept?.emulator, '127.0.0.1'),
    cluster: await settle('cluster', wanted.cluster, kept?.cluster, wanted.clusterHost),
  };
  writeFileSync(wanted.state.ports, JSON.stringify(ports));
  return { ...ports, ...(web.remark ? { remark: web.remark } : {}) };
}

function keptPorts(state: StateFolder): Ports | undefined {
  if (!existsSync(state.ports)) return undefined;
  return KeptPorts.safeParse(JSON.parse(readFileSync(state.ports, 'utf8'))).data;
}
