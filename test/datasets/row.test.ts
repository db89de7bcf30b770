import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readRow, turnPath } from '../../lambdas/datasets/check/rows/row.ts';

const ask = { role: 'user', content: 'Where is Peru?' };
const tell = { role: 'assistant', content: 'In South America.' };
const call = (id?: string) => ({
  ...(id === undefined ? {} : { id }),
  type: 'function',
  function: { name: 'weather', arguments: '{"place":"Lima"}' },
});
const calls = (...ids: (string | undefined)[]) => ({
  role: 'assistant',
  content: null,
  tool_calls: ids.map((id) => call(id)),
});
const result = (id?: string) => ({
  role: 'tool',
  content: '21',
  ...(id === undefined ? {} : { tool_call_id: id }),
});
const problems = (value: unknown) => readRow(value).problems.map(({ code, path }) => [code, path]);
const inChat = (...messages: unknown[]) => problems({ messages });

describe('a row', () => {
  test('has all of its problems named with their paths, not only the first', () => {
    expect(
      inChat(
        7,
        { content: 'x' },
        { role: 'robot', content: 'x' },
        { role: 'assistant', content: null, weight: 3, mood: 'calm' },
        { role: 'user', content: ' ', name: 4 },
      ),
    ).toEqual([
      ['wrong-type', 'messages.0'],
      ['missing-field', 'messages.1.role'],
      ['unknown-role', 'messages.2.role'],
      ['unknown-field', 'messages.3.mood'],
      ['bad-weight', 'messages.3.weight'],
      ['wrong-type', 'messages.3.content'],
      ['wrong-type', 'messages.4.name'],
      ['empty-message', 'messages.4.content'],
    ]);
  });

  test('is cut after its last learnt answer, and each answer says whether it is learnt', () => {
    const { turns, hasWeights, hasTools } = readRow({
      messages: [ask, { ...tell, weight: 0 }, ask, tell, ask, { ...tell, weight: 0 }],
    });
    expect(turns.map(({ role, learnt }) => [role, learnt])).toEqual([
      ['user', false],
      ['assistant', false],
      ['user', false],
      ['assistant', true],
    ]);
    expect({ hasWeights, hasTools }).toEqual({ hasWeights: true, hasTools: false });
  });

  test('of an instruction has its input below it and its system message before it', () => {
    const row = { instruction: 'Add.', input: '1, 2', output: '3', system: 'Be brief.' };
    expect(readRow(row).turns.map(({ role, content }) => [role, content])).toEqual([
      ['system', 'Be brief.'],
      ['user', 'Add.\n\n1, 2'],
      ['assistant', '3'],
    ]);
  });

  test('with fields named like parts of JavaScript is an ordinary row', () => {
    const line =
      '{"__proto__":{"role":"assistant"},"constructor":1,"hasOwnProperty":2,"0":3,"messages":[{"role":"user","content":"a","__proto__":{"weight":5}},{"role":"assistant","content":"b","toString":1}]}';
    expect(problems(JSON.parse(line)).map(([, path]) => path)).toEqual([
      '0',
      '__proto__',
      'constructor',
      'hasOwnProperty',
      'messages.0.__proto__',
      'messages.1.toString',
    ]);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    expect(({} as { role?: unknown }).role).toBeUndefined();
  });

  test('of any JSON value is read without an error, and its problems are short', () => {
    const word = fc.constantFrom(
      'messages',
      'role',
      'content',
      'tool_calls',
      'function',
      'name',
      'arguments',
      'weight',
      'tool_call_id',
      'tools',
      'prompt',
      'completion',
      'chosen',
      'rejected',
      'input',
      'preferred_output',
      'non_preferred_output',
      'conversations',
      'from',
      'value',
      'instruction',
      'output',
      'system',
      'text',
      '__proto__',
      'constructor',
      'user',
      'assistant',
      'tool',
      'human',
      'gpt',
      '0',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6, withCrossShrink: true },
        fc.oneof(word, fc.string({ unit: 'binary' }), fc.double(), fc.boolean(), fc.constant(null)),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.array(fc.tuple(word, tie('tree')), { maxLength: 5 }).map((entries) => {
          const made = {};
          for (const [name, value] of entries) {
            Object.defineProperty(made, name, {
              value,
              enumerable: true,
              writable: true,
              configurable: true,
            });
          }
          return made;
        }),
      ),
    }));
    fc.assert(
      fc.property(fc.oneof(tree, fc.jsonValue()), (value) => {
        const row = readRow(value);
        for (const { path, found } of row.problems) {
          expect((path ?? '').length).toBeLessThan(300);
          expect(found.length).toBeLessThan(300);
        }
        for (const at of row.turns.keys()) expect(turnPath(row.format, row.turns, at)).toBeTruthy();
      }),
      { numRuns: 2000 },
    );
  });
});

