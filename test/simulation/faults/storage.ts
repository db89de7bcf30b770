/** What AWS does to calls: faults 20–22, 42, 46. */
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { Random } from '../time/random.ts';
import { awsError, type AwsCall, type AwsFault } from '../world/calls.ts';
import type { World } from '../world/world.ts';
import { type Fault, MINUTE, STATES } from './fault.ts';

const WRITES = ['PutCommand', 'UpdateCommand', 'DeleteCommand', 'TransactWriteCommand'];
const isWrite = ({ service, name }: AwsCall) => service === 'dynamodb' && WRITES.includes(name);

function cancelled(call: AwsCall, code: string): Error {
  const items = call.input['TransactItems'] as unknown[];
  return new TransactionCanceledException({
    message: 'Transaction cancelled',
    $metadata: {},
    CancellationReasons: items.map((_, place) => ({ Code: place === 0 ? code : 'None' })),
  });
}

/** From a moment in the job's life on, for at most so many minutes, a call may get this instead of its answer. */
function forAWhile(world: World, random: Random, mostMinutes: number, fault: AwsFault): void {
  world.when(random.pick(['new', ...STATES]), random.between(0, MINUTE), () => {
    const until = world.clock.now() + random.between(1, mostMinutes) * MINUTE;
    world.disturbed(until);
    world.calls.faults.push((call) => (world.clock.now() >= until ? undefined : fault(call)));
  });
}

export const STORAGE: readonly Fault[] = [
  {
    number: 20,
    title: '30 % of writes are throttled',
    isSurvived: true,
    arm(world, random) {
      forAWhile(world, random, 15, (call) => {
        if (!isWrite(call) || !random.chance(0.3)) return undefined;
        world.hit(20);
        const isTransaction = call.name === 'TransactWriteCommand' && random.chance(0.5);
        const error = isTransaction
          ? cancelled(call, 'ThrottlingError')
          : awsError('ProvisionedThroughputExceededException');
        return { error, when: 'before' };
      });
    },
  },
  {
    number: 21,
    title: 'a conditional write succeeds and its answer is lost',
    isSurvived: true,
    arm(world, random) {
      forAWhile(world, random, 10, (call) => {
        if (!isWrite(call) || !random.chance(0.15)) return undefined;
        world.hit(21);
        return random.chance(0.7) ? { error: awsError('TimeoutError'), when: 'after' } : { dies: 'after' };
      });
    },
  },
  {
    number: 22,
    title: 'a transaction conflicts',
    isSurvived: true,
    arm(world, random) {
      forAWhile(world, random, 10, (call) => {
        if (call.name !== 'TransactWriteCommand' || !random.chance(0.4)) {
          return undefined;
        }
        world.hit(22);
        return { error: cancelled(call, 'TransactionConflict'), when: 'before' };
      });
    },
  },
  {
    number: 42,
    title: 'a message is not taken, comes twice, and the mail bounces',
    isSurvived: true,
    arm(world, random) {
      const until = world.clock.now() + random.between(1, 30) * MINUTE;
      world.disturbed(until);
      world.calls.faults.push(({ service }) => {
        if (world.clock.now() >= until) return undefined;
        if (service === 'sns' && random.chance(0.5)) {
          world.hit(42);
          return { error: awsError('InternalErrorException'), when: random.pick(['before', 'after']) };
        }
        if (service === 'ses' && random.chance(0.5)) {
          world.hit(42);
          return { error: awsError('MessageRejected'), when: 'before' };
        }
        return undefined;
      });
      world.platform.deliveries.push((what) =>
        what === 'topic' && random.chance(0.5)
          ? [random.between(10, 900), random.between(10, 60_000), random.between(10, 60_000)]
          : undefined,
      );
    },
  },
  {
    number: 46,
    title: 'an error at one awaited call',
    isSurvived: true,
    arm(world, random) {
      // Every call of a quiet job is one of its first few hundred; each seed takes one, or two of them.
      let left = random.between(1, 2);
      let countdown = random.between(1, 250);
      const [functionName, place] = [
        random.pick([
          'submit-run',
          'observe-run',
          'publish-model',
          'settle-costs',
          'clean-up',
          'runs',
          'any',
        ]),
        random.between(1, 12),
      ];
      world.calls.faults.push((call) => {
        countdown -= 1;
        const isMeant =
          functionName === 'any'
            ? countdown === 0
            : call.functionName === functionName && call.place === place;
        if (!isMeant || left === 0) return undefined;
        left -= 1;
        countdown = random.between(1, 250);
        world.hit(46, `${call.functionName}/${call.place}`);
        world.disturbed(world.clock.now() + 2 * MINUTE);
        return random.pick([
          { error: awsError('InternalServerError'), when: 'before' as const },
          { error: awsError('SomethingElse'), when: 'before' as const },
          { error: awsError('SomethingElse'), when: 'after' as const },
          { dies: 'before' as const },
          { dies: 'after' as const },
        ]);
      });
    },
  },
];
