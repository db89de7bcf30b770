import { describe, expect, test } from '@jest/globals';
import { readRow } from '../../../lambdas/datasets/check/rows/row.ts';
import { loadTokenizer } from '../../../lambdas/datasets/tokens/load-tokenizer.ts';
import { type TokenCounter, tokenCounter } from '../../../lambdas/datasets/tokens/token-counter.ts';
import known from './row-counts.json' with { type: 'json' };

const counter = (tokenizer: string, contextLength = 1024): TokenCounter =>
  tokenCounter({ tokenizer, contextLength }, loadTokenizer(tokenizer));

// Rendered by Jinja from the templates of the models, with what the trainer's own rule says is learnt.
describe.each(['llama-3', 'qwen-3'] as const)('rows in the chat template of %s', (name) => {
  const rendered = known.flatMap(({ row, [name]: expected }) =>
    expected === null ? [] : [[JSON.stringify(row.messages).slice(0, 90), row, expected] as const],
  );
  test.each(rendered)('%s', (_, row, expected) => {
    const { tools } = row as { tools?: unknown[] };
    const { total, trained, longest } = counter(name).count(readRow(row).turns, tools);
    expect({ total, trained, longest }).toEqual(expected);
  });

  test('are counted also where the template refuses the chat', () => {
    for (const { row } of known) expect(counter(name).count(readRow(row).turns).total).toBeGreaterThan(5);
  });

  test('are the sum of what is shown beside their turns', () => {
    for (const [, row, expected] of rendered) {
      if ('tools' in row) continue;
      const tokens = counter(name).ofTurns(readRow(row).turns);
      expect(tokens.reduce((sum, each) => sum + each, 0)).toBe(expected.longest);
    }
  });
});

const said = (role: 'user' | 'assistant', content: string, learnt = role === 'assistant') => ({
  role,
  content,
  learnt,
});

describe('an answer that is passed over', () => {
  test.each(['llama-3', 'qwen-3', 'brightrun/tiny-base'])('is read but not learnt by %s', (name) => {
    const turns = [said('user', 'a'), said('assistant', 'one two three', false), said('user', 'b')];
    const { trained } = counter(name).count([...turns, said('assistant', 'c')]);
    expect(trained).toBe(counter(name).count([said('user', 'b'), said('assistant', 'c')]).trained);
  });
});

describe('a preference pair', () => {
  test.each(['llama-3', 'qwen-3', 'brightrun/tiny-base', 'unknown'])('goes twice through %s', (name) => {
    const row = { prompt: 'Which?', chosen: 'This one, of course.', rejected: 'No.' };
    const pair = counter(name).count(readRow(row).turns);
    const one = (answer: string) => counter(name).count([said('user', 'Which?'), said('assistant', answer)]);
    expect(pair.total).toBe(one(row.chosen).total + one(row.rejected).total);
    expect(pair.longest).toBe(one(row.chosen).total);
    expect(pair.trained).toBe(one(row.chosen).trained);
  });
});

describe('a row longer than the context', () => {
  const turns = [said('user', 'Tell me'), said('assistant', 'one two three four')];
  const { total } = counter('llama-3').count(turns);
  test('is cut by what is beyond, and its answer breaks off', () => {
    const { cut, answerCut } = counter('llama-3', total - 2).count(turns);
    expect({ cut, answerCut }).toEqual({ cut: 2, answerCut: true });
  });
  test('that is exactly as long as the context is whole', () => {
    const { cut, answerCut } = counter('llama-3', total).count(turns);
    expect({ cut, answerCut }).toEqual({ cut: 0, answerCut: false });
  });
  test('loses no answer where only the line break behind it is cut', () => {
    const length = counter('qwen-3').count(turns).total;
    const { cut, answerCut } = counter('qwen-3', length - 1).count(turns);
    expect({ cut, answerCut }).toEqual({ cut: 1, answerCut: false });
  });
});

test('a tokenizer that is not at hand is estimated by length and says so', () => {
  const estimate = tokenCounter({ tokenizer: 'llama-3', contextLength: 1024 });
  expect(estimate.exact).toBe(false);
  expect(estimate.count([said('user', 'x'.repeat(400)), said('assistant', 'y'.repeat(40))])).toMatchObject({
    total: 118,
    trained: 11,
  });
});
