/** `npm run check-dataset` as a person, a script and a pipe meet it. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import * as z from 'zod';
import { DATASET_ISSUES } from '../../contracts/dataset-issues.ts';
import { CheckSummary } from '../../contracts/dataset-versions.ts';
import { LIMITS } from '../../contracts/limits.ts';
import { readOptions } from '../../local/dataset-check/options.ts';
import { watchProgress } from '../../local/dataset-check/progress.ts';
import { UnreadableProblem } from '../../local/dataset-check/unreadable-problem.ts';

// Each of these starts a process: half a second, several on a machine that is busy.
jest.setTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), 'brightrun-check-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
/** What the check leaves behind would stand here. */
const scratch = join(folder, 'scratch');
mkdirSync(scratch);

function fileOf(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const ENTRY = join(import.meta.dirname, '../../local/check-dataset.ts');
const environment = { ...process.env, TMPDIR: scratch };

function check(...parameters: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [ENTRY, ...parameters], {
    encoding: 'utf8',
    env: environment,
    maxBuffer: 1 << 30,
  });
  return { status, stdout, stderr };
}

const Document = z.strictObject({
  accepted: z.boolean(),
  format: z.string().nullable(),
  summary: CheckSummary,
  issues: z.array(
    z.looseObject({
      line: z.int().positive().nullable(),
      code: z.enum(Object.keys(DATASET_ISSUES) as [string, ...string[]]),
      severity: z.enum(['error', 'warning']),
      file: z.enum(['data', 'validation']),
      found: z.string(),
      cure: z.string(),
    }),
  ),
});
function documentOf(...parameters: string[]) {
  const { status, stdout, stderr } = check(...parameters, '--json');
  return { status, stderr, document: Document.parse(JSON.parse(stdout)) };
}

const row = (at: number) =>
  JSON.stringify({
    messages: [
      { role: 'user', content: `What is the ${at}th word?` },
      { role: 'assistant', content: `It is word number ${at}.` },
    ],
  });
const rows = (count: number) => Array.from({ length: count }, (_, at) => row(at));
const clean = fileOf('clean.jsonl', rows(120).join('\n'));

describe('a clean file', () => {
  test('is accepted, with its tokens and what it would cost', () => {
    const { status, stdout, stderr } = check(clean);
    expect(status).toBe(0);
    expect(stderr).toBe('');
    for (const said of ['Ready', 'chat', '120', 'llama-3, counted exactly', 'Balanced', '█']) {
      expect(stdout).toContain(said);
    }
    expect(stdout.indexOf('Ready')).toBeLessThan(stdout.indexOf('rows'));
    expect(stdout).not.toContain('\u001b');
  });

  test('is one JSON document for a script', () => {
    const { status, document } = documentOf(clean);
    expect(status).toBe(0);
    expect(document).toMatchObject({ accepted: true, format: 'chat', issues: [] });
    expect(document.summary).toMatchObject({ rows: 120, usableRows: 120, verdict: 'ready' });
    expect(document.summary.otherTokens?.map(({ tokenizer }) => tokenizer)).toEqual([
      'brightrun/tiny-base',
      'qwen-3',
    ]);
  });

  test('is counted and priced for the base model that is named', () => {
    const { stdout } = check(clean, '--base-model', 'brightrun/tiny-base');
    expect(stdout).toContain('brightrun/tiny-base, counted exactly');
    expect(stdout).toContain('Two CPU cores');
  });
});

describe('a file with problems', () => {
  const broken = fileOf(
    'broken.jsonl',
    [...rows(20), '{"messages": [', '', '{"prompt": "a"}', row(3), '\u0007[1]'].join('\n'),
  );

  test('is rejected, and each problem has its line and its cure', () => {
    const { status, document } = documentOf(broken);
    expect(status).toBe(1);
    expect(document.accepted).toBe(false);
    const lines = Object.fromEntries(document.issues.map(({ code, line }) => [code, line]));
    expect(lines).toMatchObject({ 'blank-line': 22, 'duplicate-row': 24 });
    expect(document.issues.filter(({ line }) => line === 21).map(({ code }) => code)).toEqual(['not-json']);
    expect(document.issues.filter(({ line }) => line === 23).length).toBeGreaterThan(0);
  });

  test('says so to a person, without what its rows would do to a terminal', () => {
    const { status, stdout } = check(broken);
    expect(status).toBe(1);
    expect(stdout).toMatch(/Rejected.*error/);
    expect(stdout).toContain('line 21');
    expect(stdout).toContain(DATASET_ISSUES['not-json'].cure);
    expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);
  });

  test('has every issue in the document, not only as many as a report keeps', () => {
    const count = LIMITS.issuesPerCode * 3;
    const file = fileOf('many.jsonl', `${rows(20).join('\n')}\n${'{\n'.repeat(count)}`);
    const { document } = documentOf(file);
    expect(document.issues.filter(({ code }) => code === 'not-json').map(({ line }) => line)).toEqual(
      Array.from({ length: count }, (_, at) => 21 + at),
    );
  });

  test('ends quietly when nobody reads on', async () => {
    const file = fileOf('long.jsonl', `${rows(20).join('\n')}\n${'{\n'.repeat(20_000)}`);
    const child = spawn(process.execPath, [ENTRY, file, '--json'], { env: environment });
    let stderr = '';
    child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    const status = await new Promise((resolve) => child.once('exit', resolve));
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  });
});

