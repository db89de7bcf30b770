import type { TokenCount } from '../../../../../contracts/dataset-versions.ts';
import { drawnBins } from '../../../components/charts/histogram-bins.ts';
import { compact, count, counted, percent } from '../../../lib/format/numbers.ts';

/** What a context limit takes away. */
export interface Cut {
  limit: number;
  rows: number;
  share: number;
  /** False where the limit goes through a bin, whose rows are then taken as evenly spread. */
  isExact: boolean;
  /** Only where the check has counted it: at the context length it was made with. */
  tokens: number | undefined;
  answers: number | undefined;
}

/** Rows over a limit: as counted at the check's own context length, from the histogram at every other. */
export function cutAt(tokens: TokenCount, limit: number): Cut {
  const all = tokens.histogram.reduce((sum, bin) => sum + bin.rows, 0);
  const share = (rows: number) => (all === 0 ? 0 : rows / all);
  if (limit === tokens.contextLength) {
    return {
      limit,
      rows: tokens.rowsOverContext,
      share: share(tokens.rowsOverContext),
      isExact: tokens.method === 'exact',
      tokens: tokens.tokensCut,
      answers: tokens.answersCut,
    };
  }
  let rows = 0;
  let isExact = tokens.method === 'exact';
  for (const bin of drawnBins(tokens.histogram)) {
    const high = bin.to ?? Math.max(tokens.longestRow, bin.low + 1);
    if (bin.low >= limit) rows += bin.rows;
    else if (high > limit && bin.rows > 0) {
      rows += Math.round((bin.rows * (high - limit)) / (high - bin.low));
      isExact = false;
    }
  }
  if (tokens.longestRow <= limit) return { limit, rows: 0, share: 0, isExact: true, tokens: 0, answers: 0 };
  return { limit, rows, share: share(rows), isExact, tokens: undefined, answers: undefined };
}

/** Limits to choose among: the check's own between its half and its double, or nearer to the rows where all are short. */
export function limitsFor({ contextLength, longestRow }: TokenCount): number[] {
  const near = 2 ** Math.ceil(Math.log2(Math.max(32, longestRow)));
  const limits =
    near * 2 <= contextLength
      ? [near / 2, near, contextLength]
      : [Math.round(contextLength / 2), contextLength, contextLength * 2];
  return [...new Set(limits)].sort((a, b) => a - b);
}

/** The lines beside the limit in the plot. */
export function cutLines(cut: Cut): string[] {
  if (cut.rows === 0) return [];
  return [
    `${cut.isExact ? '' : 'about '}${counted(cut.rows, 'row')}, ${percent(cut.share, 1)}`,
    ...(cut.tokens ? [`${compact(cut.tokens)} tokens`] : []),
    ...(cut.tokens ? ['aren’t trained on'] : []),
  ];
}

/** What is cut, in a sentence. */
export function cutSentence(cut: Cut): string {
  const limit = count(cut.limit);
  if (cut.rows === 0) return `Every row fits a context of ${limit} tokens.`;
  const about = cut.isExact ? '' : 'About ';
  const rows = `${about}${counted(cut.rows, 'row')} (${percent(cut.share, 1)})`;
  const first = `${rows} ${cut.rows === 1 ? 'is' : 'are'} longer than ${limit} tokens.`;
  if (cut.tokens === undefined) return `${first} What is beyond is cut at training.`;
  const answers =
    cut.answers === undefined
      ? ''
      : cut.answers === 0
        ? ' No last answer is touched.'
        : ` In ${counted(cut.answers, 'row')} that takes a part of the last answer.`;
  return `${first} ${compact(cut.tokens)} tokens beyond are cut at training.${answers}`;
}
