import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { detectContainer } from '../../../lambdas/datasets/containers/detect-container.ts';
import { memoryFile, refusal } from './memory-file.ts';

const kindOf = async (content: string | Uint8Array) => (await detectContainer(memoryFile(content))).container;
const chat = '{"messages":[{"role":"user","content":"Hi, there; you"},{"role":"assistant","content":"Yes"}]}';
const pretty = (value: unknown) => JSON.stringify(value, null, 2);
const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('a file is what its content says', () => {
  test.each([
    ['JSON Lines', `${chat}\n${chat}\n`, 'jsonl'],
    ['JSON Lines after a mark and blank lines', `\ufeff\n\n${chat}\n`, 'jsonl'],
    ['an empty file', '', 'jsonl'],
    ['white space alone', ' \n\r\n\t\n', 'jsonl'],
    ['a list on one line', `[${chat},${chat}]`, 'json-array'],
    ['a list over many lines', `\ufeff \n${pretty([JSON.parse(chat)])}\n`, 'json-array'],
    ['an empty list', '[]', 'json-array'],
    ['rows as lists, one a line', '["a","b"]\n["c","d"]\n', 'jsonl'],
    ['a table with commas', 'prompt,completion\n"a, b","c"\n', 'csv'],
    ['a table with tabs and commas in its text', 'prompt\tcompletion\nHi, you\tYes, I, am\n', 'tsv'],
    ['a table with semicolons', 'Frage;prompt;completion\n1,5;Hallo, Welt;Ja\n', 'csv'],
    ['a table without known names', 'one,two\n1,2\n3,4\n5,6\n', 'csv'],
    ['a table of one known column', 'text\nSome words.\n"More, words"\n', 'csv'],
    ['a header alone', 'prompt,completion\n', 'csv'],
    ['a table whose records are uneven', 'prompt,completion\na,b,c,d\ne,f,g\nh\n', 'csv'],
    ['a table of chats in cells', `messages\n"${chat.slice(12, -1).replaceAll('"', '""')}"\n`, 'csv'],
    ['a table with returns alone', 'prompt,completion\ra,b\rc,d\r', 'csv'],
  ])('%s', async (_, content, container) => {
    expect(await kindOf(content)).toBe(container);
    const packed = await detectContainer(memoryFile(gzipSync(content)));
    expect(packed).toEqual({ container, gzip: true });
  });

  test.each([
    ['cut in its first line', `{"messages":[{"role":"user","content":"Hi\n${chat}\n${chat}\n`],
    ['with a stray brace', `{\n${chat}\n${chat}\n`],
    ['with a header that is none', `data,more\n${chat}\n${chat}\n`],
    ['with a comment first', `# exported on Monday, by hand\n${chat}\n`],
    ['with single quotes', `{'messages': []}\n{'messages': []}\n`],
    ['with a NUL in its first line', `{"prompt":"a\0","completion":"b"}\n${chat}\n`],
    ['with every line cut at its end', '{"prompt":"a","completion":"b\n{"prompt":"c","completion":"d\n'],
    ['of one line without its end', '{"prompt":"a","completion":"b'],
    ['whose lines end with a comma', `${chat},\n${chat},\n`],
    ['of one row over a long line', `{"messages":[{"role":"user","content":"${'x'.repeat(400_000)}"}]}`],
  ])('broken JSON Lines stay JSON Lines: %s', async (_, content) => {
    expect(await kindOf(content)).toBe('jsonl');
  });
});

describe('what has no rows is told by name, with what to do', () => {
  test.each([
    ['PK\x03\x04aaaa', /zip archive .*unpack/],
    ['\xd0\xcf\x11\xe0\xa1\xb1', /old Excel/],
    ['7z\xbc\xaf\x27\x1c', /7-Zip/],
    ['(\xb5/\xfdaaaa', /Zstandard .*gzip/],
    ['BZh91AY', /bzip2/],
    ['\xfd7zXZ\0', /xz archive/],
    ['%PDF-1.7', /PDF/],
    ['\x89PNG\r\n', /PNG/],
    ['ARROW1\0\0', /Feather.*Parquet/],
    ['\xff\xff\xff\xff\x10\0', /Arrow stream/],
    ['PAREaaaaPARE', /encrypted Parquet/],
    [`${'a'.repeat(257)}ustar\0`, /tar archive/],
    ['\xff\xfe{\0"\0a\0', /UTF-16.*UTF-8/],
    ['{\0"\0a\0"\0:\x001\0}\0\n\0', /UTF-16/],
    ['{\0\0\0"\0\0\0a\0\0\0', /UTF-32/],
    ['\xff\xfe\0\0{\0\0\0', /UTF-32/],
    ['<!DOCTYPE html><p>Sign in', /HTML.*again/],
    ['  <html lang="en">', /HTML/],
    ['<?xml version="1.0"?><a/>', /XML/],
    ['version https://git-lfs.github.com/spec/v1\noid sha256:0\n', /Git LFS.*pull/],
    ['\x01\x02\x03\x04\x05abc\x06\x07\x08', /binary/],
    [
      'Dear Sir,\n\nI write to you, as I said, because\nnothing works.\n',
      /neither JSON nor a table.*Dear Sir/,
    ],
    ['Just one line of prose.', /neither JSON nor a table/],
    [pretty({ data: [JSON.parse(chat)] }), /one JSON object with a list in "data".*save that list/],
    [JSON.stringify({ rows: [{ prompt: 'a' }] }), /one JSON object with a list in "rows"/],
    [pretty(JSON.parse(chat)), /one JSON object over many lines.*one line/],
    [pretty({ version: 1, rows: [{}] }), /one JSON object over many lines/],
  ])('%j', async (content, found) => {
    const problem = await refusal(bytes(content));
    expect(problem.code).toBe('not-text');
    expect(problem.found).toMatch(found);
  });

  test('one layer of gzip is unpacked, two are not', async () => {
    const twice = await refusal(gzipSync(gzipSync(chat)));
    expect([twice.code, twice.found]).toEqual(['not-text', 'gzip within gzip: unpack it once']);
    expect((await refusal(gzipSync(bytes('PK\x03\x04')))).found).toMatch(/^inside gzip, a zip archive/);
  });

  test('the beginning of a Parquet file without its end was cut off', async () => {
    expect(await refusal('PAR1 and then nothing')).toMatchObject({ code: 'container-broken' });
  });
});
