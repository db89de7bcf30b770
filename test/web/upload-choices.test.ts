/** @jest-environment node */
import { describe, expect, test } from '@jest/globals';
import { nameOf, refuseFile } from '../../web/src/features/datasets/upload/file-check.ts';
import { bytesPerSecond, secondsLeft, withSample } from '../../web/src/features/datasets/upload/pace.ts';

describe('a file that is chosen', () => {
  const file = (content: BlobPart, name = 'a.jsonl') => new File([content], name);

  test('is refused before anything is sent when it is empty, an archive or too large', async () => {
    expect(await refuseFile(file(''), 'data')).toBe('The file is empty.');
    expect(await refuseFile(file(new Uint8Array([0x50, 0x4b, 3, 4])), 'data')).toMatch(
      /archive or a spreadsheet/,
    );
    expect(await refuseFile(file(new Uint8Array([0x28, 0xb5, 0x2f, 0xfd])), 'data')).toMatch(/zstd/);
    const large = Object.defineProperty(file('x'), 'size', { value: 501 * 1024 * 1024 });
    expect(await refuseFile(large, 'data')).toMatch(/525\u00a0MB; a dataset may have 500 MB/);
    expect(await refuseFile(file('{"text":"a"}\n'), 'data')).toBeUndefined();
  });

  test('may be gzip or Parquet: what is in it the check says', async () => {
    expect(await refuseFile(file(new Uint8Array([0x1f, 0x8b, 8, 0])), 'data')).toBeUndefined();
    expect(await refuseFile(file(new Uint8Array([0x50, 0x41, 0x52, 0x31])), 'data')).toBeUndefined();
  });

  test('lends its name without the ending', () => {
    expect(nameOf(file('x', 'support-replies.jsonl'))).toBe('support-replies');
    expect(nameOf(file('x', 'tickets.csv.gz'))).toBe('tickets');
    expect(nameOf(file('x', '.jsonl'))).toBe('dataset');
  });
});

describe('the pace of an upload', () => {
  test('follows the last eight seconds and says nothing before half a second', () => {
    expect(bytesPerSecond([{ at: 0, sent: 0 }])).toBeUndefined();
    let samples = withSample([], { at: 0, sent: 0 });
    samples = withSample(samples, { at: 4_000, sent: 4_000_000 });
    expect(bytesPerSecond(samples)).toBe(1_000_000);
    samples = withSample(samples, { at: 12_000, sent: 20_000_000 });
    expect(bytesPerSecond(samples)).toBe(2_000_000);
    expect(secondsLeft(30_000_000, 20_000_000, 2_000_000)).toBe(5);
    expect(secondsLeft(30, 20, undefined)).toBeUndefined();
  });
});
