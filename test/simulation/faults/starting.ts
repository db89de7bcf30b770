/** From the request to the hand-over: faults 13–19 and 26. */
import { createTrainingJob } from '../../../contracts/training-jobs.ts';
import { awsError } from '../world/calls.ts';
import { type Fault, MINUTE, STATES } from './fault.ts';

const isStart = (key: string) => key.endsWith(':start');

export const STARTING: readonly Fault[] = [
  {
    number: 13,
    title: 'the same POST twice in parallel',
    isSurvived: true,
    arm(world) {
      world.person.twins = 2;
      world.hit(13);
    },
  },
  {
    number: 14,
    title: 'the same key with another body',
    isSurvived: true,
    arm(world, random) {
      world.when(random.pick(STATES), random.between(0, MINUTE), async () => {
        world.hit(14);
        const body = { ...world.person.wish(), name: 'Another name' };
        await world.platform.api(createTrainingJob, world.person.owner, { body, key: world.person.key });
      });
    },
  },
  {
    number: 15,
    title: 'a crash after the transaction, before the workflow starts',
    isSurvived: true,
    arm(world, random) {
      if (random.chance(0.5)) {
        // The stream's record is lost: only the sweeper can find the row.
        world.platform.deliveries.push((what, key) => {
          if (what !== 'stream' || !isStart(key)) return undefined;
          world.hit(15);
          return [];
        });
        return;
      }
      let isDone = false;
      world.calls.faults.push(({ functionName, name }) => {
        if (isDone || functionName !== 'training-jobs' || name !== 'TransactWriteCommand') return undefined;
        isDone = true;
        world.hit(15);
        return { dies: 'after' };
      });
    },
  },
  {
    number: 16,
    title: 'a stream record twice',
    isSurvived: true,
    arm(world, random) {
      world.platform.deliveries.push((what) => {
        if (what !== 'stream') return undefined;
        world.hit(16);
        return [random.between(20, 500), random.between(20, 90_000)];
      });
    },
  },
  {
    number: 17,
    title: 'a poison stream record: others flow',
    isSurvived: true,
    arm(world, random) {
      world.when(random.pick(['new', ...STATES]), random.between(0, MINUTE), async () => {
        world.hit(17);
        const shard = random.between(0, 7);
        await world.putRow('core', {
          pk: `OUTBOX#${shard}`,
          sk: `poison-${random.hex(8)}`,
          kind: 'unheard-of',
        });
      });
      // With it, the stream loses what the sweeper must find.
      world.platform.deliveries.push((what) => (what === 'stream' && random.chance(0.3) ? [] : undefined));
    },
  },
  {
    number: 18,
    title: 'starting an execution is throttled for ten minutes',
    isSurvived: true,
    arm(world) {
      const until = world.clock.now() + 10 * MINUTE;
      world.disturbed(until);
      world.calls.faults.push(({ name }) => {
        if (name !== 'StartExecutionCommand' || world.clock.now() >= until) return undefined;
        world.hit(18);
        return { error: awsError('ThrottlingException'), when: 'before' };
      });
    },
  },
  {
    number: 19,
    title: 'the execution ends in the middle, and its name is used up',
    isSurvived: true,
    arm(world, random) {
      world.when(random.pick(STATES), random.between(0, 5 * MINUTE), () => {
        if (!world.platform.machines.abort('training-workflow', world.jobId)) return;
        world.hit(19);
        world.disturbed(world.clock.now());
      });
    },
  },
  {
    number: 26,
    title: 'two submitters race',
    isSurvived: true,
    arm(world, random) {
      world.when(random.pick(STATES), random.between(0, 20_000), () => {
        world.hit(26);
        const { owner } = world.person;
        // As after a restored table or by an operator's hand: a second execution of the same job.
        for (const twin of ['a', 'b'].slice(0, random.between(1, 2))) {
          const input = { owner, jobId: world.jobId };
          world.platform.machines.start('training-workflow', `${world.jobId}-twin-${twin}`, input);
        }
      });
    },
  },
];
