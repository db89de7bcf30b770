import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import fc from 'fast-check';
import type { PreviewRow } from '../../contracts/dataset-report.ts';
import type { TokenCount } from '../../contracts/dataset-versions.ts';
import { limitLabels, markLabels } from '../../web/src/components/charts/histogram-labels.ts';
import { Histogram } from '../../web/src/components/charts/histogram.tsx';
import { cutAt, cutSentence, limitsFor } from '../../web/src/features/datasets/length/cut.ts';
import { Conversation } from '../../web/src/features/datasets/rows/conversation.tsx';
import { cutTurns, foldTurns } from '../../web/src/features/datasets/rows/cut-turns.ts';
import { rowsBefore } from '../../web/src/features/datasets/rows/use-rows.ts';

jest.setTimeout(60_000);
afterEach(cleanup);

const plain = (text: string | null | undefined) => (text ?? '').replaceAll('\u00a0', ' ');
const tokens: TokenCount = {
  tokenizer: 'llama',
  method: 'exact',
  total: 1000,
  trained: 400,
  longestRow: 500,
  contextLength: 200,
  rowsOverContext: 12,
  validation: 0,
  histogram: [
    { from: 0, to: 100, rows: 60 },
    { from: 101, to: 200, rows: 28 },
    { from: 201, to: 300, rows: 8 },
    { from: 301, to: null, rows: 4 },
  ],
  tokensCut: 900,
  answersCut: 10,
};

describe('what a context limit cuts', () => {
  test('is the check’s own count at its own limit', () => {
    expect(cutAt(tokens, 200)).toMatchObject({
      rows: 12,
      share: 0.12,
      isExact: true,
      tokens: 900,
      answers: 10,
    });
    expect(plain(cutSentence(cutAt(tokens, 200)))).toBe(
      '12 rows (12.0 %) are longer than 200 tokens. 900 tokens beyond are cut at training. In 10 rows that takes a part of the last answer.',
    );
  });

  test('is exact at the edge of a bin, and only about right inside one', () => {
    expect(cutAt(tokens, 100)).toMatchObject({ rows: 40, isExact: true });
    expect(cutAt(tokens, 250)).toMatchObject({ rows: 8, isExact: false });
    expect(plain(cutSentence(cutAt(tokens, 250)))).toMatch(/^About 8 rows/);
  });

  test('is nothing beyond the longest row', () => {
    expect(cutSentence(cutAt(tokens, 500))).toBe('Every row fits a context of 500 tokens.');
  });

  test('can be tried at the half and the double, or near the rows where all are short', () => {
    expect(limitsFor(tokens)).toEqual([100, 200, 400]);
    expect(limitsFor({ ...tokens, contextLength: 131_072 })).toEqual([256, 512, 131_072]);
  });
});

describe('the histogram of row lengths', () => {
  const draw = (limit: number) =>
    render(
      <Histogram
        bins={tokens.histogram}
        limit={limit}
        marks={[{ at: 90, words: 'median 90' }]}
        finding="12 rows are longer than 200 tokens."
      />,
    );

  test('says its finding, its marks and the limit', () => {
    draw(200);
    const label = plain(screen.getByRole('img').getAttribute('aria-label'));
    expect(label).toBe(
      'Row lengths of 100 rows: most have 0 – 100 tokens. median 90. 12 rows are longer than 200 tokens.',
    );
    expect(screen.getByText('context limit 200')).toBeTruthy();
  });

  test('hatches what is beyond the limit, and of a bin that it goes through only a part', () => {
    const hatched = (container: Element) => container.querySelectorAll('rect[fill^="url("]').length;
    expect(hatched(draw(200).container)).toBe(2);
    cleanup();
    const { container } = draw(250);
    expect(hatched(container)).toBe(2);
    expect(container.querySelectorAll('g > rect[fill="var(--c1)"]')).toHaveLength(3);
  });

  test('is read by keys, bin by bin, aloud', () => {
    draw(200);
    const chart = screen.getByRole('img');
    fireEvent.keyDown(chart, { key: 'Home' });
    expect(plain(screen.getByRole('status').textContent)).toBe('0 – 100 tokens: 60 rows');
    fireEvent.keyDown(chart, { key: 'ArrowRight' });
    expect(plain(screen.getByRole('status').textContent)).toBe('101 – 200 tokens: 28 rows');
    fireEvent.keyDown(chart, { key: 'Escape' });
    expect(screen.getByRole('status').textContent).toBe('');
  });
});

describe('the words in the histogram', () => {
  const plot = { left: 46, right: 716, bottom: 190 };
  const lines = ['1 row, 12.5 %', '5,757 tokens', 'aren’t trained on'];

  test('never lie over each other, wherever limit and marks are', () => {
    const anywhere = fc.integer({ min: plot.left, max: plot.right });
    fc.assert(
      fc.property(anywhere, anywhere, anywhere, (edge, median, most) => {
        const limit = limitLabels(edge, 'context limit 256', lines, plot);
        const marks = markLabels(
          [
            { x: median, words: 'median 17' },
            { x: most, words: '95 % below 6,013' },
          ],
          limit,
          edge,
          plot,
        );
        expect(marks).toHaveLength(2);
        const all = [...limit, ...marks];
        for (const [at, one] of all.entries()) {
          for (const other of all.slice(at + 1)) {
            const apart = one.right <= other.left || other.right <= one.left;
            expect(apart || Math.abs(one.y - other.y) >= 12).toBe(true);
          }
        }
      }),
    );
  });

  test('of a mark stand on its side of the limit where there is room, and below the limit’s own where there is none', () => {
    const at = (edge: number, x: number) =>
      markLabels(
        [{ x, words: 'median 17' }],
        limitLabels(edge, 'context limit 256', lines, plot),
        edge,
        plot,
      )[0];
    expect(at(400, 380)).toMatchObject({ anchor: 'end', y: 29 });
    expect(at(74, 48)).toMatchObject({ anchor: 'start', y: 93 });
    expect(at(74, 10)).toBeUndefined();
  });
});

