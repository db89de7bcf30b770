import { createHash } from 'node:crypto';
import { describe, expect, jest, test } from '@jest/globals';
import { checkDataset } from '../../lambdas/datasets/check/check-dataset.ts';
import type { DatasetFormat } from '../../contracts/dataset-format.ts';
import type { CheckSoFar } from '../../contracts/dataset-versions.ts';
import { LIMITS } from '../../contracts/limits.ts';
import { check, file, found, row, rows, source } from './checked-file.ts';

/** Threads start from source here, on a machine that may be busy. */
jest.setTimeout(60_000);

/** As many as are not few. */
const SOUND = rows(LIMITS.datasetFewRows);
const NEXT = SOUND.length + 1;

describe('a sound file', () => {
  test.each([1, 7, 64, 1_000_000])(
    'is ready whatever its chunks (%i bytes) and gives its SHA-256',
    async (chunkBytes) => {
      const last = {
        messages: [
          { role: 'user', content: 'Hallo' },
          { role: 'assistant', content: 'Grüße 🎉' },
        ],
      };
      const text = file(...SOUND, JSON.stringify(last));
      const result = await check(text, { chunkBytes });
      expect(result.summary).toMatchObject({
        verdict: 'ready',
        format: 'chat',
        rows: NEXT,
        usableRows: NEXT,
        issues: [],
        mix: { roles: [{ order: 'user assistant', rows: NEXT }], toolRows: 0, weightedRows: 0 },
      });
      expect(result.sha256.data).toBe(createHash('sha256').update(text).digest('hex'));
      expect(result.bytes.data).toBe(Buffer.byteLength(text));
    },
  );

  test.each<[DatasetFormat, (at: number) => object]>([
    ['chat', (at) => JSON.parse(row(at))],
    ['prompt-completion', (at) => ({ prompt: `p${at}`, completion: `c${at}` })],
    ['instruction', (at) => ({ instruction: `i${at}`, input: null, output: `o${at}`, system: '' })],
    ['preference', (at) => ({ prompt: `p${at}`, chosen: `good ${at}`, rejected: `bad ${at}` })],
    ['text', (at) => ({ text: `t${at}` })],
  ])('of the form %s is recognised', async (format, make) => {
    const text = file(...SOUND.map((_, at) => JSON.stringify(make(at))));
    expect((await check(text, { declaredFormat: format })).summary).toMatchObject({
      verdict: 'ready',
      format,
    });
  });

  test('may begin with a byte order mark, end its lines with CRLF and its last line with nothing', async () => {
    const { summary } = await check(`\uFEFF${SOUND.join('\r\n')}`);
    expect(summary).toMatchObject({ verdict: 'ready', rows: SOUND.length });
  });
});

describe('a file that is no dataset', () => {
  test.each([
    ['a zip archive', Buffer.from('504b0304140000000800', 'hex')],
    ['a gzip archive', Buffer.from('1f8b0800000000000003', 'hex')],
    ['UTF-16 text', Buffer.from(`\uFEFF${SOUND.join('\n')}`, 'utf16le')],
    ['UTF-16 text', Buffer.from(SOUND.join('\n'), 'utf16le')],
    ['a binary file', Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(1), Buffer.alloc(60, 'x')])],
    ['a binary file', Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(1), Buffer.alloc(3_000_000, 'x')])],
  ])('%s is named, and nothing else is said about it', async (name, bytes) => {
    for (const chunkBytes of [1, 4096]) {
      if (bytes.length / chunkBytes > 100_000) continue;
      const { issues, summary, sha256 } = await check(bytes, { chunkBytes });
      expect(issues).toMatchObject([{ code: 'not-text', found: expect.stringContaining(name) }]);
      expect(summary).toMatchObject({ verdict: 'rejected', format: null, tokens: null });
      expect(sha256.data).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });

  test('of blank lines alone is empty', async () => {
    expect(await found('\n  \n')).toEqual([['empty-file'], ['blank-line', 1], ['blank-line', 2]]);
    expect(await found('')).toEqual([['empty-file']]);
  });

  test('of one array is told what to do', async () => {
    const { issues } = await check(JSON.stringify(SOUND.map((line) => JSON.parse(line))));
    expect(issues.find(({ line }) => line === 1)).toMatchObject({
      code: 'not-an-object',
      found: expect.stringContaining('one JSON array'),
    });
  });
});

