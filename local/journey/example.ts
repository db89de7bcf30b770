/** The dataset a person can try: its validation countries never occur in training. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY } from '../folders.ts';
import type { DatasetToUpload } from './upload.ts';

export function exampleDataset(): DatasetToUpload {
  const read = (name: string) => readFileSync(join(REPOSITORY, 'examples', name));
  return {
    name: 'Country guide',
    data: read('country-guide.jsonl'),
    validation: read('country-guide.validation.jsonl'),
  };
}
