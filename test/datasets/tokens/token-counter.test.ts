import { describe, expect, test } from '@jest/globals';
import { readRow } from '../../../lambdas/datasets/check/rows/row.ts';
import { stageCounter, stageModels } from '../../../lambdas/datasets/tokens/stage-counter.ts';
import { tokenCounter } from '../../../lambdas/datasets/tokens/token-counter.ts';
import known from '../tiny-base-tokens.json' with { type: 'json' };

const counter = tokenCounter({ tokenizer: 'brightrun/tiny-base', contextLength: 256 });

describe('the tokens of the tiny base are those its own tokenizer makes', () => {
  // Made with transformers and the trainer's own `encode_row`, from the tokenizer in trainer/tiny_base/model.
  test.each(known.texts.map(({ text, tokens }) => [text.slice(0, 30), text, tokens] as const))(
    'text %j',
    (_, text, tokens) => {
      expect(counter.count([{ role: 'text', content: text, learnt: true }])).toMatchObject({
        total: tokens + 1,
        trained: tokens,
      });
    },
  );

  test.each(
    known.rows.map(({ row, total, trained }) => [Object.keys(row).join(), row, total, trained] as const),
  )('row of %s', (_, row, total, trained) => {
    expect(counter.count(readRow(row).turns)).toMatchObject({ total, trained, longest: total });
  });
});

describe('a stage', () => {
  test('counts with each tokenizer of its models once, for the longest context', () => {
    expect(stageModels(['Qwen/Qwen3-8B', 'meta-llama/Llama-3.1-8B-Instruct'])).toEqual([
      { tokenizer: 'qwen-3', contextLength: 40_960 },
      { tokenizer: 'llama-3', contextLength: 131_072 },
    ]);
    expect(
      stageModels(['meta-llama/Llama-3.2-1B-Instruct', 'meta-llama/Llama-3.1-8B-Instruct']),
    ).toHaveLength(1);
  });

  test('shows single rows exactly where it can, else by length, and refuses a model nobody knows', () => {
    expect(stageCounter(['Qwen/Qwen3-8B', 'brightrun/tiny-base'])).toMatchObject({
      exact: true,
      contextLength: 256,
    });
    expect(stageCounter(['Qwen/Qwen3-8B'])).toMatchObject({ exact: false, tokenizer: 'qwen-3' });
    expect(() => stageCounter(['nobody/nothing'])).toThrow('nobody/nothing');
    expect(() => stageModels([])).toThrow('no base model');
  });
});
