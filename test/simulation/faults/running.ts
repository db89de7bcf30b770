/** What happens to a run and around it: faults 5, 34–36, 38, 39, 41, 43–45. */
import { getJobLive } from '../../../contracts/metrics.ts';
import {
  cancelTrainingJob,
  createTrainingJob,
  getTrainingJob,
  retryTrainingJob,
} from '../../../contracts/training-jobs.ts';
import { reportProgress } from '../../../contracts/runs.ts';
import { chatRows } from '../world/first-dataset.ts';
import { type Fault, MINUTE, STATES } from './fault.ts';

export const RUNNING: readonly Fault[] = [
  {
    number: 5,
    title: 'the object is overwritten between validation and training',
    isSurvived: true,
    arm(world, random) {
      world.when(
        random.pick(['new', 'queued', 'submitting', 'running']),
        random.between(0, MINUTE),
        async () => {
          world.hit(5);
          await world.overwriteDataset(`other bytes ${random.hex(8)}`);
        },
      );
    },
  },
  {
    number: 34,
    title: 'preempted between two checkpoints',
    isSurvived: true,
    arm(world, random) {
      const gone = random.pick(['failed', 'restarted', 'terminated'] as const);
      world.onTrainer('checkpoint', () => {
        if (world.count(34) > 0) return;
        world.hit(34);
        world.clock.after(random.between(0, 2 * MINUTE), () => world.preempt(gone));
      });
    },
  },
  {
    number: 35,
    title: 'preempted again and again without progress',
    isSurvived: false,
    arm(world, random) {
      let left = 8;
      world.onTrainer('trained-on', () => {
        if (left === 0) return;
        left -= 1;
        world.hit(35);
        world.clock.after(random.between(0, 20_000), () =>
          world.preempt(random.pick(['failed', 'restarted'])),
        );
      });
    },
  },
  {
    number: 36,
    title: 'cancelled during any phase, or after success',
    isSurvived: false,
    arm(world, random) {
      const states = ['queued', 'submitting', 'running', 'publishing', 'succeeded', 'failed'] as const;
      world.when(random.pick(states), random.between(0, 5 * MINUTE), async () => {
        world.hit(36);
        const keepModel = random.chance(0.4);
        const path = { jobId: world.jobId };
        await world.platform.api(cancelTrainingJob, world.person.owner, { path, body: { keepModel } });
      });
    },
  },
  {
    number: 38,
    title: 'an old attempt’s late report',
    isSurvived: true,
    arm(world, random) {
      world.orphans.push((send, attempt) => {
        for (const delay of [random.between(0, 1000), random.between(0, 10 * MINUTE)]) {
          world.clock.after(delay, () => {
            world.hit(38);
            const isOld = world.attempt !== attempt;
            world.clock.begin(async () => {
              const { status } = await send();
              if (isOld && status < 300 && status > 0) {
                world.violation(
                  'I3',
                  `A report of attempt ${attempt} was taken while ${world.attempt} is live.`,
                );
              }
            });
          });
        }
      });
      world.when('running', random.between(20_000, 5 * MINUTE), () => world.preempt('failed'));
    },
  },
  {
    number: 39,
    title: 'a flood, values that are not finite, steps backwards, a clock off by an hour',
    isSurvived: true,
    arm(world, random) {
      const kind = random.pick(['flood', 'wild', 'fast', 'slow', 'cluster', 'twice'] as const);
      if (kind === 'flood') world.trainerFaults.floods = true;
      if (kind === 'wild') world.trainerFaults.wildNumbers = true;
      if (kind === 'fast') world.trainerFaults.clockOffsetMs = 60 * MINUTE;
      if (kind === 'slow') world.trainerFaults.clockOffsetMs = -60 * MINUTE;
      if (kind === 'cluster') world.ray.clockOffsetMs = random.pick([-60, -5, 60]) * MINUTE;
      if (kind === 'twice') world.trainerFaults.doublesReports = true;
      world.onTrainer('trained-on', () => world.hit(39, kind));
    },
  },
  {
    number: 41,
    title: 'a new definition is deployed in the middle of a job, and the execution is stopped and redriven',
    isSurvived: true,
    arm(world, random) {
      world.when(random.pick(STATES), random.between(0, 5 * MINUTE), () => {
        world.hit(41);
        world.platform.redeploy();
        const { machines } = world.platform;
        if (random.chance(0.2) || !machines.abort('training-workflow', world.jobId)) return;
        world.disturbed(world.clock.now());
        // An operator may be slower than the sweeper: then both go on with it.
        world.clock.after(random.between(0, 10 * MINUTE), () => {
          if (machines.redrive('training-workflow', world.jobId)) world.hit(41, 'redriven');
        });
      });
    },
  },
  {
    number: 43,
    title: 'expired rows are still there',
    isSurvived: true,
    arm(world) {
      world.hit(43);
      world.beforeCreation.push(() => world.putExpiredRows());
    },
  },
  {
    number: 44,
    title:
      'tokens and URLs expire in an upload of two hours, or the secrets are rotated in the middle of a job',
    isSurvived: true,
    arm(world, random) {
      const kind = random.pick(['rotation', 'model', 'dataset'] as const);
      if (kind === 'model') {
        const ms = random.between(65, 150) * MINUTE;
        world.trainerFaults.slowUpload = { ms, breaksOff: random.chance(0.5) };
        world.onTrainer('slow-upload', () => world.hit(44, kind));
        return;
      }
      if (kind === 'dataset') {
        world.uploads.push({ data: [chatRows(30)], signedEarlyMs: random.between(61, 150) * MINUTE });
        world.hit(44, kind);
        return;
      }
      world.when(random.pick(STATES), random.between(0, 5 * MINUTE), () => {
        world.hit(44, kind);
        world.rotate('run-token-key', random.hex(32));
        const key = random.hex(32);
        const [first, second] = [() => world.rotate('cluster-key', key), () => (world.clusterKey = key)];
        const late = random.between(0, 3 * MINUTE);
        // Either side may be first; until both have it, the cluster refuses.
        if (random.chance(0.5)) {
          first();
          world.clock.after(late, second);
        } else {
          second();
          world.clock.after(late, first);
        }
        world.silence(world.clock.now() + late + 6 * MINUTE);
      });
    },
  },
  {
    number: 45,
    title: 'a foreign id in every field',
    isSurvived: true,
    arm(world, random) {
      world.when(random.pick([...STATES, 'succeeded']), random.between(0, MINUTE), async () => {
        world.hit(45);
        const path = { jobId: world.jobId };
        const { stranger, wish } = world.person;
        const ask = (...[operation, input]: [Parameters<typeof world.platform.api>[0], object]) =>
          world.platform.api(operation, stranger, input);
        await ask(getTrainingJob, { path });
        await ask(getJobLive, { path });
        await ask(cancelTrainingJob, { path, body: {} });
        await ask(retryTrainingJob, { path, body: {}, key: `stranger-${random.hex(8)}` });
        await ask(createTrainingJob, { body: wish(), key: world.person.key });
        const forged = `${Buffer.from(JSON.stringify(['run', world.person.owner, world.jobId, 1, 9_999_999_999])).toString('base64url')}.${random.hex(43)}`;
        const answer = await world.platform.runCall(reportProgress, forged, {});
        if (answer.status !== 403) world.violation('I5', `A forged token was answered ${answer.status}.`);
      });
    },
  },
];
