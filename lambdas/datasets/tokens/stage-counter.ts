/** With which tokenizers a stage counts. */
import { BASE_MODELS } from '../../catalog/base-models.ts';
import { type TokenCounter, tokenCounter } from './token-counter.ts';

/** What is needed of a base model to count the tokens of a row. */
export interface CountedModel {
  tokenizer: string;
  contextLength: number;
}

/**
 * Every tokenizer of the stage's base models once, in their order and with the longest context that a model of it has;
 * the first one's figures are shown. An id the catalog does not know is a fault of the deployment and throws.
 */
export function stageModels(baseModels: readonly string[]): CountedModel[] {
  const models = new Map<string, CountedModel>();
  for (const id of baseModels) {
    const model = BASE_MODELS.find((known) => known.id === id);
    if (!model) throw new Error(`BASE_MODELS names ${id}, which the catalog does not know`);
    const { tokenizer, contextLength } = model;
    const before = models.get(tokenizer)?.contextLength ?? 0;
    models.set(tokenizer, { tokenizer, contextLength: Math.max(contextLength, before) });
  }
  if (models.size === 0) throw new Error('BASE_MODELS names no base model');
  return [...models.values()];
}

/** The counter for what is shown of single rows: of the first tokenizer whose tables need no loading, else by length. */
export function stageCounter(baseModels: readonly string[]): TokenCounter {
  const counters = stageModels(baseModels).map((model) => tokenCounter(model));
  const counter = counters.find(({ exact }) => exact) ?? counters[0];
  if (!counter) throw new Error('BASE_MODELS names no base model');
  return counter;
}
