/** From a file to its verdict: faults 1–4 and 6–12. */
import { partsOf, type UploadWish } from '../world/uploader.ts';
import { chatRows } from '../world/first-dataset.ts';
import type { Random } from '../time/random.ts';
import type { World } from '../world/world.ts';
import type { AwsHarm } from '../world/calls.ts';
import { type Fault, MINUTE } from './fault.ts';

const rows = (random: Random) => chatRows(random.between(12, 60));
const upload = (world: World, wish: UploadWish) => void world.uploads.push(wish);

/** Each event of an uploaded file comes after these milliseconds; none is one that never comes. */
function events(world: World, number: number, delays: () => number[]): void {
  world.platform.deliveries.push((what) => {
    if (what !== 'bucket') return undefined;
    world.hit(number);
    return delays();
  });
}

/** A function dies or hangs at one of its calls, so many times. */
function endValidation(
  world: World,
  number: number,
  times: number,
  place: () => number,
  harm: () => AwsHarm,
): void {
  let left = times;
  let at = place();
  world.calls.faults.push((call) => {
    if (call.functionName !== 'validate-dataset' || call.place !== at || left === 0) return undefined;
    left -= 1;
    at = place();
    world.hit(number);
    return harm();
  });
}

const line = (text: string | Buffer) => Buffer.concat([Buffer.from(text), Buffer.from('\n')]);
const said = (text: string) =>
  `{"messages":[{"role":"user","content":"${text}"},{"role":"assistant","content":"Yes."}]}`;
const DEEP = 60_000;

/** What a file may hold that is no decent row; none of it may do more than be told. */
const HOSTILE: Readonly<Record<string, (clean: Buffer) => Buffer>> = {
  'depth-bomb': (clean) =>
    Buffer.concat([clean, line(`{"messages":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`)]),
  bom: (clean) => Buffer.concat([Buffer.from('\uFEFF'), clean]),
  nul: (clean) => Buffer.concat([clean, line(said('a\0b'))]),
  'bad-utf-8': (clean) =>
    Buffer.concat([clean, line(Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0xff, 0x22, 0x7d]))]),
  crlf: (clean) => Buffer.from(clean.toString().replaceAll('\n', '\r\n')),
  prototype: (clean) =>
    Buffer.concat([
      clean,
      line('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"messages":[]}'),
      line(`{"messages":[{"__proto__":{"polluted":1},"role":"user","content":"?"}]}`),
    ]),
};

export const UPLOADING: readonly Fault[] = [
  {
    number: 1,
    title: 'an upload’s event twice',
    isSurvived: true,
    arm(world, random) {
      upload(world, { data: [rows(random)] });
      events(world, 1, () => [random.between(100, 3000), random.between(100, 5 * MINUTE)]);
    },
  },
  {
    number: 2,
    title: 'an upload’s event 90 s late, and nobody waits on the page',
    isSurvived: true,
    arm(world, random) {
      upload(world, { data: [rows(random)], leavesForMs: random.between(1, 20) * MINUTE });
      events(world, 2, () => [random.between(60_000, 120_000)]);
    },
  },
  {
    number: 3,
    title: 'an upload’s event never comes, and the call that ends it may die',
    isSurvived: true,
    arm(world, random) {
      upload(world, { data: [rows(random)], leavesForMs: random.between(1, 20) * MINUTE });
      events(world, 3, () => []);
      if (random.chance(0.4)) return;
      let isDone = false;
      // After the parts were put together, or after the record said so and before the queue heard.
      const dies = random.pick(['CompleteMultipartUploadCommand', 'SendMessageCommand']);
      world.calls.faults.push(({ functionName, name }) => {
        if (isDone || functionName !== 'datasets' || name !== dies) return undefined;
        isDone = true;
        world.hit(3, dies);
        return { dies: dies === 'SendMessageCommand' ? 'before' : 'after' };
      });
    },
  },
  {
    number: 4,
    title: 'an upload’s event comes after the dataset was deleted',
    isSurvived: true,
    arm(world, random) {
      upload(world, { data: [rows(random)], deletedAfterMs: random.between(0, MINUTE) });
      events(world, 4, () => [random.between(100, 3 * MINUTE)]);
    },
  },
  {
    number: 6,
    title: 'an upload stops at 60 %, and goes on or never does',
    isSurvived: true,
    arm(world, random) {
      const goesOn = random.chance(0.6);
      const part = Buffer.alloc(8 * 1024 * 1024, 'x');
      // One that goes on is checked: its second file is then all that is missing.
      upload(
        world,
        goesOn
          ? {
              data: [rows(random)],
              validation: [rows(random)],
              stops: { beforePart: 0, resumesAfterMs: random.between(1, 46 * 60) * MINUTE },
            }
          : { data: [part, part, part, part, part], stops: { beforePart: 3 } },
      );
      world.hit(6, goesOn ? 'goes on' : 'never does');
    },
  },
  {
    number: 7,
    title: 'a file is longer than it was announced',
    isSurvived: true,
    arm(world, random) {
      upload(world, { data: [rows(random)], isLongerAtFirst: true });
      world.hit(7);
    },
  },
  {
    number: 8,
    title: 'a part has another checksum than it says',
    isSurvived: true,
    arm(world, random) {
      upload(world, { data: [rows(random)], isWrongAtFirst: true });
      world.hit(8);
    },
  },
  {
    number: 9,
    title: 'one line has all the bytes',
    isSurvived: true,
    arm(world, random) {
      // Below what a check gives to threads; 500 MB of it are a test of their own.
      const whole = Buffer.alloc(random.between(1, 3) * 1024 * 1024 + 17, 'x');
      upload(world, { data: [random.chance(0.5) ? whole : Buffer.concat([rows(random), whole])] });
      world.hit(9);
    },
  },
  {
    number: 10,
    title: 'a depth bomb, a BOM, NUL, bad UTF-8, CRLF, `__proto__`',
    isSurvived: true,
    arm(world, random) {
      const kind = random.pick(Object.keys(HOSTILE));
      upload(world, { data: partsOf(HOSTILE[kind]?.(rows(random)) ?? Buffer.alloc(0)) });
      world.hit(10, kind);
    },
  },
  {
    number: 11,
    title: 'a check hangs at 99 % until its time is over',
    isSurvived: true,
    arm(world, random) {
      upload(world, { data: [rows(random)] });
      // Its last calls: the report and the verdict.
      endValidation(
        world,
        11,
        random.between(1, 3),
        () => random.between(6, 9),
        () => ({ hangs: true }),
      );
    },
  },
  {
    number: 12,
    title: 'a check runs out of memory, once or until it is given up',
    isSurvived: true,
    arm(world, random) {
      upload(world, { data: [rows(random)] });
      const dies = () => ({ dies: random.pick(['before', 'after'] as const) });
      endValidation(world, 12, random.between(1, 4), () => random.between(1, 9), dies);
    },
  },
];
