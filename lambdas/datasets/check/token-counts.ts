import type { TokenCount } from '../../../contracts/dataset-versions.ts';
import { tokenCounter } from '../tokens/token-counter.ts';
import type { CountedModel } from './blocks/block.ts';
import type { FileFindings } from './file-findings.ts';
import type { Sampling } from './sampling.ts';

/** Whether a model's own tokenizer is at hand. */
export const isExact = (model: CountedModel): boolean => tokenCounter(model, model.tables).exact;

/** The tokens of the training rows by each model, and how they were counted. */
export function tokenCounts(
  models: readonly CountedModel[],
  { countOneIn }: Sampling,
  data: FileFindings,
  validation: FileFindings | undefined,
): TokenCount[] {
  return models.map((model, at) => {
    const exact = at === 0 ? data.exactTokens : undefined;
    const sums = exact ?? data.tokens[at];
    if (!sums) throw new Error('A model has no sums.');
    const held = (at === 0 ? validation?.exactTokens : undefined) ?? validation?.tokens[at];
    return {
      tokenizer: model.tokenizer,
      method: !isExact(model) ? 'by-length' : exact || countOneIn === 1 ? 'exact' : 'sampled',
      contextLength: model.contextLength,
      validation: held?.total ?? 0,
      ...sums.counts(),
    };
  });
}
