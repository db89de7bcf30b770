import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { checkDataset } from '../../lambdas/datasets/check/check-dataset.ts';
import { LineSplitter } from '../../lambdas/datasets/check/line-splitter.ts';
import { tokenCounter } from '../../lambdas/datasets/tokens/token-counter.ts';
import { CheckSummary, type DatasetFormat } from '../../contracts/datasets.ts';
import { DatasetIssue } from '../../contracts/dataset-issues.ts';
import { LIMITS } from '../../contracts/limits.ts';

const counter = tokenCounter({ tokenizer: 'brightrun/tiny-base', contextLength: 256 });

/** A file as it comes from S3: in chunks that end anywhere. */
const source = (content: string | Buffer, chunkBytes: number) => {
  const bytes = Buffer.from(content);
  return {
    bytes: bytes.length,
    async *chunks() {
      for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
    },
  };
};

async function check(
  data: string | Buffer,
  more: { validation?: string; declaredFormat?: DatasetFormat; chunkBytes?: number } = {},
) {
  const chunkBytes = more.chunkBytes ?? 7;
  const result = await checkDataset({
    data: source(data, chunkBytes),
    validation: more.validation === undefined ? undefined : source(more.validation, chunkBytes),
    declaredFormat: more.declaredFormat,
    counter,
    onProgress: async () => undefined,
  });
  for (const issue of result.issues) DatasetIssue.parse(issue);
  CheckSummary.parse({ ...result.summary, checkedAt: '2026-11-23T00:00:00Z', checkMilliseconds: 1 });
  return result;
}
const found = async (...args: Parameters<typeof check>) =>
  (await check(...args)).issues.map(({ code, line, path }) =>
    [code, line, path].filter((x) => x !== undefined),
  );

const row = (at: number, answer = `Answer ${at}.`) =>
  JSON.stringify({
    messages: [
      { role: 'user', content: `Question ${at}?` },
      { role: 'assistant', content: answer },
    ],
  });
const rows = (count: number, from = 0) => Array.from({ length: count }, (_, at) => row(from + at));
const file = (...lines: string[]) => `${lines.join('\n')}\n`;

describe('a sound file', () => {
  test.each([1, 3, 64, 1_000_000])(
    'is ready whatever its chunks (%i bytes) and gives its SHA-256',
    async (chunkBytes) => {
      const text = file(
        ...rows(12),
        JSON.stringify({ messages: [{ role: 'assistant', content: 'Grüße 🎉' }] }),
      );
      const result = await check(text, { chunkBytes });
      expect(result.summary).toMatchObject({
        verdict: 'ready',
        format: 'chat',
        rows: 13,
        usableRows: 13,
        issues: [],
      });
      expect(result.sha256.data).toBe(createHash('sha256').update(text).digest('hex'));
      expect(result.bytes.data).toBe(Buffer.byteLength(text));
    },
  );

  test.each<[DatasetFormat, (at: number) => object]>([
    ['chat', (at) => JSON.parse(row(at))],
    ['prompt-completion', (at) => ({ prompt: `p${at}`, completion: `c${at}` })],
    ['instruction', (at) => ({ instruction: `i${at}`, input: null, output: `o${at}`, system: '' })],
    ['text', (at) => ({ text: `t${at}` })],
  ])('of the form %s is recognised', async (format, make) => {
    const text = file(...Array.from({ length: 12 }, (_, at) => JSON.stringify(make(at))));
    expect((await check(text, { declaredFormat: format })).summary).toMatchObject({
      verdict: 'ready',
      format,
    });
  });

  test('may begin with a byte order mark, end its lines with CRLF and its last line with nothing', async () => {
    const { summary } = await check(`\uFEFF${rows(12).join('\r\n')}`);
    expect(summary).toMatchObject({ verdict: 'ready', rows: 12 });
  });
});

