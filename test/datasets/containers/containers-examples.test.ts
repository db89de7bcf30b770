import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { converted } from './memory-file.ts';

const examples = join(import.meta.dirname, '../../../examples');

test.each([
  ['country-guide.jsonl', 'jsonl', 210, ['messages']],
  ['with-problems.jsonl', 'jsonl', 17, ['messages']],
  ['sharegpt.jsonl', 'jsonl', 12, ['conversations']],
  ['ask-a-guide.csv', 'csv', 18, ['prompt', 'completion']],
  ['pirate-chats.parquet', 'parquet', 24, ['messages']],
])('the example %s is what its README says', async (name, container, rows, fields) => {
  const { kind, lines } = await converted(readFileSync(join(examples, name)));
  expect(kind).toEqual({ container, gzip: false });
  expect(lines).toHaveLength(rows);
  expect(Object.keys(JSON.parse(lines[0] as string))).toEqual(fields);
});
