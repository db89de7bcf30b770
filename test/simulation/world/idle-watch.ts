/** I2 while it lasts: an accepted job that nobody works on is repaired within five minutes of the fault's end. */
import type { Clock } from '../time/clock.ts';

export interface IdleParts {
  clock: Clock;
  /** There is a job that is not all done. */
  isOpen: () => boolean;
  isWorkedOn: () => boolean;
  /** The platform is not held to be quick until then. */
  disturbedUntil: () => number;
  /** Called once, with the moment from which on nobody worked on it. */
  found: (since: number) => void;
}

const MINUTE = 60_000;
/** Five minutes between two sweeps, one until a row is due, and the sweep itself. */
const PATIENCE_MS = 7 * MINUTE;

/** Looks every minute, for as long as the clock runs. */
export function watchForIdleness({ clock, isOpen, isWorkedOn, disturbedUntil, found }: IdleParts): void {
  let idleSince: number | undefined;
  const look = () => {
    const now = clock.now();
    if (!isOpen() || isWorkedOn() || now < disturbedUntil()) idleSince = undefined;
    // A fault that struck and ended between two looks counts too: what it ended may have been begun there as well.
    else idleSince = Math.max(idleSince ?? now, disturbedUntil());
    if (idleSince !== undefined && now - idleSince > PATIENCE_MS) return found(idleSince);
    clock.after(MINUTE, look);
  };
  clock.after(MINUTE, look);
}