describe('calls and results', () => {
  test.each<[string, unknown[]]>([
    ['in order', [ask, calls('a'), result('a'), tell]],
    ['of two calls at once, in any order', [ask, calls('a', 'b'), result('b'), result('a'), tell]],
    ['without ids', [ask, calls(undefined), result(), tell]],
    ['without ids, one result for two calls', [ask, calls(undefined, undefined), result(), tell]],
    ['twice', [ask, calls('a'), result('a'), calls('b'), result('b'), tell]],
    [
      'with the same id in a later round',
      [ask, calls('a'), result('a'), tell, ask, calls('a'), result('a'), tell],
    ],
    ['that end with the call', [ask, calls('a', 'b')]],
  ])('%s belong together', (_, messages) => {
    expect(inChat(...messages)).toEqual([]);
  });

  test.each<[string, unknown[], string]>([
    ['a result before any call', [ask, result('a'), tell], 'messages.1'],
    ['a result after an answer', [ask, calls('a'), result('a'), tell, result('a'), tell], 'messages.4'],
    [
      'a second result for one call',
      [ask, calls('a'), result('a'), result('a'), tell],
      'messages.3.tool_call_id',
    ],
    ['a result without the id its call has', [ask, calls('a'), result(), tell], 'messages.2.tool_call_id'],
    [
      'one of two calls that nothing answers',
      [ask, calls('a', 'b'), result('a'), tell],
      'messages.1.tool_calls',
    ],
    ['a call that is passed over', [ask, calls(undefined), tell], 'messages.1.tool_calls'],
  ])('%s is told', (_, messages, path) => {
    expect(inChat(...messages)).toContainEqual(['unmatched-tool-call', path]);
  });

  test('become turns with arguments as text', () => {
    const { turns, hasTools } = readRow({
      messages: [ask, { role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: { a: 1 } } }] }],
    });
    expect(turns[1]).toEqual({
      role: 'assistant',
      content: '',
      learnt: true,
      toolCalls: [{ name: 'f', arguments: '{"a":1}' }],
    });
    expect(hasTools).toBe(true);
  });

  test('that cannot be read are told with the place', () => {
    const broken = {
      role: 'assistant',
      content: null,
      tool_calls: [call('a'), { function: { name: 'f', arguments: '[]' } }, 'x'],
    };
    expect(inChat(ask, broken)).toEqual([
      ['bad-tool-call', 'messages.1.tool_calls.1.function.arguments'],
      ['bad-tool-call', 'messages.1.tool_calls.2'],
    ]);
  });
});

