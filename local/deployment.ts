/** Deploys the stacks with the real CDK command line; only its endpoint is the emulator's. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { ACCOUNT, CREDENTIALS, REGION } from './emulator.ts';
import { REPOSITORY, type StateFolder } from './folders.ts';
import { StartProblem } from './start-problem.ts';
import { runTool } from './tools.ts';

/** What `lib/` says about the deployed stacks, by output name whatever the stack. */
const Outputs = z.object({
  UserPoolId: z.string(),
  UserPoolClientId: z.string(),
  ApiId: z.string(),
  ClusterKeySecretArn: z.string(),
  DatasetsBucket: z.string(),
  ModelsBucket: z.string(),
  CoreTable: z.string(),
});
export type Outputs = z.infer<typeof Outputs>;

export interface DeploymentOptions {
  state: StateFolder;
  emulatorUrl: string;
  /** Values of the stage that are this copy's, by their key in lib/stage.ts. */
  context: Record<string, string>;
}

/** Once for a fresh emulator. In a folder without cdk.json: with one, the command line would also run the app. */
export async function bootstrap({ emulatorUrl, state }: DeploymentOptions): Promise<void> {
  const bucket = `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`;
  const found = await fetch(`${emulatorUrl}/${bucket}`, { method: 'HEAD' });
  if (found.ok) return;
  await cdk(emulatorUrl, state, ['bootstrap', `aws://${ACCOUNT}/${REGION}`], state.temporary);
}

/** Makes the assembly: bundles the functions and writes the templates; touches nothing outside its folder. */
export async function synthesise({ state, emulatorUrl, context }: DeploymentOptions): Promise<void> {
  const values = Object.entries({ stage: 'local', ...context }).flatMap(([key, value]) => [
    '--context',
    `${key}=${value}`,
  ]);
  mkdirSync(state.cloud, { recursive: true });
  await cdk(emulatorUrl, state, [
    'synth',
    '--quiet',
    '--app',
    'node bin/app.ts',
    '--output',
    assembly(state),
    ...values,
  ]);
}

/** Deploys the assembly; `note` is told how many resources are there. */
export async function deploy(
  { state, emulatorUrl }: DeploymentOptions,
  note: (text: string) => void,
): Promise<Outputs> {
  const outputsFile = join(state.cloud, 'outputs.json');
  let done = 0;
  await cdk(
    emulatorUrl,
    state,
    [
      ['deploy', '--all', '--app', assembly(state), '--require-approval', 'never'],
      // Without a change set: nobody looks at it here, and it costs a second for each stack.
      ['--method', 'direct', '--outputs-file', outputsFile, '--progress', 'events'],
    ].flat(),
    REPOSITORY,
    (line) => {
      if (!/(CREATE|UPDATE)_COMPLETE/.test(line)) return;
      done += 1;
      note(`${done} resources`);
    },
  );
  if (!existsSync(outputsFile)) throw new StartProblem('The deployment wrote no outputs.');
  const stacks = z
    .record(z.string(), z.record(z.string(), z.string()))
    .parse(JSON.parse(readFileSync(outputsFile, 'utf8')));
  return Outputs.parse(Object.assign({}, ...Object.values(stacks)));
}

/** What an operator does once after the first deployment to AWS: put the cluster's key where the functions read it. */
export async function putClusterKey(emulatorUrl: string, secretArn: string, key: string): Promise<void> {
  const secrets = new SecretsManagerClient({
    endpoint: emulatorUrl,
    region: REGION,
    credentials: CREDENTIALS,
  });
  await secrets.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: key }));
  secrets.destroy();
}

const assembly = (state: StateFolder) => join(state.cloud, 'assembly');

async function cdk(
  emulatorUrl: string,
  state: StateFolder,
  parameters: string[],
  folder = REPOSITORY,
  onLine: (line: string) => void = () => undefined,
): Promise<void> {
  const { code, said } = await runTool({
    command: process.execPath,
    arguments: [
      join(REPOSITORY, 'node_modules', 'aws-cdk', 'bin', 'cdk'),
      ...parameters,
      '--ci',
      '--no-notices',
      '--no-version-reporting',
    ],
    // Nothing is inherited: a person's AWS profile must never be used from here.
    environment: {
      PATH: [join(REPOSITORY, 'node_modules', '.bin'), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
      HOME: state.temporary,
      TMPDIR: state.temporary,
      AWS_ENDPOINT_URL: emulatorUrl,
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_EC2_METADATA_DISABLED: 'true',
      // Two to three of the seconds of a synthesis; the infrastructure tests have it on.
      CDK_VALIDATION: 'false',
      CDK_DISABLE_VERSION_CHECK: 'true',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      NO_COLOR: '1',
    },
    folder,
    onLine,
  });
  if (code !== 0) throw new StartProblem(`\`cdk ${parameters[0]}\` failed:\n${said.trim().slice(-3000)}`);
}
