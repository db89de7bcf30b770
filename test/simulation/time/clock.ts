/**
 * Virtual time and the one queue of everything that happens. Nothing sleeps: time jumps to the next event once all
 * that follows from the one before is done. Events of one moment come in an order that the seed decides.
 */
import type { Random } from './random.ts';

interface Event {
  at: number;
  tie: number;
  run: () => void;
  isCancelled: boolean;
}

const isBefore = (a: Event, b: Event) => a.at < b.at || (a.at === b.at && a.tie < b.tie);
/** Taken before the globals are replaced. */
const realSetImmediate = setImmediate;

export interface Timer {
  cancel(): void;
}

export class Clock {
  #now: number;
  readonly #random: Random;
  readonly #heap: Event[] = [];
  events = 0;
  /** The first error that nobody awaited; the run ends with it. */
  failure: unknown;

  constructor(start: number, random: Random) {
    this.#now = start;
    this.#random = random;
  }

  now(): number {
    return this.#now;
  }

  at(time: number, run: () => void): Timer {
    const event = { at: Math.max(time, this.#now), tie: this.#random.next(), run, isCancelled: false };
    this.#push(event);
    return { cancel: () => void (event.isCancelled = true) };
  }

  after(ms: number, run: () => void): Timer {
    return this.at(this.#now + ms, run);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Starts work that nobody waits for; what it throws is a fault of the simulator and ends the run. */
  begin(work: () => Promise<unknown>): void {
    work().catch((error: unknown) => (this.failure ??= error));
  }

  /** Whether something does real work, such as a thread, that must be done before time goes on. */
  isBusy: () => boolean = () => false;

  /** Runs everything that is due until `end` or until `isOver`; returns whether events were left. */
  async run(end: number, isOver: () => boolean = () => false): Promise<boolean> {
    await this.#rest();
    while (!isOver() && this.failure === undefined) {
      const event = this.#pop();
      if (!event) return false;
      if (event.isCancelled) continue;
      if (event.at > end) {
        this.#push(event);
        this.#now = end;
        return true;
      }
      this.#now = event.at;
      this.events += 1;
      event.run();
      await this.#rest();
    }
    if (this.failure !== undefined) throw this.failure;
    return true;
  }

  async #rest(): Promise<void> {
    do await quiescence();
    while (this.isBusy());
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let place = heap.push(event) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(heap[place]!, heap[parent]!)) return;
      [heap[place], heap[parent]] = [heap[parent]!, heap[place]!];
      place = parent;
    }
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    heap[0] = last;
    for (let place = 0; ;) {
      const left = 2 * place + 1;
      let least = place;
      if (left < heap.length && isBefore(heap[left]!, heap[least]!)) least = left;
      if (left + 1 < heap.length && isBefore(heap[left + 1]!, heap[least]!)) least = left + 1;
      if (least === place) return first;
      [heap[place], heap[least]] = [heap[least]!, heap[place]!];
      place = least;
    }
  }
}

/** Microtasks and ticks are all done when the next macrotask comes: no double of ours does real input or output. */
const quiescence = () => new Promise<void>((resolve) => void realSetImmediate(resolve));