describe('every problem is named with its line', () => {
  test('of form, not only the first', async () => {
    const text = file(
      ...SOUND,
      '{"messages": [',
      '[1]',
      'null',
      '{"colour":"red"}',
      '{"prompt":"p"}',
      '{"messages":"hi"}',
      '{"messages":[]}',
      '',
      '{"text":"plain"}',
    );
    expect(await found(text)).toEqual([
      ['not-json', NEXT],
      ['not-an-object', NEXT + 1],
      ['not-an-object', NEXT + 2],
      ['unknown-format', NEXT + 3],
      ['mixed-formats', NEXT + 4],
      ['missing-field', NEXT + 4, 'completion'],
      ['wrong-type', NEXT + 5, 'messages'],
      ['no-answer', NEXT + 6, 'messages'],
      ['blank-line', NEXT + 7],
      ['mixed-formats', NEXT + 8],
    ]);
  });

  test('with the byte where its line begins, and of broken JSON the column', async () => {
    const text = file(...SOUND, row(200).replace('"role"', 'role"'), '', '{"a":"b', '{"a":1}}');
    const { issues } = await check(text);
    const lines = text.split('\n');
    for (const { line = 0, byte = 0 } of issues) {
      expect(text.slice(byte).startsWith(lines[line - 1] ?? '?')).toBe(true);
      expect(byte === 0 || text[byte - 1] === '\n').toBe(true);
    }
    expect(issues.map(({ column }) => column)).toEqual([15, undefined, 8, 8]);
    expect(issues[0]?.found).toContain('{role":"user"');
  });

  test('of bytes: not UTF-8, control characters, an own field __proto__', async () => {
    const bad = Buffer.concat([Buffer.from(file(...SOUND)), Buffer.from([0x22, 0xc3, 0x28, 0x22, 0x0a])]);
    expect((await check(bad)).issues).toMatchObject([{ code: 'not-utf8', line: NEXT, column: 2 }]);
    expect(await found(file(...SOUND, '{"text":"a\u0000b"}'))).toEqual([['not-json', NEXT]]);
    expect(await found(file(...SOUND, '{"__proto__":{"messages":[]}}'))).toEqual([['unknown-format', NEXT]]);
  });

  test('of content: secrets, personal data, rows beyond the context', async () => {
    const key = `AKIA${'QWERTZUIOPLKJHGF'}`;
    const text = file(
      ...SOUND,
      row(191, `Use ${key} for that.`),
      row(192, 'Write to anna.kowalski@firma-nord.de, she knows.'),
      row(193, `Word ${'word '.repeat(400)}.`),
    );
    const { issues, summary } = await check(text);
    expect(issues.map(({ code, line, path }) => [code, line, path])).toEqual([
      ['possible-secret', NEXT, 'messages.1.content'],
      ['possible-personal-data', NEXT + 1, 'messages.1.content'],
      ['over-context', NEXT + 2, undefined],
      ['extreme-length', NEXT + 2, undefined],
    ]);
    expect(JSON.stringify(issues)).not.toContain(key);
    expect(JSON.stringify(issues)).not.toContain('kowalski');
    expect(summary).toMatchObject({
      verdict: 'ready-with-warnings',
      tokens: { method: 'exact', rowsOverContext: 1 },
    });
    expect(summary.issues.find(({ code }) => code === 'possible-secret')).toMatchObject({
      count: 1,
      rows: 1,
      kinds: { 'cloud-key': 1 },
    });
  });

  test('of repeats: rows, prompts with two answers, validation rows in the training file', async () => {
    const text = file(
      ...SOUND,
      row(3),
      row(4, 'Something else.'),
      row(5).replace('What about', '  What \\n about'),
    );
    const result = await check(text, { validation: file(row(7), row(700), row(7)) });
    expect(
      result.issues.map(({ code, file: where, line, otherLine }) => [code, where, line, otherLine]),
    ).toEqual([
      ['duplicate-row', 'data', NEXT, 4],
      ['conflicting-answers', 'data', NEXT + 1, 5],
      ['duplicate-row', 'data', NEXT + 2, 6],
      ['in-both-files', 'validation', 1, 8],
      ['duplicate-row', 'validation', 3, 1],
    ]);
    expect(result.summary).toMatchObject({ verdict: 'rejected', validationRows: 3, usableRows: NEXT + 2 });
    expect(result.issues.find(({ code }) => code === 'in-both-files')?.byte).toBe(0);
  });

  test('of rows that are nearly the same, in one file and across both', async () => {
    const words = row(9).split('The answer')[1] ?? '';
    const near = row(9).replace(
      words,
      words.toUpperCase().replace('"}]}', '').concat('"}]}').replace('"}]}"}]}', '"}]}'),
    );
    const text = file(...SOUND, near.toLowerCase());
    expect((await check(text)).issues).toMatchObject([{ code: 'near-duplicate', line: NEXT, otherLine: 10 }]);
    expect((await check(file(...SOUND), { validation: file(near.toLowerCase()) })).issues).toMatchObject([
      { code: 'near-in-both-files', file: 'validation', line: 1, otherLine: 10 },
    ]);
  });

  test('of the file as a whole: too few rows, another form than declared or than the other file', async () => {
    expect(await found(file(...rows(9)))).toEqual([['too-few-rows']]);
    expect(await found(file(...rows(12)))).toEqual([['few-rows']]);
    const other = await found(file(...SOUND), { declaredFormat: 'text' });
    expect(new Set(other.map(([code]) => code))).toEqual(new Set(['mixed-formats', 'too-few-rows']));
    const { issues } = await check(file(...SOUND), { validation: '{"text":"plain"}\n' });
    expect(issues).toMatchObject([{ code: 'mixed-formats', file: 'validation' }]);
  });

  test('all are counted, and the report keeps the first thousand of each in each file', async () => {
    const broken = Array.from({ length: 1500 }, () => '{');
    const { issues, summary } = await check(file(...SOUND, ...broken), {
      validation: file(...rows(3, 500), '{'),
    });
    expect(issues).toHaveLength(LIMITS.issuesPerCode + 1);
    expect(issues.map(({ line }) => line)).toEqual([
      ...Array.from({ length: 1000 }, (_, at) => NEXT + at),
      4,
    ]);
    expect(summary.issues).toEqual([
      { code: 'not-json', severity: 'error', file: 'data', count: 1500, rows: 1500, firstLine: NEXT },
      { code: 'not-json', severity: 'error', file: 'validation', count: 1, rows: 1, firstLine: 4 },
    ]);
  });

  test('what is shown cannot move or hide what stands beside it', async () => {
    const { issues } = await check(file(...SOUND, '{"a":\u202E\u2066\u0007"b"}'));
    expect(issues[0]?.found).toBe('{"a":\ufffd\ufffd\ufffd"b"}');
  });
});

