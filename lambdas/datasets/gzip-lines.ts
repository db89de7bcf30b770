/** Long lists beside a version's files: one JSON object a line, gzipped. */
import { createGunzip, gzipSync } from 'node:zlib';
import type * as z from 'zod';

export function gzipLines(items: readonly object[]): Buffer {
  return gzipSync(items.map((item) => `${JSON.stringify(item)}\n`).join(''));
}

const NEWLINE = 0x0a;

/** Unpacked piece by piece: 1,000 changes of each of sixteen cures may be 190 MB, which no answer needs at once. */
async function* linesOf(file: Buffer): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  gunzip.end(file);
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of gunzip as AsyncIterable<Buffer>) {
    const piece = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, at)) {
      yield piece.subarray(at, end);
      at = end + 1;
    }
    rest = piece.subarray(at);
  }
}

/**
 * One page of such a list. Only what is shown is held against its schema: that of 50,000 lines takes longer than
 * anybody waits. `about` is a text that every wanted line has in it, so that the others need not be parsed.
 */
export async function pageOfLines<Item extends z.ZodType>(
  file: Buffer,
  schema: Item,
  page: {
    limit: number;
    offset: number;
    about?: string | undefined;
    keep?: ((item: z.input<Item>) => boolean) | undefined;
  },
): Promise<{ items: z.output<Item>[]; total: number }> {
  const { limit, offset, about, keep } = page;
  const items: z.output<Item>[] = [];
  let total = 0;
  for await (const line of linesOf(file)) {
    if (about !== undefined && !line.includes(about)) continue;
    const isShown = total >= offset && items.length < limit;
    if (keep || isShown) {
      const item = JSON.parse(line.toString('utf8')) as z.input<Item>;
      if (keep && !keep(item)) continue;
      if (isShown) items.push(schema.parse(item));
    }
    total += 1;
  }
  return { items, total };
}