describe('a file that is no dataset', () => {
  test.each([
    ['a zip archive', Buffer.from('504b0304140000000800', 'hex')],
    ['a gzip archive', Buffer.from('1f8b0800000000000003', 'hex')],
    ['UTF-16 text', Buffer.from(`\uFEFF${rows(12).join('\n')}`, 'utf16le')],
    ['UTF-16 text', Buffer.from(rows(12).join('\n'), 'utf16le')],
    ['a binary file', Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(1), Buffer.alloc(60, 'x')])],
  ])('%s is named, and nothing else is said about it', async (name, bytes) => {
    const { issues, summary, sha256 } = await check(bytes, { chunkBytes: 4096 });
    expect(issues).toMatchObject([{ code: 'not-text', found: expect.stringContaining(name) }]);
    expect(summary).toMatchObject({ verdict: 'rejected', format: null, tokens: null });
    expect(sha256.data).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  test('of blank lines alone is empty', async () => {
    expect(await found('\n  \n')).toEqual([['blank-line', 1], ['blank-line', 2], ['empty-file']]);
  });

  test('of one array is told what to do', async () => {
    const { issues } = await check(JSON.stringify(rows(12).map((line) => JSON.parse(line))));
    expect(issues[0]).toMatchObject({
      code: 'not-an-object',
      found: expect.stringContaining('one JSON array'),
    });
  });
});

describe('every problem is named with its line', () => {
  test('of form, not only the first', async () => {
    const text = file(
      ...rows(12),
      '{"messages": [',
      '[1]',
      'null',
      '{"colour":"red"}',
      '{"prompt":"p"}',
      '{"messages":"hi"}',
      '{"messages":[7,{"content":"x"},{"role":"robot","content":"x"},{"role":"assistant","content":null}]}',
      '{"messages":[]}',
      '{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":"  "}]}',
      '',
      '{"text":"plain"}',
    );
    expect(await found(text)).toEqual([
      ['not-json', 13],
      ['not-an-object', 14],
      ['not-an-object', 15],
      ['unknown-format', 16],
      ['mixed-formats', 17],
      ['missing-field', 17, 'completion'],
      ['wrong-type', 18, 'messages'],
      ['wrong-type', 19, 'messages.0'],
      ['missing-field', 19, 'messages.1.role'],
      ['unknown-role', 19, 'messages.2.role'],
      ['wrong-type', 19, 'messages.3.content'],
      ['no-answer', 20, 'messages'],
      ['empty-message', 21, 'messages.1.content'],
      ['no-answer', 21, 'messages'],
      ['blank-line', 22],
      ['mixed-formats', 23],
    ]);
  });

  test('of content: fields nobody reads, secrets, addresses, rows beyond the context', async () => {
    const text = file(
      ...rows(12),
      JSON.stringify({ ...JSON.parse(row(90)), source: 'web' }),
      row(91, 'Use AKIAIOSFODNN7EXAMPLE for that.'),
      row(92, 'Write to anna.k@firm.de, or to nobody@example.com.'),
      row(93, 'word '.repeat(400)),
    );
    const { issues, summary } = await check(text);
    expect(issues.map(({ code, line }) => [code, line])).toEqual([
      ['unknown-field', 13],
      ['possible-secret', 14],
      ['possible-personal-data', 15],
      ['over-context', 16],
    ]);
    expect(JSON.stringify(issues)).not.toContain('AKIAIOSFODNN7EXAMPLE');
    expect(JSON.stringify(issues)).not.toContain('anna.k');
    expect(summary).toMatchObject({ verdict: 'ready-with-warnings', tokens: { rowsOverContext: 1 } });
  });

  test('of repeats: rows, prompts with two answers, validation rows in the training file', async () => {
    const text = file(
      ...rows(12),
      row(3),
      row(4, 'Something else.'),
      row(5).replace('Question', '  Question '),
    );
    const result = await check(text, { validation: file(row(7), row(70), row(7)) });
    expect(result.issues.map(({ code, file: where, line }) => [code, where, line])).toEqual([
      ['duplicate-row', 'validation', 3],
      ['in-both-files', 'validation', 1],
      ['duplicate-row', 'data', 13],
      ['conflicting-answers', 'data', 14],
      ['duplicate-row', 'data', 15],
    ]);
    expect(result.summary).toMatchObject({ verdict: 'rejected', validationRows: 3, usableRows: 15 });
  });

  test('of the file as a whole: too few rows, another form than declared or than the other file', async () => {
    expect(await found(file(...rows(9)))).toEqual([['too-few-rows']]);
    expect(
      new Set(
        await found(file(...rows(12)), { declaredFormat: 'text' }).then((all) => all.map(([code]) => code)),
      ),
    ).toEqual(new Set(['mixed-formats', 'too-few-rows']));
    const { issues } = await check(file(...rows(12)), { validation: file('{"text":"plain"}') });
    expect(issues).toMatchObject([{ code: 'mixed-formats', file: 'validation' }]);
  });

  test('of bytes: not UTF-8, control characters, an own field __proto__', async () => {
    const bad = Buffer.concat([Buffer.from(file(...rows(12))), Buffer.from([0x22, 0xc3, 0x28, 0x22, 0x0a])]);
    expect(await found(bad)).toEqual([['not-utf8', 13]]);
    expect(await found(file(...rows(12), '{"text":"a\u0000b"}'))).toEqual([['not-json', 13]]);
    expect(await found(file(...rows(12), '{"__proto__":{"messages":[]}}'))).toEqual([['unknown-format', 13]]);
  });

  test('all are counted, and the report keeps the first thousand of each', async () => {
    const { issues, summary } = await check(file(...rows(12), ...Array.from({ length: 1500 }, () => '{')), {
      chunkBytes: 4096,
    });
    expect(issues).toHaveLength(LIMITS.issuesPerCode);
    expect(summary.issues).toEqual([
      { code: 'not-json', severity: 'error', file: 'data', count: 1500, firstLine: 13 },
    ]);
  });
});

