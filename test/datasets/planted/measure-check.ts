/** Runs the check over the corpora and scores it. */
import { checkDataset } from '../../../lambdas/datasets/check/check-dataset.ts';
import { chatCorpus, CONTEXT_TOKENS, type Corpus, formCorpora } from './corpus.ts';
import { type Score, scores } from './measure.ts';
import { packageCorpus } from './package-prose.ts';

/**
 * What issue 4 asks for: shares of what was planted, and of clean rows per code. An aim of our own is `cutProse`, for
 * prose that people wrote: a cut behind a noun looks as a writer who leaves full stops away, and is left unsaid.
 */
export const AIMS = {
  structure: 0.99,
  sensitive: 0.95,
  quality: 0.95,
  cutProse: 0.6,
  falseFlags: 0.001,
} as const;

const QUALITY_CODES = new Set([
  'refusal',
  'template-token',
  'mojibake',
  'control-characters',
  'truncated-answer',
  'extreme-length',
  'near-duplicate',
  'near-in-both-files',
]);

export function aimOf(name: string): number {
  if (name.startsWith('possible-')) return AIMS.sensitive;
  return QUALITY_CODES.has(name) ? AIMS.quality : AIMS.structure;
}

export interface CorpusOptions {
  seed: number;
  cleanRows: number;
  each: number;
}

/** The corpus that the check was written against. */
export const plantedCorpora = (options: CorpusOptions): Corpus[] => [
  chatCorpus(options),
  ...formCorpora({ ...options, cleanRows: Math.ceil(options.cleanRows / 20) }),
];

/** Paragraphs that people wrote, of which one in twenty is cut. */
export const packageCorpora = ({ seed }: { seed: number }): Corpus[] => [packageCorpus({ seed, oneIn: 20 })];

export async function measureCheck(corpora: readonly Corpus[]): Promise<Score[]> {
  const results = [];
  for (const corpus of corpora) results.push({ corpus, issues: await issuesOf(corpus) });
  return scores(results);
}

async function issuesOf({ data, validation }: Corpus) {
  const source = (bytes: Buffer) => ({
    bytes: bytes.length,
    async *chunks() {
      for (let at = 0; at < bytes.length; at += 65_536) yield new Uint8Array(bytes.subarray(at, at + 65_536));
    },
  });
  const { issues } = await checkDataset({
    data: source(data),
    validation: validation && source(validation),
    declaredFormat: undefined,
    models: [{ tokenizer: 'brightrun/tiny-base', contextLength: CONTEXT_TOKENS }],
    issuesPerCode: Infinity,
    onProgress: () => Promise.resolve(),
  });
  return issues;
}
