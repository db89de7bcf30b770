/** What the cluster does: faults 23–33, 37 and 40. */
import { cancelTrainingJob } from '../../../contracts/training-jobs.ts';
import type { DoorAnswer } from '../cluster/door.ts';
import { type Fault, MINUTE, STATES } from './fault.ts';

const isPost = ({ method, path }: { method: string; path: string }) =>
  method === 'POST' && path === '/api/jobs/';
const isLook = ({ method, path, id }: { method: string; path: string; id: string | undefined }) =>
  method === 'GET' && id !== undefined && !path.endsWith('/logs');

const GARBAGE: readonly DoorAnswer[] = [
  { status: 200, body: JSON.stringify({ status: 'HIBERNATING' }) },
  { status: 200, body: JSON.stringify({ message: 'no status here' }) },
  { status: 200, body: '<html><body>Bad gateway</body></html>' },
  { status: 200, body: '' },
  { status: 200, body: 'x'.repeat(65_536), repeat: 800 },
  { status: 302, body: '' },
];

export const CLUSTER: readonly Fault[] = [
  {
    number: 23,
    title: 'the hand-over times out, and the run was created or was not',
    isSurvived: true,
    arm(world, random) {
      let left = random.between(1, 3);
      world.ray.faults.push((call, real) => {
        if (!isPost(call) || left === 0) return undefined;
        left -= 1;
        world.hit(23);
        if (random.chance(0.7)) real();
        return random.pick(['hang', 'reset']);
      });
    },
  },
  {
    number: 24,
    title: 'the cluster says that the run exists',
    isSurvived: true,
    arm(world, random) {
      let left = random.between(1, 3);
      world.ray.faults.push((call, real) => {
        if (!isPost(call) || left === 0) return undefined;
        left -= 1;
        world.hit(24);
        real();
        return real();
      });
    },
  },
  {
    number: 25,
    title: 'the cluster accepted a run and lost its record',
    isSurvived: true,
    arm(world, random) {
      world.when(random.pick(['submitting', 'running']), random.between(0, 4 * MINUTE), () => {
        world.hit(25);
        world.ray.restart();
      });
    },
  },
  {
    number: 27,
    title: 'the cluster answers 5xx for up to an hour, and the job may finish meanwhile',
    isSurvived: true,
    arm(world, random) {
      world.when(random.pick(STATES), random.between(0, 5 * MINUTE), () => {
        const until = world.clock.now() + random.between(5, 50) * MINUTE;
        world.silence(until);
        world.hit(27);
        world.ray.faults.push(() =>
          world.clock.now() < until ? random.pick([{ status: 503, body: 'no' }, 'hang', 'reset']) : undefined,
        );
      });
    },
  },
  {
    number: 28,
    title: 'the cluster is down beyond the limit',
    isSurvived: false,
    arm(world, random) {
      world.when(random.pick(STATES), random.between(0, 5 * MINUTE), () => {
        const until = world.clock.now() + random.between(70, 150) * MINUTE;
        world.silence(until);
        world.hit(28);
        if (random.chance(0.7)) for (const id of world.ray.processes.keys()) world.ray.kill(id);
        world.ray.faults.push(() => (world.clock.now() < until ? random.pick(['hang', 'reset']) : undefined));
      });
    },
  },
  {
    number: 29,
    title: 'the status flaps',
    isSurvived: true,
    arm(world, random) {
      world.when(random.pick(['submitting', 'running']), random.between(0, 3 * MINUTE), () => {
        const until = world.clock.now() + random.between(1, 20) * MINUTE;
        world.silence(until);
        let blinks = 1;
        world.ray.faults.push((call, real) => {
          if (!isLook(call) || world.clock.now() >= until || !random.chance(0.4)) return undefined;
          world.hit(29);
          const answer = real();
          if (typeof answer === 'string' || answer.status !== 200) return answer;
          // A head that has just come up knows nothing yet: the run is absent for one look, and lives.
          if (blinks > 0 && random.chance(0.2)) {
            blinks -= 1;
            return { status: 404, body: '{}' };
          }
          return { status: 200, body: JSON.stringify({ status: 'PENDING', message: '' }) };
        });
      });
    },
  },
  {
    number: 30,
    title: 'an unknown status, a missing field, a page of HTML, 50 MB',
    isSurvived: true,
    arm(world, random) {
      world.when(random.pick(STATES), random.between(0, 3 * MINUTE), () => {
        const until = world.clock.now() + random.between(1, 20) * MINUTE;
        world.silence(until);
        let left = 12;
        world.ray.faults.push((call) => {
          if (isPost(call) || world.clock.now() >= until || left === 0 || !random.chance(0.6))
            return undefined;
          left -= 1;
          world.hit(30);
          return random.pick(GARBAGE);
        });
      });
    },
  },
  {
    number: 31,
    title: 'the cluster says FAILED and the manifest is whole',
    isSurvived: true,
    arm(world) {
      world.trainerFaults.diesAfterManifest = true;
      world.onTrainer('manifest', () => world.hit(31));
    },
  },
  {
    number: 32,
    title: 'the cluster says SUCCEEDED and the manifest is wrong',
    isSurvived: false,
    arm(world, random) {
      world.trainerFaults.manifest = random.pick(['names-more', 'wrong-checksum', 'other-data'] as const);
      world.onTrainer('manifest', () => world.hit(32));
    },
  },
  {
    number: 33,
    title: 'a start timeout reads FAILED and the supervisor wakes later',
    isSurvived: false,
    arm(world, random) {
      let left = random.between(1, 2);
      world.startDelays.push(() => {
        if (left === 0) return undefined;
        left -= 1;
        world.hit(33);
        return 15 * MINUTE + random.between(1000, 3 * MINUTE);
      });
    },
  },
  {
    number: 37,
    title: 'stop answers 200 and the job keeps running',
    isSurvived: false,
    arm(world, random) {
      world.when(random.pick(['submitting', 'running']), random.between(0, 4 * MINUTE), async () => {
        const until = world.clock.now() + random.between(2, 15) * MINUTE;
        world.silence(until);
        world.ray.deafUntil = until;
        // Most obey the API although the cluster does not stop them; one that hears nobody is what the alarm is for.
        if (random.chance(0.6)) world.trainerFaults.deafUntil = until;
        world.hit(37);
        const path = { jobId: world.jobId };
        await world.platform.api(cancelTrainingJob, world.person.owner, { path, body: {} });
      });
    },
  },
  {
    number: 40,
    title: '30 % of the looks fail, all the time',
    isSurvived: true,
    arm(world, random) {
      world.silence(Infinity);
      world.ray.faults.push((call) => {
        if (!isLook(call) || !random.chance(0.3)) return undefined;
        world.hit(40);
        return random.pick([{ status: 502, body: '' }, 'hang', 'reset']);
      });
    },
  },
];
