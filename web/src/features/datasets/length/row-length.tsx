import type { CheckSummary, TokenCount } from '../../../../../contracts/dataset-versions.ts';
import { Segmented } from '../../../components/choice.tsx';
import { drawnBins } from '../../../components/charts/histogram-bins.ts';
import { Histogram } from '../../../components/charts/histogram.tsx';
import { Section } from '../../../components/page.tsx';
import { Select } from '../../../components/select.tsx';
import { count, counted } from '../../../lib/format/numbers.ts';
import { cutAt, cutLines, cutSentence, limitsFor } from './cut.ts';

/** Every count of a summary's tokens: the one shown first, then the other tokenizers'. */
export function tokenCounts({ tokens, otherTokens = [] }: CheckSummary): TokenCount[] {
  return tokens ? [tokens, ...otherTokens] : [];
}

/** How long rows are, and what a context limit would take away; limit and tokenizer can be tried. */
export function RowLength({
  counts,
  shown,
  limit,
  onTokenizer,
  onLimit,
}: {
  counts: readonly TokenCount[];
  shown: TokenCount;
  limit: number;
  onTokenizer: (tokenizer: string) => void;
  onLimit: (limit: number) => void;
}) {
  const cut = cutAt(shown, limit);
  const limits = limitsFor(shown);
  const marks = [
    ...(shown.median === undefined ? [] : [{ at: shown.median, words: `median ${count(shown.median)}` }]),
    ...(shown.p95 === undefined ? [] : [{ at: shown.p95, words: `95 % below ${count(shown.p95)}` }]),
  ];
  return (
    <Section
      title="Row length"
      note={binWords(shown.histogram)}
      line={false}
      aside={
        <>
          {counts.length > 1 && (
            <Select
              size="sm"
              ariaLabel="Tokenizer"
              className="w-auto md:h-[26px]"
              value={shown.tokenizer}
              onValueChange={onTokenizer}
              options={counts.map(({ tokenizer, method }) => ({
                value: tokenizer,
                label: tokenizer,
                detail: METHOD_WORDS[method],
              }))}
            />
          )}
          <Segmented
            label="Context limit, tokens"
            value={String(limit)}
            onValueChange={(next) => onLimit(Number(next))}
            options={limits.map((each) => ({ value: String(each), label: count(each) }))}
          />
        </>
      }
    >
      <Histogram
        bins={shown.histogram}
        limit={limit}
        limitWords={cutLines(cut)}
        finding={cutSentence(cut)}
        marks={marks}
      />
      <p className="mt-1 max-w-[72ch] text-12 text-ink-2" aria-live="polite">
        {cutSentence(cut)}
      </p>
    </Section>
  );
}

export const METHOD_WORDS = { exact: 'exact', sampled: 'from a sample', 'by-length': 'by length' } as const;

/** `24 bins of 256 tokens, the last holds everything longer`; nothing where they differ in width. */
function binWords(bins: TokenCount['histogram']): string | undefined {
  const widths = new Set(drawnBins(bins).flatMap(({ low, to }) => (to === null ? [] : [to - low])));
  const [width] = widths;
  if (widths.size !== 1 || width === undefined) return undefined;
  const open = bins.at(-1)?.to === null ? ', the last holds everything longer' : '';
  return `${counted(bins.length, 'bin')} of ${counted(width, 'token')}${open}`;
}