const message = (content: string, more: Partial<PreviewRow['messages'][number]> = {}) => ({
  role: 'user' as const,
  content,
  learnt: false,
  ...more,
});
const row = (messages: PreviewRow['messages'], total: number | null): PreviewRow => ({
  file: 'data',
  line: 1,
  tokens: total,
  messages,
});

describe('the cut in a row', () => {
  test('goes through the message in which the context ends; what follows is not seen at all', () => {
    const turns = cutTurns(
      row(
        [
          message('a', { tokens: 10 }),
          message('one two three four', { tokens: 10 }),
          message('b', { tokens: 5 }),
        ],
        25,
      ),
      15,
    );
    expect(turns.map(({ seenCharacters }) => seenCharacters)).toEqual([undefined, 8, 0]);
  });

  test('is not drawn where the row fits, or where its tokens are not counted', () => {
    expect(cutTurns(row([message('a b c')], 25), 25)[0]?.seenCharacters).toBeUndefined();
    expect(cutTurns(row([message('a b c')], null), 1)[0]?.seenCharacters).toBeUndefined();
  });

  test('of a pair counts each answer from the prompt on', () => {
    const turns = cutTurns(
      row(
        [
          message('prompt', { tokens: 10 }),
          message('good', { tokens: 10, branch: 'chosen' }),
          message('bad', { tokens: 10, branch: 'rejected' }),
        ],
        30,
      ),
      20,
    );
    expect(turns.every(({ seenCharacters }) => seenCharacters === undefined)).toBe(true);
  });

  test('stays in view where the middle of a long row is folded', () => {
    const many = Array.from({ length: 20 }, (_, index) => message(`turn ${index}`, { tokens: 10 }));
    const { first, folded, last } = foldTurns(cutTurns(row(many, 200), 145));
    expect([first.length, folded.length, last.length]).toEqual([3, 11, 6]);
  });
});

describe('a row', () => {
  test('says where the rest is cut, and strikes it out', () => {
    const { container } = render(
      <Conversation row={row([message('seen and gone', { tokens: 10 })], 10)} limit={5} />,
    );
    expect(screen.getByText('5 tokens, the rest is cut')).toBeTruthy();
    expect(container.querySelector('del')?.textContent).toBe('and gone');
  });

  test('shows tool calls as text, and what is not learnt from', () => {
    render(
      <Conversation
        row={row(
          [
            message('', {
              role: 'assistant',
              toolCalls: [{ name: 'find', arguments: '{"id":"<b>"}' }],
            }),
          ],
          3,
        )}
      />,
    );
    expect(screen.getByText('assistant, not learnt', { exact: false })).toBeTruthy();
    expect(screen.getByText('find')).toBeTruthy();
    expect(document.querySelector('b')).toBeNull();
  });

  test('of a pair sets the two answers side by side under their names', () => {
    render(
      <Conversation
        row={row(
          [
            message('q'),
            message('yes', { role: 'assistant', learnt: true, branch: 'chosen' }),
            message('no', { role: 'assistant', branch: 'rejected' }),
          ],
          3,
        )}
      />,
    );
    expect(screen.getByRole('region', { name: 'Chosen answer' }).textContent).toContain('yes');
    expect(screen.getByRole('region', { name: 'Rejected answer' }).textContent).toContain('no');
  });

  test('that is none is shown as it stands in the file', () => {
    render(<Conversation row={{ ...row([], null), raw: '{"messages": [<i>' }} />);
    expect(screen.getByText('{"messages": [<i>')).toBeTruthy();
    expect(document.querySelector('i')).toBeNull();
  });
});

describe('the rows before a line', () => {
  /** A file of lines as the preview reads it: forward from any byte, a piece of a line is a row of its own. */
  const lines = (lengths: number[]) => {
    const starts = lengths.reduce<number[]>((all, length) => [...all, (all.at(-1) ?? 0) + length], [0]);
    const size = starts.at(-1) ?? 0;
    return {
      byteOf: (line: number) => starts[line - 1] ?? 0,
      read: async (byte: number, line: number, limit: number) => {
        const rows: PreviewRow[] = [];
        let at = byte;
        let number = line;
        while (at < size && rows.length < limit) {
          rows.push({ ...row([message('x')], 1), line: number, byte: at });
          at = starts.find((start) => start > at) ?? size;
          number += 1;
        }
        return at < size ? { rows, next: { afterByte: at, line: number } } : { rows };
      },
    };
  };

  test('are numbered back from the known one', async () => {
    const file = lines(Array.from({ length: 500 }, () => 1_000));
    const found = await rowsBefore({ byte: file.byteOf(300), line: 300 }, file.read);
    expect(found.at(-1)).toMatchObject({ line: 299, byte: file.byteOf(299) });
    found.forEach((each) => expect(each.byte).toBe(file.byteOf(each.line)));
  });

  test('reach the first line of the file, which is not thought to begin in the middle', async () => {
    const file = lines([100, 100, 100]);
    const found = await rowsBefore({ byte: file.byteOf(3), line: 3 }, file.read);
    expect(found.map(({ line }) => line)).toEqual([1, 2]);
  });

  test('are found behind a line longer than the first look back', async () => {
    const file = lines([100, 900_000, 100]);
    const found = await rowsBefore({ byte: file.byteOf(3), line: 3 }, file.read);
    expect(found.at(-1)).toMatchObject({ line: 2, byte: 100 });
  });
});
