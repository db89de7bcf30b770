import { BASE_MODELS } from '../../catalog/base-models.ts';
import { type TokenCounter, tokenCounter } from './token-counter.ts';

/**
 * The counter a stage checks with: that of its first base model whose tokenizer can be counted exactly, else its
 * first. An id the catalog does not know is a fault of the deployment and throws.
 */
export function stageCounter(baseModels: readonly string[]): TokenCounter {
  const counters = baseModels.map((id) => {
    const model = BASE_MODELS.find((known) => known.id === id);
    if (!model) throw new Error(`BASE_MODELS names ${id}, which the catalog does not know`);
    return tokenCounter(model);
  });
  const counter = counters.find(({ exact }) => exact) ?? counters[0];
  if (!counter) throw new Error('BASE_MODELS names no base model');
  return counter;
}
