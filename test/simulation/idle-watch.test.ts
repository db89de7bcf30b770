/** When I2 is broken: seven minutes without work, counted from the end of the last fault. */
import { expect, test } from '@jest/globals';
import { Clock } from './time/clock.ts';
import { random } from './time/random.ts';
import { watchForIdleness } from './world/idle-watch.ts';

const MINUTE = 60_000;

/** The moment from which on nobody worked, where a fault ends at each of `faultEnds`; all in ms from the start. */
async function idleSince(faultEnds: readonly number[], repairedAt: number): Promise<number | undefined> {
  const clock = new Clock(0, random(1));
  let disturbedUntil = 0;
  let since: number | undefined;
  for (const end of faultEnds) clock.at(end, () => (disturbedUntil = end));
  watchForIdleness({
    clock,
    isOpen: () => true,
    isWorkedOn: () => clock.now() >= repairedAt,
    disturbedUntil: () => disturbedUntil,
    found: (from) => (since = from),
  });
  await clock.run(30 * MINUTE);
  return since;
}

test('a job that nobody works on for longer than seven minutes is told', async () => {
  expect(await idleSince([], Infinity)).toBe(MINUTE);
});

test('a job that is repaired within seven minutes is not', async () => {
  expect(await idleSince([], 8 * MINUTE)).toBeUndefined();
});

test('a fault that strikes between two looks begins the seven minutes anew', async () => {
  // What a sweep had begun after four minutes ends 54 s later; the sweep after that begins it once more.
  expect(await idleSince([4.9 * MINUTE], 9.1 * MINUTE)).toBeUndefined();
});

test('a job that nobody works on after that fault is told, and since when', async () => {
  expect(await idleSince([4.9 * MINUTE], Infinity)).toBe(4.9 * MINUTE);
});
