/**
 * Writes pirate-chats.parquet, the rows of pirate-support.jsonl as chats, the way `datasets.to_parquet` would:
 * `node examples/make_parquet.ts`. In TypeScript because Python's standard library has no writer for Parquet.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';

const ROWS = 24;
const inFolder = (name: string) => join(import.meta.dirname, name);
const pairs = readFileSync(inFolder('pirate-support.jsonl'), 'utf8').split('\n').slice(0, ROWS);
const chats = pairs.map((line) => {
  const { prompt, completion } = JSON.parse(line) as { prompt: string; completion: string };
  return [
    { role: 'user', content: prompt },
    { role: 'assistant', content: completion },
  ];
});
const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' } as const;
const file = parquetWriteBuffer({
  columnData: [{ name: 'messages', data: chats }],
  schema: [
    { name: 'root', num_children: 1 },
    { name: 'messages', num_children: 1, converted_type: 'LIST', repetition_type: 'OPTIONAL' },
    { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
    { name: 'element', num_children: 2, repetition_type: 'OPTIONAL' },
    { name: 'role', ...text },
    { name: 'content', ...text },
  ],
});
writeFileSync(inFolder('pirate-chats.parquet'), new Uint8Array(file));
