/** Bytes that had been sent at a moment (milliseconds of any clock that only goes forward). */
export interface Sample {
  at: number;
  sent: number;
}

/** Long enough that a part's end doesn't make the figure jump, short enough to follow a network that changes. */
const WINDOW_MILLISECONDS = 8_000;

/** Keeps the samples of the last window, the newest last. */
export function withSample(samples: readonly Sample[], sample: Sample): Sample[] {
  return [...samples.filter((old) => sample.at - old.at <= WINDOW_MILLISECONDS), sample];
}

/** Bytes a second over the window; undefined before half a second has been seen. */
export function bytesPerSecond(samples: readonly Sample[]): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || last.at - first.at < 500) return undefined;
  return Math.max(0, ((last.sent - first.sent) * 1000) / (last.at - first.at));
}

/** Seconds until all is sent at this pace; undefined while there is no pace. */
export function secondsLeft(bytes: number, sent: number, pace: number | undefined): number | undefined {
  if (!pace) return undefined;
  return Math.ceil((bytes - sent) / pace);
}
