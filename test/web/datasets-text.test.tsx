import { afterEach, describe, expect, test } from '@jest/globals';
import { cleanup, render } from '@testing-library/react';
import { DataText, visiblePieces } from '../../web/src/features/datasets/data-text.tsx';
import { excerptOf } from '../../web/src/features/datasets/problems/excerpt.ts';
import { differenceOf, shortened } from '../../web/src/features/datasets/versions/text-difference.ts';

afterEach(cleanup);

const shown = (text: string) =>
  visiblePieces(text)
    .map((piece) => (piece.unseen ? `[${piece.text}]` : piece.text))
    .join('');

describe('text of a dataset', () => {
  test('shows what turns a line around or cannot be seen', () => {
    expect(shown('user\u202Eevil\u2066x\u200By\uFEFFz\u0000')).toBe(
      'user[U+202E]evil[U+2066]x[U+200B]y[U+FEFF]z[U+0000]',
    );
    expect(shown('tag \u{E0041}')).toBe('tag [U+E0041]');
  });

  test('leaves joiners where a script or an emoji needs them, and shows them where they hide something', () => {
    for (const text of ['نامه\u200Cای', 'क्\u200Dष', '👩\u200D💻', 'two\nlines\tand a tab']) {
      expect(shown(text)).toBe(text);
    }
    expect(shown('pass\u200Dword')).toBe('pass[U+200D]word');
  });

  test('stays text where it looks like markup', () => {
    const { container } = render(<DataText text={'<b>x</b>\u200b'} />);
    expect(container.querySelector('b')).toBeNull();
    expect(container.textContent).toBe('<b>x</b>U+200B');
  });
});

describe('an excerpt', () => {
  const row = (content: string) => ({
    file: 'data' as const,
    line: 1,
    tokens: null,
    messages: [
      { role: 'user' as const, content: 'the key again', learnt: false },
      { role: 'assistant' as const, content, learnt: true },
    ],
  });

  test('shows what stands around a finding, from the message that its path names', () => {
    expect(
      excerptOf(row('It is the key. Keep it.'), { found: 'the key', path: 'messages.1.content' }),
    ).toEqual({
      before: 'It is ',
      found: 'the key',
      after: '. Keep it.',
    });
  });

  test('finds a masked secret by its ends and shows it masked', () => {
    const secret = `hf_${'a1B2'.repeat(8)}3Qd`;
    const excerpt = excerptOf(row(`Send ${secret}, but you know`), {
      found: 'hf_•••••3Qd',
      path: 'messages.1.content',
    });
    expect(excerpt).toEqual({ before: 'Send ', found: 'hf_•••••3Qd', after: ', but you know' });
    expect(JSON.stringify(excerpt)).not.toContain(secret);
  });

  test('is not made up where the row does not have the words', () => {
    expect(
      excerptOf(row('Nothing.'), { found: 'the same 412 bytes as line 3', path: undefined }),
    ).toBeUndefined();
    expect(excerptOf(row('abc'), { found: '…', path: undefined })).toBeUndefined();
  });
});

describe('what a repair changed', () => {
  test('is marked word by word on both sides, and both sides stay whole', () => {
    const before = '{"content":"Write to ayse@example.com now"}';
    const after = '{"content":"Write to [email] now"}';
    const difference = differenceOf(before, after);
    expect(difference.before.map(({ text }) => text).join('')).toBe(before);
    expect(difference.after.map(({ text }) => text).join('')).toBe(after);
    expect(difference.before.find(({ same }) => !same)?.text).toContain('ayse');
    expect(
      difference.after
        .filter(({ same }) => !same)
        .map(({ text }) => text)
        .join(''),
    ).toContain('email');
  });

  test('leaves what stands between two changes unmarked, on both sides', () => {
    const changed = (stretches: { text: string; same: boolean }[]) =>
      stretches.filter(({ same }) => !same).map(({ text }) => text.trim());
    const difference = differenceOf('one old two past three', 'one new two present three');
    expect(changed(difference.before)).toEqual(['old', 'past']);
    expect(changed(difference.after)).toEqual(['new', 'present']);
  });

  test('of equal texts is nothing', () => {
    expect(differenceOf('a b c', 'a b c').before).toEqual([{ text: 'a b c', same: true }]);
    expect(differenceOf('', 'new').after).toEqual([{ text: 'new', same: false }]);
  });

  test('keeps the change in view where much around it is the same', () => {
    const long = 'word '.repeat(200);
    const { before } = differenceOf(`${long}old${long}`, `${long}new${long}`);
    const text = shortened(before)
      .map((stretch) => stretch.text)
      .join('');
    expect(text).toContain('old');
    expect(text.length).toBeLessThan(250);
  });
});
