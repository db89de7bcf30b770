/**
 * Gives the product's own clock reads, pauses, limits and dice to a virtual clock, until `restore`. `paused` is told of
 * each pause that begins, and answers what is to be called at its end.
 */
import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

export function ruleTime(clock: Clock, dice: Random, paused: () => () => void): { restore: () => void } {
  const real = { Date, setTimeout, clearTimeout, timeout: AbortSignal.timeout };
  class VirtualDate extends real.Date {
    constructor(...parts: unknown[]) {
      // Every form of the constructor passes; only the empty one reads the clock.
      super(...((parts.length === 0 ? [clock.now()] : parts) as [number]));
    }
    static override now(): number {
      return clock.now();
    }
    static override [Symbol.hasInstance](value: unknown): boolean {
      return Object.prototype.toString.call(value) === '[object Date]';
    }
  }
  const timers = new Map<number, { cancel(): void }>();
  let number = 0;
  const target = globalThis as Record<string, unknown>;
  target['Date'] = VirtualDate;
  target['setTimeout'] = (work: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
    number += 1;
    const id = number;
    const done = paused();
    const timer = clock.after(ms, () => {
      timers.delete(id);
      done();
      work(...args);
    });
    timers.set(id, { cancel: () => (timer.cancel(), done()) });
    return id;
  };
  target['clearTimeout'] = (id: number) => {
    timers.get(id)?.cancel();
    timers.delete(id);
  };
  AbortSignal.timeout = (ms: number) => {
    const controller = new AbortController();
    clock.after(ms, () => controller.abort(new DOMException('The limit has passed.', 'TimeoutError')));
    return controller.signal;
  };
  // Ids are ULIDs with random ends: which shard a row lands on must follow from the seed.
  Object.defineProperty(globalThis.crypto, 'getRandomValues', {
    configurable: true,
    value: (array: Uint8Array) => {
      for (let at = 0; at < array.length; at += 1) array[at] = dice.between(0, 255);
      return array;
    },
  });
  return {
    restore: () => {
      target['Date'] = real.Date;
      target['setTimeout'] = real.setTimeout;
      target['clearTimeout'] = real.clearTimeout;
      AbortSignal.timeout = real.timeout;
      // The prototype's own method stands again.
      delete (globalThis.crypto as unknown as Record<string, unknown>)['getRandomValues'];
    },
  };
}
