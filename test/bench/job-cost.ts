/**
 * What the control plane of one job costs: 24 hours on one GPU, 10,000 steps, nobody watching. Counted in a simulated
 * run of the real functions and the synthesized workflow, and priced by AWS's list for us-east-1 (Nov 2026).
 */
import { World } from '../simulation/world/world.ts';
import { print } from './figure.ts';

/** Dollars, list prices of us-east-1 as we know them; not looked up anew when this was written. */
const PRICES = {
  transition: 0.025 / 1000,
  writeUnit: 0.625 / 1e6,
  readUnit: 0.125 / 1e6,
  invocation: 0.2 / 1e6,
  /** arm64. */
  gigabyteSecond: 0.0000133334,
  apiCall: 1 / 1e6,
  s3Put: 0.005 / 1000,
  s3Get: 0.0004 / 1000,
  /** Logs taken in, of functions and of vended state-machine logs. */
  logGigabyte: 0.5,
};
/** lib/constructs/service-function.ts. */
const MEMORY_GB = 0.5;
/** A warm call's own work, an answer of an AWS service in the region, and one of a cluster elsewhere, milliseconds. */
const MILLISECONDS = { own: 8, aws: 6, cluster: 40 };
/** An event of a state machine's log without execution data (lib/workflow-stack.ts), a line of a function's platform log. */
const BYTES = { event: 450, invocation: 350 };
const AIM_DOLLARS = 0.13;
const STEPS = 10_000;

export async function benchJobCost(): Promise<void> {
  const world = new World(1);
  // 10,000 × 8.6 s are 23.9 hours; a checkpoint every half hour, as the trainer keeps them at most.
  world.script = {
    steps: STEPS,
    stepMs: 8600,
    checkpointEverySteps: 209,
    phaseMs: 60_000,
    logTail: 'step 1234 loss 1.234 lr 1.0e-4 grad 0.93 tokens/s 1234\n'.repeat(150),
  };
  world.person.capUsdMicros = 150_000_000;
  await world.run([]);
  if (world.end !== 'succeeded completed') throw new Error(`The job of the bench ended ${world.end}.`);
  const executions = [...world.platform.machines.executions.values()];
  const sum = (values: Iterable<number>) => [...values].reduce((total, value) => total + value, 0);
  const aws = (...names: string[]) =>
    sum(
      [...world.counts.aws]
        .filter(([name]) => names.some((part) => name.includes(part)))
        .map(([, calls]) => calls),
    );
  // The sweeper runs whether there is a job or not: it belongs to what a stage costs when it is idle.
  const calls = sum(
    [...world.platform.invoked].filter(([name]) => name !== 'sweep-unfinished').map(([, times]) => times),
  );
  const milliseconds =
    calls * MILLISECONDS.own +
    sum(world.counts.aws.values()) * MILLISECONDS.aws +
    world.counts.cluster * MILLISECONDS.cluster;
  const logged = sum(world.history.of('log').map(({ text }) => text.length)) + calls * BYTES.invocation;
  const parts: Record<string, number> = {
    workflow: sum(executions.map(({ transitions }) => transitions)) * PRICES.transition,
    'table writes': world.tables.consumed.write * PRICES.writeUnit,
    'table reads': world.tables.consumed.read * PRICES.readUnit,
    functions: calls * PRICES.invocation + (milliseconds / 1000) * MEMORY_GB * PRICES.gigabyteSecond,
    API: world.counts.api * PRICES.apiCall,
    files:
      aws('PutObject', 'Multipart', 'UploadPart', 'ListObjects') * PRICES.s3Put +
      aws('GetObject', 'HeadObject') * PRICES.s3Get,
    logs: ((logged + sum(executions.map(({ events }) => events)) * BYTES.event) / 1e9) * PRICES.logGigabyte,
  };
  const total = sum(Object.values(parts));
  for (const [part, dollars] of Object.entries(parts)) {
    print({
      figure: `control plane of a job of 24 h and ${STEPS} steps: ${part}`,
      value: dollars,
      unit: '$',
      comparedTo: { what: 'all of it', value: total },
    });
  }
  print({
    figure: `control plane of a job of 24 h and ${STEPS} steps`,
    value: total,
    unit: '$',
    comparedTo: { what: 'the aim', value: AIM_DOLLARS },
    aim: `at most $${AIM_DOLLARS}`,
    meetsAim: total <= AIM_DOLLARS,
  });
}
