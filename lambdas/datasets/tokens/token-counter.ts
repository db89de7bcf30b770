/** How many tokens a row becomes in training, by the tokenizer of one base model. */
import tinyBase from '../../../trainer/tiny_base/model/tokenizer.json' with { type: 'json' };
import { bytePairCounter, TokenizerFile } from './byte-pairs.ts';
import type { Turn } from '../check/row.ts';

export interface RowTokens {
  total: number;
  /** Tokens of answers, their end mark included: what the loss is taken over. */
  trained: number;
}

export interface TokenCounter {
  /** Whose tokens these are: a tokenizer's name in the catalog. */
  tokenizer: string;
  /** Whether it is the tokenizer itself or a rule of thumb. */
  exact: boolean;
  contextLength: number;
  count: (turns: readonly Turn[]) => RowTokens;
}

/**
 * The chat template of the tiny base is `<|role|>content<|end|>` for each message, and each mark is one token; the
 * answer's end mark is learnt with it (trainer/brightrun_trainer/masking.py). Plain text gets an end mark, and its
 * first token has no predecessor to be learnt from.
 */
const MARKS_PER_MESSAGE = 2;
const END_MARK = 1;

function tinyBaseCounter(contextLength: number): TokenCounter {
  const countText = bytePairCounter(TokenizerFile.parse(tinyBase));
  return {
    tokenizer: 'brightrun/tiny-base',
    exact: true,
    contextLength,
    count(turns) {
      let total = 0;
      let trained = 0;
      for (const { role, content, learnt } of turns) {
        const tokens = countText(content);
        if (role === 'text') {
          total += tokens + END_MARK;
          trained += tokens;
          continue;
        }
        total += tokens + MARKS_PER_MESSAGE;
        if (learnt) trained += tokens + END_MARK;
      }
      return { total, trained };
    },
  };
}

/** English in the tokenizers of the catalog has about four characters a token; a message costs about four more. */
const CHARACTERS_PER_TOKEN = 4;
const TOKENS_PER_MESSAGE = 4;

function byLength(tokenizer: string, contextLength: number): TokenCounter {
  return {
    tokenizer,
    exact: false,
    contextLength,
    count(turns) {
      let total = 0;
      let trained = 0;
      for (const { content, learnt } of turns) {
        const tokens = Math.ceil(content.length / CHARACTERS_PER_TOKEN);
        total += tokens + TOKENS_PER_MESSAGE;
        if (learnt) trained += tokens + 1;
      }
      return { total, trained };
    },
  };
}

/** The counter for a base model of the catalog: exact where its tokenizer is in the repository, else by length. */
export function tokenCounter(model: { tokenizer: string; contextLength: number }): TokenCounter {
  return model.tokenizer === 'brightrun/tiny-base'
    ? tinyBaseCounter(model.contextLength)
    : byLength(model.tokenizer, model.contextLength);
}
