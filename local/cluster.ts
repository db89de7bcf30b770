/** A one-node Ray cluster: the same Jobs API that a GPU cluster has, on the cores of this machine. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { INSTALLATION, type StateFolder } from './folders.ts';
import { freePorts } from './ports.ts';
import { processorCount } from './prerequisites.ts';
import { executable } from './python-environment.ts';
import { untilAnswered } from './readiness.ts';
import type { Crash, Part, Supervisor } from './supervise.ts';

/**
 * Ray rewrites 127.0.0.1 to the machine's address on the network; the second address of the loopback it takes as it
 * is. macOS has only the first one until somebody adds another.
 */
export const CLUSTER_HOST = process.platform === 'linux' ? '127.0.0.2' : '127.0.0.1';
/** Ray's object store holds nothing of ours; 75 MiB is the least it accepts. */
const OBJECT_STORE_BYTES = 78_643_200;
/** Between SIGTERM and SIGKILL of a stopped run: a checkpoint of the tiny base takes under a second. */
const STOP_WAIT_SECONDS = 15;

export interface ClusterOptions {
  state: StateFolder;
  /** Of the dashboard, which serves the Jobs API; the other eight are chosen anew at each start. */
  port: number;
  token: string;
  /** Told when it ends unasked, also while it still starts; every process of it is gone by then. */
  onCrash?: (crash: Crash) => void;
}

export interface Cluster {
  part: Part;
  url: string;
}

async function startCluster(supervisor: Supervisor, options: ClusterOptions): Promise<Cluster> {
  const { state, port, token, onCrash } = options;
  // What an earlier session left is never read again and grows by its logs.
  rmSync(state.ray, { recursive: true, force: true });
  mkdirSync(state.ray, { recursive: true, mode: 0o700 });
  const [gcs, client, nodeManager, objectManager, agentHttp, agentGrpc, runtimeEnvironment, metrics] = (
    await freePorts(8, CLUSTER_HOST)
  ).map(String) as [string, string, string, string, string, string, string, string];
  const part = supervisor.start({
    name: 'cluster',
    command: executable(INSTALLATION.venv, 'ray'),
    arguments: [
      [
        'start',
        '--head',
        '--block',
        '--disable-usage-stats',
        '--log-style',
        'record',
        '--log-color',
        'false',
      ],
      ['--node-ip-address', CLUSTER_HOST, '--temp-dir', state.ray],
      ['--num-cpus', String(processorCount()), '--num-gpus', '0'],
      ['--object-store-memory', String(OBJECT_STORE_BYTES)],
      ['--include-dashboard', 'true', '--dashboard-host', CLUSTER_HOST, '--dashboard-port', String(port)],
      ['--port', gcs, '--ray-client-server-port', client],
      ['--node-manager-port', nodeManager, '--object-manager-port', objectManager],
      ['--dashboard-agent-listen-port', agentHttp, '--dashboard-agent-grpc-port', agentGrpc],
      ['--runtime-env-agent-port', runtimeEnvironment, '--metrics-export-port', metrics],
    ].flat(),
    workingFolder: state.temporary,
    environment: {
      // `brightrun-train` is found here.
      PATH: [join(INSTALLATION.venv, 'bin'), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
      HOME: state.temporary,
      // A run that is killed leaves its folder; here it goes with the copy's other scratch.
      TMPDIR: state.temporary,
      LANG: 'C.UTF-8',
      RAY_AUTH_MODE: 'token',
      RAY_AUTH_TOKEN: token,
      RAY_JOB_STOP_WAIT_TIME_S: String(STOP_WAIT_SECONDS),
      // Its own watch over processes and disk would refuse work on a laptop that is merely well filled.
      RAY_local_fs_capacity_threshold: '0.99',
      PYTHONUNBUFFERED: '1',
      ...TRAINER_ENVIRONMENT,
    },
    // 2.5 s when idle, 33 s with runs, and there is nothing on it worth waiting for.
    graceMs: 8_000,
    endsItsOwn: true,
    ...(onCrash ? { onCrash } : {}),
  });
  const url = `http://${CLUSTER_HOST}:${port}`;
  await untilAnswered({
    what: 'The Ray cluster',
    part,
    seconds: 90,
    ask: async () => {
      const response = await fetch(`${url}/api/jobs/`, { headers: { authorization: `Bearer ${token}` } });
      return response.ok && z.array(z.unknown()).safeParse(await response.json()).success;
    },
  });
  return { part, url };
}

/** A cluster that ends again and again is broken, and every start of it takes 10 s of both cores. */
const REPLACEMENTS = 5;

/**
 * Starts the cluster, and a new one in its place when it ends unasked: a GPU cluster comes back as well, with nothing
 * of what it knew, and jobs go on from their checkpoints. `lost` resolves when it is given up.
 */
export function keepCluster(
  supervisor: Supervisor,
  options: Omit<ClusterOptions, 'onCrash'>,
  tell: (text: string) => void,
): { up: Promise<Cluster>; lost: Promise<Crash> } {
  let giveUp: (crash: Crash) => void = () => undefined;
  const lost = new Promise<Crash>((resolve) => (giveUp = resolve));
  let replaced = 0;
  let isUp = false;

  async function start(): Promise<Cluster> {
    const cluster = await startCluster(supervisor, { ...options, onCrash: replace });
    isUp = true;
    return cluster;
  }
  function replace(crash: Crash): void {
    // One that never came up is told by whoever waits for it.
    if (!isUp) return;
    replaced += 1;
    if (replaced > REPLACEMENTS) return giveUp(crash);
    isUp = false;
    tell(`The cluster ${crash.how}: a new one is started in its place. Jobs go on from their checkpoints.`);
    start().catch((error: unknown) =>
      giveUp({
        ...crash,
        how: `could not be replaced (${error instanceof Error ? error.message : String(error)})`,
      }),
    );
  }
  return { up: start(), lost };
}

/** What the trainer finds on a node of this cluster; on a GPU cluster its image says so. */
const TRAINER_ENVIRONMENT: Record<string, string> = {
  BRIGHTRUN_MODELS_DIR: INSTALLATION.models,
  // Compiled kernels want a C++ compiler and were slower for a model this small: 36 s against 60 s (facts.md §7).
  MLX_DISABLE_COMPILE: '1',
  OMP_NUM_THREADS: '2',
  TOKENIZERS_PARALLELISM: 'false',
  HF_HUB_OFFLINE: '1',
};

/** Ray's folder holds sockets and logs of this run only. */
export function forgetCluster(state: StateFolder): void {
  if (existsSync(state.ray)) rmSync(state.ray, { recursive: true, force: true });
}
