/** What of a `tokenizer.json` counting needs: byte-level BPE in the kinds that are known. Others are refused. */
import * as z from 'zod';

/** How text is split into words, by the regular expression that the file states. */
export type WordRule = 'gpt-2' | 'llama-3' | 'qwen-3';

const SPLIT_REGEX: ReadonlyMap<string, WordRule> = new Map([
  [
    String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    'llama-3',
  ],
  [
    String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
    'qwen-3',
  ],
]);

const ByteLevel = z.object({ type: z.literal('ByteLevel'), add_prefix_space: z.literal(false) });
const PreTokenizer = z.union([
  ByteLevel.extend({ use_regex: z.literal(true) }).transform((): WordRule => 'gpt-2'),
  z
    .object({
      type: z.literal('Sequence'),
      pretokenizers: z.tuple([
        z.object({
          type: z.literal('Split'),
          pattern: z.object({ Regex: z.string() }),
          behavior: z.literal('Isolated'),
          invert: z.literal(false),
        }),
        ByteLevel.extend({ use_regex: z.literal(false) }),
      ]),
    })
    .transform(({ pretokenizers: [{ pattern }] }, context): WordRule => {
      const rule = SPLIT_REGEX.get(pattern.Regex);
      if (rule) return rule;
      context.addIssue('words are split by a regular expression that is not known');
      return z.NEVER;
    }),
]);

/** An added token is one token wherever its text stands; the kinds that also take the spaces around it are refused. */
const AddedToken = z.object({
  content: z.string().min(1),
  single_word: z.literal(false),
  lstrip: z.literal(false),
  rstrip: z.literal(false),
  normalized: z.literal(false),
});

const isStringMap = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

export const TokenizerFile = z.object({
  added_tokens: z.array(AddedToken),
  normalizer: z.object({ type: z.literal('NFC') }).nullable(),
  pre_tokenizer: PreTokenizer,
  model: z.object({
    type: z.literal('BPE'),
    ignore_merges: z.boolean(),
    // A hundred thousand entries: looked at one by one only where they are used.
    vocab: z.custom<Record<string, number>>(isStringMap),
    merges: z.custom<(string | [string, string])[]>(Array.isArray),
  }),
});
export type TokenizerFile = z.infer<typeof TokenizerFile>;
