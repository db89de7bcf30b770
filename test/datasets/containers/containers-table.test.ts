import { describe, expect, test } from '@jest/globals';
import { converted, refusal, rowsOf } from './memory-file.ts';

const MEGABYTE = 1024 * 1024;

describe('a table becomes rows', () => {
  test.each([
    [
      'quotes, delimiters and line feeds in quotes',
      'prompt,completion\n"a ""b"", c","d\ne"\n',
      [{ prompt: 'a "b", c', completion: 'd\ne' }],
    ],
    [
      'a mark and the line ends of Windows',
      '\ufeffprompt,completion\r\na,b\r\n"c\r\nd",e\r\n',
      [
        { prompt: 'a', completion: 'b' },
        { prompt: 'c\r\nd', completion: 'e' },
      ],
    ],
    [
      'line ends of both kinds',
      'prompt,completion\r\na,b\nc,d\r\n',
      [
        { prompt: 'a', completion: 'b' },
        { prompt: 'c', completion: 'd' },
      ],
    ],
    ['no line end at the end', 'prompt\tcompletion\na\tb', [{ prompt: 'a', completion: 'b' }]],
    [
      'blank lines',
      '\nprompt;completion\n\na;b\n\n\nc;d\n\n',
      [
        { prompt: 'a', completion: 'b' },
        { prompt: 'c', completion: 'd' },
      ],
    ],
    [
      'a quote within a cell',
      'prompt\tcompletion\n5" pipe\t"Yes" he said\n',
      [{ prompt: '5" pipe', completion: '"Yes" he said' }],
    ],
    [
      'every script',
      'prompt,completion\nпривет 你好 👋,"é, ü"\n',
      [{ prompt: 'привет 你好 👋', completion: 'é, ü' }],
    ],
    ['other columns left out', 'id,Question ,ANSWER\n1,a,b\n', [{ prompt: 'a', completion: 'b' }]],
    [
      'an optional cell left empty',
      'instruction,input,output\na,,b\nc,d,e\n',
      [
        { instruction: 'a', output: 'b' },
        { instruction: 'c', input: 'd', output: 'e' },
      ],
    ],
    ['a needed cell left empty', 'prompt,completion\na,\n', [{ prompt: 'a', completion: '' }]],
    ['a header alone', 'prompt,completion\n', []],
    [
      'a column named as no object may',
      '__proto__,prompt,completion\nx,a,b\n',
      [{ prompt: 'a', completion: 'b' }],
    ],
  ])('with %s', async (_, content, rows) => {
    for (const chunkBytes of [1, 2, 7, 65_536]) {
      const { lines } = await converted(content, { chunkBytes });
      expect(lines.map((line) => JSON.parse(line))).toEqual(rows);
    }
  });

  test('chats in cells are JSON, with numbers as they were written', async () => {
    const messages =
      '[{"role": "user", "content": "é\\n"},\n {"role": "assistant", "content": "b", "weight": 1.0}]';
    const { lines } = await converted(`messages,tools\n"${messages.replaceAll('"', '""')}",\n`);
    expect(lines).toEqual([`{"messages":${messages.replace('\n', ' ')}}`]);
  });

  test('a cell that should hold JSON and does not stays text, for the check to tell', async () => {
    expect(await rowsOf("messages\n[{'role': 'user'}]\n[\n")).toEqual([
      { messages: "[{'role': 'user'}]" },
      { messages: '[' },
    ]);
  });

  test('bytes that are not UTF-8 pass as they are, for the check to tell in their row', async () => {
    const source = Buffer.from('prompt,completion\nna\xefve,b\n', 'latin1');
    const { lines } = await converted(source);
    expect(lines).toEqual(['{"prompt":"na\ufffdve","completion":"b"}']);
  });
});

describe('what is wrong with a record is told in its row', () => {
  test('too many cells make a row of no known form, whole, and the rows after it stay', async () => {
    const rows = await rowsOf('prompt,completion\na,b\nc,d, e\nf,g\n');
    expect(rows).toEqual([
      { prompt: 'a', completion: 'b' },
      { 'record 2 has 3 cells, the header 2 (text with a delimiter needs quotes)': ['c', 'd', ' e'] },
      { prompt: 'f', completion: 'g' },
    ]);
  });

  test('too few cells make a row without the field', async () => {
    expect(await rowsOf('prompt,completion\na\nb,c\n')).toEqual([
      { prompt: 'a' },
      { prompt: 'b', completion: 'c' },
    ]);
  });

  test('a record of more than a megabyte is a line that is too long, and the next one a line', async () => {
    const { lines } = await converted(`prompt,completion\na,${'x'.repeat(2 * MEGABYTE)}\nb,c\n`);
    expect(lines.map((line) => line.length)).toEqual([MEGABYTE + 1, 31]);
  });
});

describe('a table that cannot be read to its end is refused with the place', () => {
  test('a quote that is never closed', async () => {
    expect(await refusal('prompt,completion\na,b\nc,"d\ne,f\n')).toMatchObject({
      code: 'container-broken',
      found: 'a quote (") that opens in record 2 is not closed until the file ends at line 4',
    });
    const long = await refusal(`prompt,completion\na,b\nc,"d${'e,f\n'.repeat(3 * MEGABYTE)}`);
    expect(long).toMatchObject({ code: 'container-broken' });
    expect(long.found).toMatch(/^a quote \("\) that opens in record 2 is not closed within 8 MB/);
  });

  test('a record of a million empty cells', async () => {
    const problem = await refusal(`prompt,completion\na,b\n${','.repeat(4 * MEGABYTE)}`);
    expect(problem).toMatchObject({ code: 'container-broken', found: 'record 2 has more than 16,384 cells' });
  });
});
