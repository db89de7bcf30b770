/**
 * What the control plane of one job costs: 24 hours on one GPU, 10,000 steps, nobody watching. Counted in a simulated
 * run of the real functions and the synthesized workflow, and priced by AWS's list, without any free tier.
 */
import { World } from '../simulation/world/world.ts';
import { print } from './figure.ts';

/**
 * Dollars in us-east-1, without any free tier. Where each is from, as of November 2026; nobody has held them against a bill.
 * *AWS's page*: read in a stored copy of it. *Quoted*: read on a page of somebody else. *From memory*: no page was found
 * that says it. Five sixths of a day's job are transitions and request units.
 */
const PRICES = {
  /** AWS's page, aws.amazon.com/step-functions/pricing. */
  transition: 0.025 / 1000,
  /** Quoted, as halved on 2024-11-01. */
  writeUnit: 0.625 / 1e6,
  /** Quoted, as halved on 2024-11-01. */
  readUnit: 0.125 / 1e6,
  /** Quoted. */
  invocation: 0.2 / 1e6,
  /** Quoted, arm64. */
  gigabyteSecond: 0.0000133334,
  /** AWS's white paper on private APIs of API Gateway, and quoted; the stored copy of the price page has no figures. */
  apiCall: 1 / 1e6,
  /** From memory; quoted only as an example. */
  s3Put: 0.005 / 1000,
  /** From memory. */
  s3Get: 0.0004 / 1000,
  /** From memory. */
  secretCall: 0.05 / 10_000,
  /** AWS's page, aws.amazon.com/xray/pricing. */
  trace: 5 / 1e6,
  /** Quoted. */
  mail: 0.1 / 1000,
  /** From memory: logs taken in, of functions and of vended state-machine logs. */
  logGigabyte: 0.5,
};
/** lib/constructs/service-function.ts. */
const MEMORY_GB = 0.5;
/** A warm call's own work, an answer of an AWS service in the region, and one of a cluster elsewhere, milliseconds. */
const MILLISECONDS = { own: 8, aws: 6, cluster: 40 };
/**
 * An event of a state machine's log without execution data (lib/workflow-stack.ts), a line of a function's platform
 * log, a line of the API's access log.
 */
const BYTES = { event: 450, invocation: 350, access: 300 };
/** What the trainer calls is not traced (lib/api-stack.ts); a state machine's trace holds those of its steps. */
const TRACED_ALONE = ['training-jobs', 'dispatch-outbox', 'deliver-notification', 'send-email'];
const AIM_DOLLARS = 0.13;
const STEPS = 10_000;

/** As the trainer measures them: floats with all their digits, which is what a point's bytes are. */
const measured = (step: number) => ({
  learningRate: 0.0002 * Math.cos(step / STEPS),
  gradientNorm: 0.9 + Math.sin(step) / 3,
  tokensPerSecond: Math.round(12_340 + 500 * Math.sin(step)) / 10,
  memoryBytes: 61_203_283_968,
});

const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);

async function simulatedDay(): Promise<World> {
  const world = new World(1);
  // 10,000 × 8.6 s are 23.9 hours; a checkpoint every half hour, as the trainer keeps them at most.
  world.script = {
    steps: STEPS,
    stepMs: 8600,
    checkpointEverySteps: 209,
    phaseMs: 60_000,
    // More than LIVE keeps: a log tail is never longer than this.
    logTail: 'step 1234 loss 1.234 lr 1.0e-4 grad 0.93 tokens/s 1234\n'.repeat(150),
    measured,
  };
  world.person.capUsdMicros = 150_000_000;
  await world.run([]);
  if (world.end !== 'succeeded completed') throw new Error(`The job of the bench ended ${world.end}.`);
  return world;
}

/** Dollars by component. The first two are what the job writes: state transitions and request units. */
function costsOf({ platform, tables, counts, history }: World): Record<string, number> {
  const executions = [...platform.machines.executions.values()];
  const aws = (...names: string[]) =>
    sum(
      [...counts.aws].filter(([name]) => names.some((part) => name.includes(part))).map(([, calls]) => calls),
    );
  // The sweeper runs whether there is a job or not: it belongs to what a stage costs when it is idle.
  const invoked = [...platform.invoked].filter(([name]) => name !== 'sweep-unfinished');
  const calls = sum(invoked.map(([, times]) => times));
  const milliseconds =
    calls * MILLISECONDS.own +
    sum(counts.aws.values()) * MILLISECONDS.aws +
    counts.cluster * MILLISECONDS.cluster;
  const traced = invoked.filter(([name]) => TRACED_ALONE.includes(name)).map(([, times]) => times);
  const logged =
    sum(history.of('log').map(({ text }) => text.length)) +
    calls * BYTES.invocation +
    counts.api * BYTES.access +
    sum(executions.map(({ events }) => events)) * BYTES.event;
  return {
    workflow: sum(executions.map(({ transitions }) => transitions)) * PRICES.transition,
    'table writes': tables.consumed.write * PRICES.writeUnit,
    'table reads': tables.consumed.read * PRICES.readUnit,
    functions: calls * PRICES.invocation + (milliseconds / 1000) * MEMORY_GB * PRICES.gigabyteSecond,
    API: counts.api * PRICES.apiCall,
    files:
      aws('PutObject', 'Multipart', 'UploadPart', 'ListObjects') * PRICES.s3Put +
      aws('GetObject', 'HeadObject', 'ListParts') * PRICES.s3Get,
    secrets: aws('GetSecretValue') * PRICES.secretCall,
    traces: (sum(traced) + executions.length) * PRICES.trace,
    logs: (logged / 1e9) * PRICES.logGigabyte,
    mail: aws('SendEmail') * PRICES.mail,
  };
}

export async function benchJobCost(): Promise<void> {
  const parts = costsOf(await simulatedDay());
  const total = sum(Object.values(parts));
  const of = `control plane of a job of 24 h and ${STEPS} steps`;
  for (const [part, dollars] of Object.entries(parts)) {
    print({
      figure: `${of}: ${part}`,
      value: dollars,
      unit: '$',
      comparedTo: { what: 'all of it', value: total },
    });
  }
  const written = (parts['workflow'] ?? 0) + (parts['table writes'] ?? 0);
  for (const [figure, value] of [
    [`${of}: what it writes, in state transitions and request units`, written],
    [`${of}: all that its account is billed`, total],
  ] as const) {
    print({
      figure,
      value,
      unit: '$',
      comparedTo: { what: 'the aim', value: AIM_DOLLARS },
      aim: `at most $${AIM_DOLLARS}`,
      meetsAim: value <= AIM_DOLLARS,
    });
  }
}
