import { describe, expect, test } from '@jest/globals';
import { type MappedColumn, mappingOf } from '../../../lambdas/datasets/containers/columns.ts';
import { ContainerProblem } from '../../../lambdas/datasets/containers/container-problem.ts';

const inShort = (mapping: MappedColumn[], names: string[]) =>
  Object.fromEntries(mapping.map(({ field, column }) => [field, names[column]]));

function unclear(names: string[], given?: Parameters<typeof mappingOf>[1]): ContainerProblem {
  try {
    mappingOf(names, given);
  } catch (error) {
    if (error instanceof ContainerProblem) return error;
    throw error;
  }
  throw new Error(`${names} were clear`);
}

describe('columns that name themselves', () => {
  test.each<[string[], Record<string, string>]>([
    [['prompt', 'completion'], { prompt: 'prompt', completion: 'completion' }],
    [['id', 'Question', 'Answer'], { prompt: 'Question', completion: 'Answer' }],
    [
      ['user', 'assistant', 'System Prompt'],
      { prompt: 'user', completion: 'assistant', system: 'System Prompt' },
    ],
    [['input', 'output'], { prompt: 'input', completion: 'output' }],
    [['instruction', 'input', 'output'], { instruction: 'instruction', input: 'input', output: 'output' }],
    // Alpaca's own columns, and Dolly's.
    [
      ['instruction', 'input', 'output', 'text'],
      { instruction: 'instruction', input: 'input', output: 'output' },
    ],
    [
      ['instruction', 'context', 'response', 'category'],
      { instruction: 'instruction', input: 'context', output: 'response' },
    ],
    // UltraChat's: its prompt is the first message over again.
    [['prompt', 'prompt_id', 'messages'], { messages: 'messages' }],
    [['conversations', 'source'], { conversations: 'conversations' }],
    [['prompt', 'chosen', 'rejected'], { prompt: 'prompt', chosen: 'chosen', rejected: 'rejected' }],
    [['chosen', 'rejected'], { chosen: 'chosen', rejected: 'rejected' }],
    [['text'], { text: 'text' }],
    [['prompt', 'question', 'completion'], { prompt: 'prompt', completion: 'completion' }],
  ])('%j', (names, fields) => {
    expect(inShort(mappingOf(names), names)).toEqual(fields);
  });
});

describe('what is not clear is asked, with the columns there are', () => {
  test.each<[string[], RegExp]>([
    [['a', 'b'], /^columns: a, b; none of them names itself/],
    [['question', 'query', 'answer'], /"question" and "query" could both be the prompt/],
    [['prompt', 'completion', 'completion'], /"completion" and "completion" could both be the completion/],
    [['prompt', 'chosen', 'rejected', 'messages'], /they could be read as messages, or chosen and rejected/],
    [['question', 'context', 'answer'], /it is not clear what "context" is for/],
    [['prompt', 'id'], /none of them/],
    [['', ''], /^columns: \(no name\), \(no name\)/],
  ])('%j', (names, found) => {
    const problem = unclear(names);
    expect(problem).toMatchObject({ code: 'columns-unknown', columns: names });
    expect(problem.found).toMatch(found);
  });

  test('however many columns there are, what is said of them fits into a report', () => {
    expect(
      unclear(Array.from({ length: 9000 }, (_, index) => `column ${index}`)).found.length,
    ).toBeLessThanOrEqual(300);
  });
});

describe('a mapping that was given', () => {
  const names = ['Frage', 'Antwort ', 'frage'];
  test('is held against the columns, by their exact name first', () => {
    const mapping = mappingOf(names, { prompt: 'frage', completion: 'antwort' });
    expect(mapping.map(({ field, column }) => [field, column])).toEqual([
      ['prompt', 2],
      ['completion', 1],
    ]);
  });

  test('to a column that is not there, or there twice, is refused', () => {
    expect(unclear(names, { prompt: 'Question' }).found).toMatch(
      /^columns: Frage, .*; there is no column "Question"/,
    );
    expect(unclear(names, { prompt: 'FRAGE' }).found).toMatch(/there are 2 columns "FRAGE"/);
  });
});
