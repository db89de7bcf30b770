/**
 * What the state machine (lib/training-workflow.ts) and its steps agree on. A state, its file and its function
 * carry one name, and a step says by that name what comes next: `{ next: 'observe-run', waitSeconds: 30 }`.
 * Only ids travel: a state's payload ends at 256 KiB, and everything else stands in the tables (facts.md §2).
 */
import * as z from 'zod';
import { JobId, Owner } from '../../contracts/values.ts';

export const STEPS = [
  'prepare-run',
  'submit-run',
  'observe-run',
  'publish-model',
  'settle-costs',
  'announce-outcome',
  'clean-up',
] as const;
export const Step = z.enum(STEPS);
export type Step = z.infer<typeof Step>;

/** The longest there may be between two looks, so that a window of them stays under four hours. */
export const LONGEST_POLL_SECONDS = 120;

/** How long to wait between two looks at the cluster; the stage's choice (lib/stage.ts), in seconds. */
export const PollSeconds = z.object({
  /** Until the run is seen running. */
  starting: z.int().positive(),
  running: z.int().positive(),
  /**
   * While a run says that it trains and will for longer than this, and nobody watches it (next-look.ts). An execution
   * of a definition from before there was this pace does not name it, and keeps to `running`.
   */
  steady: z.int().positive().optional(),
});
export type PollSeconds = z.infer<typeof PollSeconds>;

/** What every step is given. An execution starts with `{ owner, jobId }` alone, always at `prepare-run`. */
export const StepInput = z.object({
  owner: Owner,
  jobId: JobId,
  pollSeconds: PollSeconds,
  /**
   * The step that threw until its retries were spent, else null. `settle-costs` then ends the job as failed:
   * the steps before it end a job themselves and return `settle-costs`.
   */
  unexpectedIn: Step.nullable(),
});
export type StepInput = z.infer<typeof StepInput>;

/**
 * What every step returns.
 * - `next` names any step: `submit-run` again is the next attempt, `observe-run` after `observe-run` the next look,
 *   `clean-up` after `clean-up` a cluster that has not let go yet. `prepare-run` answers with whatever the stored
 *   job needs, so that an execution started twice, late or by the sweeper goes on where the job is.
 * - `done` ends the execution; only `clean-up` and `prepare-run` (nothing left to do) answer so.
 * - `waitSeconds` passes before it; at most an hour, and for `observe-run` at most `LONGEST_POLL_SECONDS`.
 */
export const StepOutcome = z.object({
  next: z.enum([...STEPS, 'done']),
  waitSeconds: z.int().min(0).max(3600),
});
export type StepOutcome = z.infer<typeof StepOutcome>;
