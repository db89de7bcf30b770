/** Whether a tuned model may replace its base: only where the held-out rows prove it. */
import type { Model } from '../../contracts/models.ts';
import type { Evaluation } from '../../contracts/run-spec.ts';

/** Fewer rows prove nothing, whatever their interval says (trainer: LEAST_VALIDATION_ROWS). */
const LEAST_ROWS = 8;

/**
 * `ship` only if the whole 95 % interval of tuned minus base loss lies below zero; `keep-the-base` where it reaches
 * zero or more; `unproven` where too few rows were held out, or a figure is not a number.
 */
export function verdictOf(evaluation: Evaluation | null): Model['verdict'] {
  if (evaluation === null || evaluation.rows < LEAST_ROWS) return 'unproven';
  const { low, high, mean } = evaluation.difference;
  if (![low, high, mean].every(Number.isFinite)) return 'unproven';
  return high < 0 ? 'ship' : 'keep-the-base';
}
