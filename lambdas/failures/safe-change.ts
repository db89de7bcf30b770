/** What of a run's choices can be changed with one click, so that the same job may well succeed. */
import type { FailureChange } from '../../contracts/failures.ts';
import { TOKENS_AT_ONCE } from '../costs/memory-plan.ts';
import type { Remedy } from './failure-rule.ts';

export interface RunChoices {
  batchSize: number;
  maxSequenceTokens: number;
  learningRate: number;
}

/** Below this a row holds hardly a question and its answer. */
const SHORTEST_ROW_TOKENS = 256;
/** Below this nothing is learnt in the epochs of a preset; presets begin at about 1e-5. */
const LOWEST_LEARNING_RATE = 1e-6;

/**
 * Half the tokens that go through the model at once. The trainer splits a batch at `TOKENS_AT_ONCE`, so a batch above
 * that only helps when it comes below: the batch is cut to what half of it holds, and rows where one row is more.
 */
function lessAtOnce({ batchSize, maxSequenceTokens }: RunChoices): FailureChange | undefined {
  const now = Math.min(batchSize * maxSequenceTokens, Math.max(TOKENS_AT_ONCE, maxSequenceTokens));
  const aim = Math.floor(now / 2);
  const fewer = Math.min(batchSize, Math.floor(aim / maxSequenceTokens));
  if (fewer >= 1) {
    return {
      title: `Try again with ${fewer} ${fewer === 1 ? 'row' : 'rows'} a step instead of ${batchSize}`,
      hyperparameters: { batchSize: fewer },
    };
  }
  if (aim < SHORTEST_ROW_TOKENS) return undefined;
  return {
    title: `Try again with rows of at most ${aim} tokens${batchSize > 1 ? ', one row a step' : ''}`,
    hyperparameters: { maxSequenceTokens: aim, ...(batchSize > 1 ? { batchSize: 1 } : {}) },
  };
}

/** A third, to two digits: the usual step between learning rates. */
function lowerLearningRate({ learningRate }: RunChoices): FailureChange | undefined {
  const lower = Number((learningRate / 3).toPrecision(2));
  if (lower < LOWEST_LEARNING_RATE) return undefined;
  return {
    title: `Try again with a learning rate of ${lower} instead of ${learningRate}`,
    hyperparameters: { learningRate: lower },
  };
}

/** The first remedy that changes anything; undefined where none does. */
export function safeChange(remedies: readonly Remedy[], chosen: RunChoices): FailureChange | undefined {
  for (const remedy of remedies) {
    const change = remedy === 'less-at-once' ? lessAtOnce(chosen) : lowerLearningRate(chosen);
    if (change) return change;
  }
  return undefined;
}
