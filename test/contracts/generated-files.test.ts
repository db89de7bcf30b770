import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { generatedFiles } from '../../contracts/generated-files.ts';

const root = resolve(import.meta.dirname, '../..');

describe('what is made from the contract', () => {
  test.each(Object.entries(generatedFiles()))('%s is fresh (npm run generate)', (path, content) => {
    expect(readFileSync(resolve(root, path), 'utf8')).toBe(content);
  });
});
