/** Time, dice, network, SDK and console of this process, lent to one world. */
import { forgetBuilt } from '../../../lambdas/runtime/environment.ts';
import { openDoor, type DoorAnswer, type DoorRequest } from '../cluster/door.ts';
import type { History } from '../history/history.ts';
import type { Clock } from '../time/clock.ts';
import type { Random } from '../time/random.ts';
import { ruleTime } from '../time/rule-time.ts';
import { type AwsCalls, invocations } from './calls.ts';

export interface Lent {
  clock: Clock;
  random: Random;
  history: History;
  calls: AwsCalls;
  environment: Readonly<Record<string, string>>;
  /** What the cluster answers. */
  answer: (request: DoorRequest) => Promise<DoorAnswer>;
}

/** A pause of a function is something it waits for. */
function paused(): () => void {
  const invocation = invocations.getStore();
  if (!invocation) return () => undefined;
  invocation.waiting += 1;
  let isOver = false;
  return () => {
    if (!isOver) invocation.waiting -= 1;
    isOver = true;
  };
}

/** Ours until the returned function gives everything back. */
export function takeOver({ clock, random, history, calls, environment: lent, answer }: Lent): () => void {
  const { console: real } = globalThis;
  const before = { info: real.info, warn: real.warn, error: real.error };
  for (const level of ['info', 'warn', 'error'] as const) {
    real[level] = (...parts: unknown[]) =>
      history.add({ kind: 'log', level, text: parts.map((part) => JSON.stringify(part)).join(' ') });
  }
  const environment = { ...process.env };
  Object.assign(process.env, lent);
  forgetBuilt();
  const time = ruleTime(clock, random.fork('ids'), paused);
  const aws = calls.take();
  const dice = random.fork('door');
  const door = openDoor(async (request) => {
    const invocation = invocations.getStore();
    await clock.sleep(dice.between(5, 60));
    return invocation?.isDead ? 'hang' : answer(request);
  });
  return () => {
    door.close();
    aws.restore();
    time.restore();
    forgetBuilt();
    for (const name of Object.keys(lent)) {
      if (environment[name] === undefined) delete process.env[name];
      else process.env[name] = environment[name];
    }
    Object.assign(real, before);
  };
}
