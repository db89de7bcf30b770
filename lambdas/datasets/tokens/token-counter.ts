/** How many tokens a row becomes in training, by the tokenizer and the chat template of one base model. */
import tinyBase from '../../../trainer/tiny_base/model/tokenizer.json' with { type: 'json' };
import type { Turn } from '../check/rows/row.ts';
import { type ChatTemplate, markedTurns, RowTokens } from './chat-template.ts';
import { compileTokenizer } from './compile-tokenizer.ts';
import { llama3Template } from './llama-3-template.ts';
import { qwen3Template } from './qwen-3-template.ts';
import { type CountTokens, textTokens } from './text-tokens.ts';
import { TokenizerFile } from './tokenizer-file.ts';
import type { TokenizerTables } from './tokenizer-tables.ts';

export interface TokenCounter {
  /** Whose tokens these are: a tokenizer's name in the catalog. */
  tokenizer: string;
  /** Whether it is the tokenizer itself or a rule of thumb. */
  exact: boolean;
  contextLength: number;
  /** `tools` are the definitions that the row offers, where it has any. */
  count: (turns: readonly Turn[], tools?: readonly unknown[]) => RowTokens;
  /** Tokens of each turn with its marks. */
  ofTurns: (turns: readonly Turn[]) => number[];
}

/** English in the tokenizers of the catalog has about four characters a token; a message costs about four more. */
const CHARACTERS_PER_TOKEN = 4;
const TOKENS_PER_MESSAGE = 4;
const byLength: CountTokens = (text) => Math.ceil(text.length / CHARACTERS_PER_TOKEN);

/** `<|role|>content<|end|>`, and each mark is one token (trainer/tiny_base). */
const TINY_BASE = 'brightrun/tiny-base';
const TINY_BASE_MARKS = 2;
let tinyBaseTables: TokenizerTables | undefined;

const TEMPLATES: Record<string, (countText: CountTokens) => ChatTemplate> = {
  [TINY_BASE]: (countText) => markedTurns(countText, TINY_BASE_MARKS),
  'llama-3': llama3Template,
  'qwen-3': qwen3Template,
};

/**
 * The counter of a base model of the catalog: exact with the tables of its tokenizer (`loadTokenizer`; those of the tiny
 * base are always at hand), else by length.
 */
export function tokenCounter(
  { tokenizer, contextLength }: { tokenizer: string; contextLength: number },
  tables = tokenizer === TINY_BASE
    ? (tinyBaseTables ??= compileTokenizer(TokenizerFile.parse(tinyBase)))
    : undefined,
): TokenCounter {
  const makeTemplate = TEMPLATES[tokenizer];
  const exact = tables !== undefined && makeTemplate !== undefined;
  const countText = exact ? textTokens(tables) : byLength;
  const template = exact ? makeTemplate(countText) : markedTurns(countText, TOKENS_PER_MESSAGE);
  return {
    tokenizer,
    exact,
    contextLength,
    count(turns, tools) {
      const tokens = new RowTokens(contextLength);
      const last = turns.at(-1);
      if (last?.role === 'text') addText(countText(last.content), tokens);
      else if (last?.branch === undefined) template.add(turns, tools, tokens);
      // Both answers of a pair go through the model, each behind what was asked.
      else
        for (const branch of ['chosen', 'rejected'] as const)
          template.add(branchOf(turns, branch), tools, tokens);
      return tokens;
    },
    ofTurns: (turns) =>
      turns[0]?.role === 'text'
        ? turns.map(({ content }) => countText(content) + END_OF_TEXT)
        : template.ofTurns(turns),
  };
}

/** Plain text gets an end mark, and its first token has no predecessor to be learnt from. */
const END_OF_TEXT = 1;
const addText = (tokens: number, to: RowTokens) => to.add(tokens + END_OF_TEXT, tokens, tokens + END_OF_TEXT);

const branchOf = (turns: readonly Turn[], branch: NonNullable<Turn['branch']>): Turn[] =>
  turns.filter((turn) => turn.branch === undefined || turn.branch === branch);
