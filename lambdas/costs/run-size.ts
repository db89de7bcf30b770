/** What a run will do with a dataset: rows, tokens, steps and evaluations, as the trainer counts them. */
import type { Hyperparameters } from '../../contracts/catalog.ts';
import type { CheckSummary, TokenCount } from '../../contracts/dataset-versions.ts';
import type { CatalogBaseModel } from '../catalog/base-models.ts';

/** The part of a checked version that decides a run's size. */
export interface CheckedData {
  summary: CheckSummary;
  /** Bytes of data.jsonl: four a token where no tokenizer counted. */
  bytes: number;
  hasValidationFile: boolean;
}

export interface RunSize {
  trainingRows: number;
  validationRows: number;
  tokensPerEpoch: number;
  validationTokens: number;
  steps: number;
  /** During training; one before and one after it come on top. */
  evaluations: number;
  /** All that go through the model; of pairs the base model reads each row once before the first step. */
  totalTokens: number;
  rowsCut: number;
  /** How far the count of tokens may be off, as factors. */
  tokenUncertainty: { low: number; high: number };
}

/** The trainer's own bounds (trainer/brightrun_trainer/split.py): fewer rows prove nothing, more cost without proving more. */
export const LEAST_VALIDATION_ROWS = 8;
const MOST_VALIDATION_ROWS = 2000;
const MOST_VALIDATION_SHARE = 0.25;
/** English text in tokenizers of 128,000 and more words: about four bytes a token (facts.md §4). */
const BYTES_PER_TOKEN = 4;
/** The base before training and the tuned model after it. */
const EVALUATIONS_OUTSIDE_TRAINING = 2;

/** How many rows the trainer holds back: the same rule as its `validation_count`. */
export function rowsHeldBack(rows: number, fraction: number): number {
  if (fraction <= 0) return 0;
  const wanted = Math.min(Math.max(Math.round(rows * fraction), LEAST_VALIDATION_ROWS), MOST_VALIDATION_ROWS);
  return wanted <= rows * MOST_VALIDATION_SHARE ? wanted : 0;
}

/**
 * Tokens paid for: epochs × training + evaluations × validation. Together's worked example comes out the same:
 * 8 epochs × 8,192,000 + 10 × 1,000,000 = 75,536,000 (facts.md §6).
 */
export function tokensPaidFor(
  epochs: number,
  trainingTokens: number,
  evaluations: number,
  validationTokens: number,
): number {
  return epochs * trainingTokens + evaluations * validationTokens;
}

/** The count of a base model's own tokenizer, where the check had it: the shown one or one of the others. */
function ownTokenCount(
  { tokens, otherTokens = [] }: Pick<CheckSummary, 'tokens' | 'otherTokens'>,
  tokenizer: string,
): TokenCount | undefined {
  const counts = tokens ? [tokens, ...otherTokens] : otherTokens;
  return counts.find((count) => count.tokenizer === tokenizer && count.method !== 'by-length');
}

/** How long rows are, by the histogram: the middle of each bar, and for the open one what is left of the total. */
function lengthsOf({ histogram, total, longestRow }: TokenCount): { length: number; rows: number }[] {
  let left = total;
  return histogram.map(({ from, to, rows }) => {
    const most = Math.max(from, longestRow);
    const length = to === null ? Math.min(most, Math.max(from, left / Math.max(1, rows))) : (from + to) / 2;
    left -= length * rows;
    return { length, rows };
  });
}

/**
 * How many tokens each row takes of a step, cut as the trainer cuts them: a pair is both its answers. Where no tokenizer of
 * this base model counted them each row may be as long as it is allowed to be.
 */
export function rowLengths(
  { summary }: CheckedData,
  model: CatalogBaseModel,
  { maxSequenceTokens }: Pick<Hyperparameters, 'maxSequenceTokens'>,
): { length: number; rows: number }[] {
  const sides = summary.format === 'preference' ? 2 : 1;
  const most = sides * Math.min(maxSequenceTokens, model.contextLength);
  const own = ownTokenCount(summary, model.tokenizer);
  const bars = own ? lengthsOf(own).filter(({ rows }) => rows > 0) : [];
  if (!own || bars.length === 0) return [{ length: most, rows: Math.max(1, summary.usableRows) }];
  const longest = Math.max(1, Math.min(own.longestRow, most));
  // A bar is known by its middle alone: the longest row stands beside it as itself.
  return [
    ...bars.map(({ length, rows }) => ({ length: Math.max(1, Math.min(Math.round(length), longest)), rows })),
    { length: longest, rows: 1 },
  ];
}

/** Tokens of all rows with each cut at `longest`; `scale` leads from the counted tokens to those of this model. */
function cutTokens(
  counted: TokenCount | null,
  total: number,
  scale: number,
  longest: number,
): { tokens: number; rows: number } {
  let whole = 0;
  let kept = 0;
  let rows = 0;
  for (const bar of counted ? lengthsOf(counted) : []) {
    const length = bar.length * scale;
    whole += length * bar.rows;
    kept += Math.min(length, longest) * bar.rows;
    if (length > longest) rows += bar.rows;
  }
  // Lengths that are not known are taken as they come.
  return whole === 0 ? { tokens: total, rows: 0 } : { tokens: Math.round((total * kept) / whole), rows };
}

/** The size of a run; throws nothing, a dataset without usable rows gives a run of one empty step. */
export function sizeOfRun(data: CheckedData, model: CatalogBaseModel, chosen: Hyperparameters): RunSize {
  const { summary } = data;
  const own = ownTokenCount(summary, model.tokenizer);
  const counted = own ?? summary.tokens;
  const total =
    own || counted?.method === 'by-length' ? (counted?.total ?? 0) : Math.ceil(data.bytes / BYTES_PER_TOKEN);
  const scale = counted && counted.total > 0 ? total / counted.total : 1;
  const rows = summary.usableRows;
  const cut = cutTokens(counted, total, scale, chosen.maxSequenceTokens);
  const validationRows = data.hasValidationFile
    ? Math.min(summary.validationRows, MOST_VALIDATION_ROWS)
    : rowsHeldBack(rows, chosen.validationFraction);
  const trainingRows = data.hasValidationFile ? rows : rows - validationRows;
  const perRow = rows === 0 ? 0 : cut.tokens / rows;
  const tokensPerEpoch = Math.round(perRow * trainingRows);
  const validationTokens =
    data.hasValidationFile && own
      ? Math.round((own.validation * validationRows) / Math.max(1, summary.validationRows))
      : Math.round(perRow * validationRows);
  const stepsPerEpoch = Math.max(1, Math.ceil(trainingRows / chosen.batchSize));
  const steps = stepsPerEpoch * chosen.epochs;
  const interval = Math.max(1, Math.ceil(stepsPerEpoch / chosen.evaluationsPerEpoch));
  const evaluations = validationRows === 0 ? 0 : Math.ceil(steps / interval);
  const paidEvaluations = validationRows === 0 ? 0 : evaluations + EVALUATIONS_OUTSIDE_TRAINING;
  return {
    trainingRows,
    validationRows,
    tokensPerEpoch,
    validationTokens,
    steps,
    evaluations,
    totalTokens:
      tokensPaidFor(chosen.epochs, tokensPerEpoch, paidEvaluations, validationTokens) +
      (summary.format === 'preference' ? tokensPerEpoch : 0),
    rowsCut: own ? cut.rows : 0,
    tokenUncertainty: own
      ? own.method === 'exact'
        ? { low: 1, high: 1 }
        : { low: 0.98, high: 1.02 }
      : { low: 0.6, high: 1.4 },
  };
}