describe('other containers', () => {
  const table = `Question,Reply\n${Array.from({ length: 30 }, (_, at) => `"What, ${at}?",Reply ${at}.`).join('\n')}\n`;

  test('a table is checked by the columns that are named', () => {
    const file = fileOf('table.csv', table);
    const { status, document } = documentOf(file, '--columns', 'prompt=Question,completion=Reply');
    expect(status).toBe(0);
    expect(document).toMatchObject({ accepted: true, format: 'prompt-completion' });
    expect(document.summary.rows).toBe(30);
  });

  test('a table whose columns say nothing is rejected and asks for them', () => {
    const { status, document } = documentOf(fileOf('unknown.csv', table.replace('Question,Reply', 'x,y')));
    expect(status).toBe(1);
    expect(document.issues).toMatchObject([{ line: null, code: 'columns-unknown', severity: 'error' }]);
  });

  test('rows inside gzip are read', () => {
    const { status, document } = documentOf(fileOf('rows.jsonl.gz', gzipSync(rows(40).join('\n'))));
    expect(status).toBe(0);
    expect(document.summary.rows).toBe(40);
  });

  test('an image is rejected and said to be one', () => {
    const { status, stdout } = check(fileOf('image.png', Buffer.from('89504e470d0a1a0a0000000d', 'hex')));
    expect(status).toBe(1);
    expect(stdout).toContain('a PNG image');
  });

  test('an empty file is rejected', () => {
    expect(documentOf(fileOf('empty.jsonl', ''))).toMatchObject({
      status: 1,
      document: { accepted: false, format: null, issues: [{ code: 'empty-file', line: null }] },
    });
  });

  test('leave nothing behind', () => {
    expect(readdirSync(scratch)).toEqual([]);
  });
});

test('a validation file is checked against the first', () => {
  const beside = fileOf('beside.jsonl', [row(5), row(500)].join('\n'));
  const { status, document } = documentOf(clean, '--validation', beside);
  expect(status).toBe(1);
  expect(document.issues.filter(({ severity }) => severity === 'error')).toMatchObject([
    { code: 'in-both-files', file: 'validation', line: 1 },
  ]);
  expect(document.summary.validationRows).toBe(2);
});

test('rows that the base model cannot be trained on are checked, and the price says why there is none', () => {
  const tools = Array.from({ length: 20 }, (_, at) =>
    JSON.stringify({
      messages: [
        { role: 'user', content: `Weather in town ${at}?` },
        {
          role: 'assistant',
          tool_calls: [
            { type: 'function', id: 'a', function: { name: 'weather', arguments: `{"town":${at}}` } },
          ],
        },
        { role: 'tool', tool_call_id: 'a', content: `${at} degrees` },
        { role: 'assistant', content: `It is ${at} degrees there.` },
      ],
    }),
  );
  const file = fileOf('tools.jsonl', tools.join('\n'));
  expect(check(file, '--base-model', 'brightrun/tiny-base')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('20 rows have tools'),
  });
  expect(check(file).stdout).toContain('Balanced');
});

describe('what cannot be read ends with 2 and one sentence', () => {
  test.each<[string, string[], string]>([
    ['the file is not there', [join(folder, 'nowhere.jsonl')], 'does not exist'],
    ['it is a folder', [folder], 'is a folder'],
    ['it is no file', ['/dev/null'], 'is not a file'],
    ['the validation file is not there', [clean, '--validation', join(folder, 'nowhere')], 'does not exist'],
    ['an option is unknown', [clean, '--fast'], '--fast'],
  ])('%s', (_, parameters, sentence) => {
    const { status, stdout, stderr } = check(...parameters);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test.each<[string, string[], string]>([
    ['no file is named', [], 'Name the file'],
    ['there are two files', ['a', 'b'], 'One file at a time'],
    ['a base model is unknown', ['a', '--base-model', 'gpt-9'], 'There is no base model gpt-9'],
    ['a column is no field', ['a', '--columns', 'question=Q'], 'no field question'],
    ['a mapping is none', ['a', '--columns', 'prompt'], 'field=Column'],
  ])('so do options: %s', (_, parameters, sentence) => {
    expect(() => readOptions(parameters)).toThrow(UnreadableProblem);
    expect(() => readOptions(parameters)).toThrow(sentence);
  });
});

test('help is told and ends with 0', () => {
  const { status, stdout } = check('--help');
  expect(status).toBe(0);
  expect(stdout).toContain('--validation FILE');
});

test('columns are named together or one by one, also where their names have commas', () => {
  const columns = (...mappings: string[]) =>
    readOptions(['a', ...mappings.flatMap((mapping) => ['--columns', mapping])])?.columns;
  expect(columns('prompt=Question,completion=The answer')).toEqual({
    prompt: 'Question',
    completion: 'The answer',
  });
  expect(columns('prompt=Question, in short', 'completion=A')).toEqual({
    prompt: 'Question, in short',
    completion: 'A',
  });
});

describe('progress', () => {
  const shown = (isTTY: boolean) => {
    const lines: string[] = [];
    let now = 0;
    const progress = watchProgress({ write: (text: string) => lines.push(text), isTTY }, () => now);
    for (now = 0; now < 1000; now += 10) {
      progress.show('checking', now / 1000, { rows: now, errors: 1, warnings: 0 });
    }
    progress.end();
    return lines;
  };
  test('is one line that is written over, ten times a second at most', () => {
    const lines = shown(true);
    expect(lines).toHaveLength(11);
    expect(lines[5]).toContain('checking 50 % · 500 rows · 1 error · 0 warnings');
    expect(lines.at(-1)).toBe('\r\u001b[2K');
  });
  test('is silent where nobody watches', () => expect(shown(false)).toEqual([]));
});
