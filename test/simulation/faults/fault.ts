/** A fault of faults.md as something that can be done to a world. */
import type { Random } from '../time/random.ts';
import type { World } from '../world/world.ts';

export interface Fault {
  number: number;
  title: string;
  /** Whether a healthy platform ends the job with a model all the same; else it may fail, for a clear reason. */
  isSurvived: boolean;
  arm: (world: World, random: Random) => void;
}

export const MINUTE = 60_000;
export const STATES = ['queued', 'submitting', 'running', 'publishing'] as const;