describe('a hostile file is no danger', () => {
  test('a line of any length is held to its limit and never parsed', async () => {
    const long = `{"text":"${'x'.repeat(3 * LIMITS.datasetLineBytes)}"}`;
    const text = Buffer.from(file(...rows(12), long, row(50)));
    const result = await check(text, { chunkBytes: 65_536 });
    expect(result.issues).toMatchObject([{ code: 'line-too-long', line: 13 }]);
    expect(result.summary).toMatchObject({ rows: 14, usableRows: 13 });
  });

  test('a splitter holds no more than one line’s limit', () => {
    const seen: [number, number | null][] = [];
    const splitter = new LineSplitter((bytes, line) => seen.push([line, bytes?.length ?? null]), 10);
    splitter.push(Buffer.from('1234567'));
    expect(splitter.heldBytes).toBe(7);
    for (let at = 0; at < 1000; at += 1) {
      splitter.push(Buffer.alloc(1000, 'x'));
      expect(splitter.heldBytes).toBeLessThanOrEqual(10);
    }
    splitter.push(Buffer.from('\n1234567890\n12345678901\n\nend'));
    splitter.end();
    expect(seen).toEqual([
      [1, null],
      [2, 10],
      [3, null],
      [4, 0],
      [5, 3],
    ]);
  });

  test('nesting is refused before it is parsed; brackets in text are only text', async () => {
    const deep = `{"text":${'['.repeat(400_000)}`;
    expect(await found(file(...rows(12), deep), { chunkBytes: 65_536 })).toEqual([['too-deep', 13]]);
    expect(await found(file(...rows(12), row(80, '[{'.repeat(50))))).toEqual([]);
  });

  test('a word of a megabyte is counted in a moment', () => {
    const started = performance.now();
    const text = 'ab'.repeat(250_000);
    expect(counter.count([{ role: 'text', content: text, learnt: true }]).total).toBeGreaterThan(100_000);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('progress', () => {
  test('counts the bytes of both files, and its error ends the check', async () => {
    const seen: number[] = [];
    const data = file(...rows(12));
    const validation = file(row(99));
    const run = (onProgress: (bytes: number) => Promise<void>) =>
      checkDataset({
        data: source(data, 100),
        validation: source(validation, 100),
        declaredFormat: undefined,
        counter,
        onProgress,
      });
    await run(async (bytes) => void seen.push(bytes));
    expect(seen.at(-1)).toBe(data.length + validation.length);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    await expect(run(() => Promise.reject(new Error('lease lost')))).rejects.toThrow('lease lost');
  });
});
