/** Which rows have an answer that was cut: of some only the whole file tells, so the check is asked, and says what it said. */
import type { DatasetFile } from '../../../contracts/dataset-issues.ts';
import { checkDataset } from '../check/check-dataset.ts';
import type { FileSource } from '../containers/file-source.ts';
import { LineSet } from './line-set.ts';

export class CutLines {
  readonly #lines = { data: new LineSet(), validation: new LineSet() };

  has(file: DatasetFile, line: number): boolean {
    return this.#lines[file].has(line);
  }

  /** Reads both files once. */
  async find(
    data: FileSource,
    validation: FileSource | undefined,
    onProgress: () => Promise<void>,
  ): Promise<void> {
    await checkDataset({
      data,
      validation,
      models: [],
      nearDuplicates: false,
      onIssue: ({ code, file, line }) => {
        if (code === 'truncated-answer' && line !== undefined) this.#lines[file].add(line);
      },
      onProgress,
    });
  }
}