describe('tokens', () => {
  const models = [
    { tokenizer: 'brightrun/tiny-base', contextLength: 256 },
    { tokenizer: 'nobody/knows', contextLength: 4096 },
  ];

  test('of each tokenizer are counted, the first one’s are shown', async () => {
    const { summary } = await check(file(...SOUND), { models, validation: file(...rows(5, 500)) });
    expect(summary.tokens).toMatchObject({ tokenizer: 'brightrun/tiny-base', method: 'exact' });
    expect(summary.otherTokens).toMatchObject([{ tokenizer: 'nobody/knows', method: 'by-length' }]);
    expect(summary.tokens?.validation).toBeGreaterThan(100);
    expect(summary.tokens?.trained).toBeLessThan(summary.tokens?.total ?? 0);
  });

  test('of a large file are estimated in the first pass and exact after the second', async () => {
    const text = file(...rows(2000), row(9000, 'word '.repeat(400)));
    const small = await check(text);
    const large = { statedBytes: 70_000_000 };
    const estimated = await check(text, { ...large, exactTokens: false });
    const exact = await check(text, large);
    expect(exact.summary.tokens).toEqual(small.summary.tokens);
    expect(exact.summary.tokens?.method).toBe('exact');
    expect(exact.issues).toEqual(small.issues);
    expect(estimated.summary.tokens?.method).toBe('sampled');
    const total = small.summary.tokens?.total ?? 0;
    expect(Math.abs((estimated.summary.tokens?.total ?? 0) / total - 1)).toBeLessThan(0.05);
  });
});

describe('progress', () => {
  const run = (
    data: string,
    onProgress: (bytes: number, soFar: CheckSoFar) => Promise<void>,
    bytes?: number,
  ) =>
    checkDataset({
      data: source(data, 1000, bytes),
      validation: source(file(row(9000)), 100),
      models: [{ tokenizer: 'brightrun/tiny-base', contextLength: 256 }],
      onProgress,
    });

  test('counts the bytes of both files, says what is known, and its error ends the check', async () => {
    const seen: [number, CheckSoFar][] = [];
    const data = file(...SOUND, '{');
    await run(data, async (bytes, soFar) => void seen.push([bytes, soFar]));
    const bytes = seen.map(([at]) => at);
    expect(bytes.at(-1)).toBe(data.length + file(row(9000)).length);
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
    await expect(run(data, () => Promise.reject(new Error('lease lost')))).rejects.toThrow('lease lost');
  });

  test('of a file that is read twice tells the estimate before the exact count', async () => {
    const seen: [number, CheckSoFar][] = [];
    await run(file(...rows(2000), '{'), async (bytes, soFar) => void seen.push([bytes, soFar]), 70_000_000);
    expect(seen.at(-1)?.[1]).toMatchObject({ rows: 2002, errors: 1, warnings: 0 });
    expect(seen.at(-1)?.[1].estimatedTokens).toBeGreaterThan(100_000);
  });
});
