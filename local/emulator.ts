/** MiniStack: the AWS emulator that the same stacks are deployed into. What it does not prove: docs/deploy.md. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { INSTALLATION, REPOSITORY, type StateFolder } from './folders.ts';
import { executable } from './python-environment.ts';
import { untilAnswered } from './readiness.ts';
import type { Part, Supervisor } from './supervise.ts';

/** The emulator takes any; no request leaves this machine. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';
export const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' } as const;

export interface EmulatorOptions {
  port: number;
  state: StateFolder;
  /** 1 waits as long as the workflow says; tests scale waits down. */
  waitScale: number;
  /** One Node process per concurrent call: 54 of them were seen at 3.8 GB (facts.md §1). */
  concurrency: number;
}

export async function startEmulator(supervisor: Supervisor, options: EmulatorOptions): Promise<Part> {
  const { state, port } = options;
  for (const folder of [state.emulator, state.objects, state.temporary])
    mkdirSync(folder, { recursive: true });
  // Its worker is a .js file in CommonJS, unpacked below this folder: without a package.json of its own it would be
  // taken for an ES module wherever the folder lies in this repository, and every function would end at once.
  writeFileSync(join(state.temporary, 'package.json'), '{"type":"commonjs"}\n');
  forgetStreamPositions(state);
  const part = supervisor.start({
    name: 'emulator',
    command: executable(INSTALLATION.venv, 'python'),
    arguments: ['-m', 'ministack'],
    workingFolder: state.temporary,
    // Functions inherit all of this, so it holds nothing that they must not see.
    environment: {
      // Functions run on the Node of this repository, as close to Lambda's as npm has one.
      PATH: [join(REPOSITORY, 'node_modules', '.bin'), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
      HOME: state.temporary,
      TMPDIR: state.temporary,
      LANG: 'C.UTF-8',
      // In Lambda there always is one; without this line it would be empty.
      AWS_SESSION_TOKEN: CREDENTIALS.secretAccessKey,
      GATEWAY_PORT: String(port),
      // The default is every address of this machine.
      BIND_HOST: '127.0.0.1',
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      // It would look for containers of its own to end; here are none, and those of others are not ours.
      DOCKER_HOST: 'unix:///nonexistent',
      PERSIST_STATE: '1',
      STATE_DIR: state.emulator,
      S3_PERSIST: '1',
      S3_DATA_DIR: state.objects,
      LAMBDA_ACCOUNT_CONCURRENCY: String(options.concurrency),
      SFN_WAIT_SCALE: String(options.waitScale),
      MINISTACK_REGION: REGION,
      LOG_LEVEL: 'WARNING',
    },
    // It writes its state on SIGTERM; killed earlier it forgets everything since the start.
    graceMs: 15_000,
    endsItsOwn: true,
  });
  await untilAnswered({
    what: 'The AWS emulator',
    part,
    seconds: 30,
    ask: async () => (await fetch(`http://127.0.0.1:${port}/_ministack/health`)).ok,
  });
  return part;
}

const LambdaState = z.looseObject({
  payload: z.looseObject({ dynamodb_stream_positions: z.unknown() }),
});

/**
 * Kept positions are stale after a restart, and the first writes to a table would be lost to its readers
 * (facts.md §1); without them the readers begin at the newest record.
 */
function forgetStreamPositions(state: StateFolder): void {
  const file = join(state.emulator, 'lambda.json');
  if (!existsSync(file)) return;
  const kept = LambdaState.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!kept.success) return;
  kept.data.payload.dynamodb_stream_positions = {};
  writeFileSync(file, JSON.stringify(kept.data));
}

/** `--fresh`: everything the emulator kept, and nothing else. */
export function forgetEverything(state: StateFolder): void {
  for (const folder of [state.emulator, state.objects, state.cloud, state.temporary]) {
    rmSync(folder, { recursive: true, force: true });
  }
}

const SentEmails = z.object({
  messages: z.record(
    z.string(),
    z.array(
      z.object({
        MessageId: z.string(),
        Source: z.string(),
        To: z.array(z.string()),
        Subject: z.string(),
        BodyText: z.string().nullable(),
        BodyHtml: z.string().nullable(),
        Timestamp: z.union([z.string(), z.number()]),
      }),
    ),
  ),
});
export type SentEmail = z.infer<typeof SentEmails>['messages'][string][number];

/** The e-mails sent to an address, oldest first: the emulator keeps them instead of delivering them. */
export async function emailsTo(emulatorUrl: string, address: string): Promise<SentEmail[]> {
  const response = await fetch(`${emulatorUrl}/_ministack/ses/messages`);
  const inbox = SentEmails.parse(await response.json());
  return Object.values(inbox.messages)
    .flat()
    .filter((email) => email.To.includes(address));
}
