/** One class of failure: how it is recognised, and the words for it. */
import type { FailureClass, FailureCode } from '../../contracts/failures.ts';

/** What may be changed in the run's choices, tried in order; the first that changes anything is offered. */
export type Remedy = 'less-at-once' | 'lower-learning-rate';

export interface FailureRule {
  class: FailureClass;
  /**
   * 1 a cause by itself, 2 a cause whose line other failures print as well, 3 a symptom: what is left to see after
   * something else went wrong. The lowest wins wherever it stands in the log.
   */
  tier: 1 | 2 | 3;
  /** Matched against single lines. */
  patterns: readonly RegExp[];
  /** Lines that count less: they stand in logs of other failures too. */
  also?: readonly { tier: 2 | 3; patterns: readonly RegExp[] }[];
  /** The codes that mean this class even where no line proves it. */
  codes?: readonly FailureCode[];
  cause: string;
  advice: readonly string[];
  remedies?: readonly Remedy[];
  /** The page, which knows what this installation has and what it costs, offers the next larger GPU. */
  needsMoreGpuMemory?: true;
}
