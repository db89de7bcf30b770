/** Which rows go because they are nearly the same as others. Only a whole file can tell, so a pass of its own finds them. */
import type { DatasetCure } from '../../../contracts/dataset-cures.ts';
import type { DatasetFile } from '../../../contracts/dataset-issues.ts';
import { NearDuplicates, signature } from '../check/repeats/near-duplicates.ts';
import type { Turn } from '../check/rows/row.ts';
import { LineSet } from './line-set.ts';

/** Lines of the validation file among those of both: no file of 500 MB has so many lines. */
const VALIDATION = 2 ** 30;

export class NearRows {
  /** Of each file the rows that are nearly the same as an earlier row of it, of the data those near to a validation row. */
  readonly #repeated = { data: new LineSet(), validation: new LineSet() };
  readonly #shared = new LineSet();
  readonly #asked: ReadonlySet<DatasetCure>;

  constructor(asked: ReadonlySet<DatasetCure>) {
    this.#asked = asked;
  }

  get count(): number {
    return this.#repeated.data.size + this.#repeated.validation.size + this.#shared.size;
  }

  removedBy(file: DatasetFile, line: number): DatasetCure | undefined {
    if (this.#repeated[file].has(line)) return 'drop-near-duplicates';
    return file === 'data' && this.#shared.has(line) ? 'drop-shared-rows' : undefined;
  }

  /** Two rows that were found near to each other; the later one goes, where a cure for that was asked. */
  found(line: number, near: number): void {
    if (line < VALIDATION && near >= VALIDATION) {
      if (this.#asked.has('drop-shared-rows')) this.#shared.add(line);
    } else if (this.#asked.has('drop-near-duplicates')) {
      this.#repeated[line < VALIDATION ? 'data' : 'validation'].add(line % VALIDATION);
    }
  }
}

/** One pass in search of them: told the rows that are left, the validation file's first. */
export class NearRowSearch {
  readonly #rows: NearRows;
  readonly #index: NearDuplicates;

  constructor(rows: NearRows, mostRows: number) {
    this.#rows = rows;
    this.#index = new NearDuplicates(Math.min(mostRows, NearDuplicates.MOST));
  }

  add(file: DatasetFile, turns: readonly Turn[], line: number): void {
    const made = signature(turns);
    if (made === undefined) return;
    const value = file === 'validation' ? line + VALIDATION : line;
    const near = this.#index.add(made, value);
    if (near !== undefined) this.#rows.found(value, near);
  }

  end(): void {
    for (const { line, near } of this.#index.settled()) this.#rows.found(line, near);
  }
}
