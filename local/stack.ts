/** Brings a whole copy up, part by part, and says how to reach it. Starting, journey and tests share it. */
import { mkdirSync, rmSync } from 'node:fs';
import { CLUSTER_HOST, forgetCluster, keepCluster } from './cluster.ts';
import { DEMO_EMAIL, ensureAccount, type Account } from './demo-account.ts';
import { bootstrap, deploy, putClusterKey, synthesise, type Outputs } from './deployment.ts';
import { startEdge } from './edge.ts';
import { forgetEverything, REGION, startEmulator } from './emulator.ts';
import { INSTALLATION, stateFolder, type StateFolder } from './folders.ts';
import type { StartOptions } from './options.ts';
import { buildPages, PAGES } from './pages.ts';
import { choosePorts } from './ports.ts';
import { findPython, requireDisk, requireNode, requireSystem } from './prerequisites.ts';
import type { Progress } from './progress.ts';
import { ensureEnvironment, isInstalled, MAIN_ENVIRONMENT } from './python-environment.ts';
import { untilTrue } from './readiness.ts';
import { claimCopy } from './running-copy.ts';
import { copySecrets } from './secrets.ts';
import { supervise, type Crash } from './supervise.ts';

/** Calls of a page come in handfuls; each concurrent one is a Node process of about 70 MB. */
const FUNCTION_CONCURRENCY = 16;

export interface Stack {
  url: string;
  emulatorUrl: string;
  clusterUrl: string;
  account: Account;
  outputs: Outputs;
  state: StateFolder;
}

export interface StartingStack {
  stack: Promise<Stack>;
  /** The first part that ended unasked and is not replaced; never resolves when all is well. */
  crashed: Promise<Crash>;
  /** Ends every process of the copy, also while it still starts. */
  stop(): Promise<void>;
}

/** Throws a `StartProblem` before anything runs; afterwards `stop` must be called, whatever happens. */
export async function startStack(options: StartOptions, progress: Progress): Promise<StartingStack> {
  requireSystem();
  requireNode();
  const python = findPython();
  const state = stateFolder(options.stateFolder);
  requireDisk(INSTALLATION.root, !isInstalled(MAIN_ENVIRONMENT, python));
  requireDisk(state.root, false);
  const claim = await claimCopy(state);
  if (claim.remark) progress.line(`  ${claim.remark}`);
  const supervisor = supervise(claim.copy, state.logs);
  const closing: (() => Promise<void>)[] = [];
  let isStopping = false;
  let reportCrash: (crash: Crash) => void = () => undefined;
  const crashed = new Promise<Crash>((resolve) => (reportCrash = resolve));
  void supervisor.crashed.then(reportCrash);

  const bringUp = async (): Promise<Stack> => {
    if (options.fresh) forgetEverything(state);
    // What functions and runs of an earlier start unpacked: nothing of it is read again.
    rmSync(state.temporary, { recursive: true, force: true });
    mkdirSync(state.temporary, { recursive: true });
    const secrets = copySecrets(state);
    const ports = await choosePorts({
      state,
      web: options.port,
      emulator: options.emulatorPort,
      cluster: options.clusterPort,
      clusterHost: CLUSTER_HOST,
    });
    if (ports.remark) progress.line(`  ${ports.remark}`);
    await progress.step('Python environment', async (note) => {
      if (!(await ensureEnvironment(MAIN_ENVIRONMENT, python, note))) note('as it was');
    });
    const url = `http://127.0.0.1:${ports.web}`;
    const emulatorUrl = `http://127.0.0.1:${ports.emulator}`;
    const clusterUrl = `http://${CLUSTER_HOST}:${ports.cluster}`;
    const deployment = {
      state,
      emulatorUrl,
      context: { webOrigin: url, runsApiUrl: `${url}/v1`, clusterApiUrl: clusterUrl },
    };

    // Ray takes as long as the assembly and the pages together, so all three are made side by side.
    const cluster = progress.step('GPU cluster (Ray, one node)', () => {
      const options = { state, port: ports.cluster, token: secrets.clusterToken };
      const kept = keepCluster(supervisor, options, (text) => progress.line(`  ${text}`));
      void kept.lost.then(reportCrash);
      return kept.up;
    });
    const pages = options.pages
      ? progress.step('Pages', async (note) => {
          if (!(await buildPages())) note('as they were');
        })
      : Promise.resolve();
    const cloud = (async () => {
      await progress.step('AWS emulator (MiniStack)', async () => {
        await startEmulator(supervisor, {
          state,
          port: ports.emulator,
          waitScale: options.waitScale,
          concurrency: FUNCTION_CONCURRENCY,
        });
        await bootstrap(deployment);
      });
      await progress.step('Functions and templates (cdk synth)', () => synthesise(deployment));
      return progress.step('Stacks (cdk deploy)', (note) => deploy(deployment, note));
    })();
    // Waiting for all at once: the first failure is told, and none is left unhandled.
    const [, , outputs] = await Promise.all([cluster, pages, cloud]);

    const account: Account = { email: DEMO_EMAIL, password: secrets.demoPassword };
    await progress.step('Demo account', async () => {
      await putClusterKey(emulatorUrl, outputs.ClusterKeySecretArn, secrets.clusterToken);
      // An admin, so that a person who tries the product sees those pages too; nobody else here is one.
      await ensureAccount(emulatorUrl, outputs.UserPoolId, account, ['admins']);
    });
    await progress.step('One address for pages and API', async () => {
      const edge = await startEdge({
        port: ports.web,
        emulatorPort: ports.emulator,
        apiId: outputs.ApiId,
        pagesFolder: options.pages ? PAGES : undefined,
        configuration: {
          userPoolId: outputs.UserPoolId,
          userPoolClientId: outputs.UserPoolClientId,
          userPoolEndpoint: `${emulatorUrl}/`,
          region: REGION,
          stage: 'local',
          apiBase: '/v1',
          signUp: 'open',
        },
      });
      closing.push(() => edge.close());
      await untilTrue('The API', 30, async () => (await fetch(`${url}/v1/health`)).ok);
    });
    claim.announce({
      url,
      emulatorUrl,
      clusterUrl,
      account,
      userPoolId: outputs.UserPoolId,
      userPoolClientId: outputs.UserPoolClientId,
      clusterKeySecretArn: outputs.ClusterKeySecretArn,
    });
    return { url, emulatorUrl, clusterUrl, account, outputs, state };
  };

  const stack = bringUp();
  // Whoever started it awaits it; a stop in the middle makes it fail, which is then no news.
  stack.catch(() => undefined);
  return {
    stack,
    crashed,
    async stop() {
      if (!isStopping) {
        isStopping = true;
        for (const close of closing) await close();
      }
      await supervisor.stop();
      forgetCluster(state);
      claim.release();
    },
  };
}