describe('a preference pair', () => {
  const other = { role: 'assistant', content: 'In Asia.' };
  const pair = [
    ['user', undefined, false],
    ['assistant', 'chosen', true],
    ['assistant', 'rejected', false],
  ];
  test.each<[string, object]>([
    ['of texts', { prompt: ask.content, chosen: tell.content, rejected: other.content }],
    ['of messages', { prompt: [ask], chosen: [tell], rejected: [other] }],
    ['that shares its beginning', { chosen: [ask, tell], rejected: [ask, other] }],
    ['with its prompt said twice', { prompt: ask.content, chosen: [ask, tell], rejected: [ask, other] }],
    ['of OpenAI', { input: { messages: [ask] }, preferred_output: [tell], non_preferred_output: [other] }],
  ])('%s has what was asked, then both answers, and learns the chosen one', (_, value) => {
    const row = readRow(value);
    expect(row.problems).toEqual([]);
    expect(row.format).toBe('preference');
    expect(row.turns.map(({ role, branch, learnt }) => [role, branch, learnt])).toEqual(pair);
    expect(row.turns.map(({ content }) => content)).toEqual([ask.content, tell.content, other.content]);
  });

  test('of several turns keeps what differs apart', () => {
    const longer = [tell, ask, { role: 'assistant', content: 'There.' }];
    const row = readRow({ chosen: [ask, ...longer], rejected: [ask, other] });
    expect(row.turns.map(({ branch }) => branch)).toEqual([
      undefined,
      'chosen',
      'chosen',
      'chosen',
      'rejected',
    ]);
  });

  test.each<[object, string, string]>([
    [{ prompt: 'p', chosen: 'c', rejected: '\nc' }, 'equal-pair', 'rejected'],
    [{ chosen: [ask, tell], rejected: [ask, { ...tell }] }, 'equal-pair', 'rejected'],
    [{ prompt: 'p', chosen: [ask], rejected: [other] }, 'no-answer', 'chosen'],
    [{ prompt: [ask], chosen: [tell, ask], rejected: [other] }, 'ends-without-answer', 'chosen'],
    [{ input: 1, preferred_output: [tell], non_preferred_output: [other] }, 'wrong-type', 'input'],
    [{ input: { messages: [ask] }, preferred_output: [tell] }, 'missing-field', 'non_preferred_output'],
    [
      { input: { messages: [ask], model: 'x' }, preferred_output: [tell], non_preferred_output: [other] },
      'unknown-field',
      'input.model',
    ],
    [{ prompt: [{ role: 'user' }], chosen: [tell], rejected: [other] }, 'missing-field', 'prompt.0.content'],
  ])('%j is told as it is', (value, code, path) => {
    expect(problems(value)).toEqual([[code, path]]);
  });
});

describe('ShareGPT', () => {
  const item = (from: string, value: string) => ({ from, value });
  test('is recognised, shown as it will be, and nothing else is said of a sound row', () => {
    const row = readRow({ id: 'a1', conversations: [item('human', 'a'), item('gpt', 'b')], system: 's' });
    expect(row).toMatchObject({
      format: 'sharegpt',
      problems: [{ code: 'sharegpt-rows', path: 'conversations' }],
    });
    expect(row.turns.map(({ role, content }) => role + content)).toEqual(['systems', 'usera', 'assistantb']);
  });

  test('has what keeps it from being converted named', () => {
    const row = {
      conversations: [item('ghost', 'a'), { from: 'gpt' }, 'x'],
      tools: 'none',
      chosen: item('gpt', 'b'),
    };
    expect(problems(row)).toEqual([
      ['sharegpt-rows', 'conversations'],
      ['wrong-type', 'tools'],
      ['wrong-type', 'chosen'],
      ['unknown-role', 'conversations.0.from'],
      ['missing-field', 'conversations.1.value'],
      ['wrong-type', 'conversations.2'],
    ]);
  });
});

describe('where the text of a turn stands', () => {
  test.each<[object, string[]]>([
    [{ messages: [ask, tell] }, ['messages.0.content', 'messages.1.content']],
    [{ prompt: 'p', completion: 'c' }, ['prompt', 'completion']],
    [{ instruction: 'i', output: 'o', system: 's' }, ['system', 'instruction', 'output']],
    [{ prompt: 'p', chosen: 'c', rejected: 'r' }, ['prompt', 'chosen', 'rejected']],
    [{ text: 't' }, ['text']],
  ])('in %j', (value, paths) => {
    const { format, turns } = readRow(value);
    expect(turns.map((_, at) => turnPath(format, turns, at))).toEqual(paths);
  });
});
