/** Long lists beside a version's files: one JSON object a line, gzipped. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type * as z from 'zod';

export function gzipLines(items: readonly object[]): Buffer {
  return gzipSync(items.map((item) => `${JSON.stringify(item)}\n`).join(''));
}

/** 1,000 findings of each of fifty codes are 15 MB, 1,000 changes of each of sixteen cures 70 MB at the very most. */
const MOST_BYTES = 128 * 1024 * 1024;

/**
 * One page of such a list. Only what is shown is held against its schema: that of 50,000 lines takes longer than
 * anybody waits. `about` is a text that every wanted line has in it, so that the others need not be parsed.
 */
export function pageOfLines<Item extends z.ZodType>(
  file: Buffer,
  schema: Item,
  {
    limit,
    offset,
    about,
    keep,
  }: {
    limit: number;
    offset: number;
    about?: string | undefined;
    keep?: ((item: z.input<Item>) => boolean) | undefined;
  },
): { items: z.output<Item>[]; total: number } {
  const text = gunzipSync(file, { maxOutputLength: MOST_BYTES }).toString('utf8');
  const lines = text
    .split('\n')
    .filter((line) => line !== '' && (about === undefined || line.includes(about)));
  const wanted = keep ? lines.filter((line) => keep(JSON.parse(line) as z.input<Item>)) : lines;
  const items = wanted.slice(offset, offset + limit).map((line) => schema.parse(JSON.parse(line)));
  return { items, total: wanted.length };
}
