/** The cures that hold a row against the rows before it. */
import type { DatasetCure } from '../../../contracts/dataset-cures.ts';
import type { DatasetFile } from '../../../contracts/dataset-issues.ts';
import { Fingerprints } from '../check/repeats/fingerprint.ts';
import type { Turn } from '../check/rows/row.ts';
import { SeenRows } from '../check/repeats/seen-rows.ts';
import type { NearRows, NearRowSearch } from './near-rows.ts';

/** What the table of rows says of a row: in which file it was. */
const IN_VALIDATION = 1;
const IN_DATA = 2;

/** Two tables of at most 32 MiB. Rows beyond what they hold are looked up but not remembered, as in the check. */
export class RepeatedRows {
  readonly #asked: ReadonlySet<DatasetCure>;
  readonly #near: NearRows;
  readonly #search: NearRowSearch | undefined;
  readonly #prints = new Fingerprints();
  readonly #rows: SeenRows;
  /** Prompt → 32 bits of the row that answered it first. Each file has its own: they may well ask the same. */
  readonly #prompts: Record<DatasetFile, SeenRows>;

  constructor(
    asked: ReadonlySet<DatasetCure>,
    mostRows: Record<DatasetFile, number>,
    near: NearRows,
    search?: NearRowSearch,
  ) {
    this.#asked = asked;
    this.#near = near;
    this.#search = search;
    const hasRows = asked.has('drop-duplicates') || asked.has('drop-shared-rows');
    this.#rows = new SeenRows(hasRows ? mostRows.data + mostRows.validation : 0);
    const hasPrompts = asked.has('keep-first-answer');
    this.#prompts = {
      data: new SeenRows(hasPrompts ? mostRows.data : 0),
      validation: new SeenRows(hasPrompts ? mostRows.validation : 0),
    };
  }

  removedBy(file: DatasetFile, turns: readonly Turn[], line: number): DatasetCure | undefined {
    this.#prints.take(turns);
    const known = this.#known(file);
    if (this.#asked.has('drop-duplicates') && known === (file === 'data' ? IN_DATA : IN_VALIDATION)) {
      return 'drop-duplicates';
    }
    const near = this.#near.removedBy(file, line);
    if (near !== undefined) return near;
    this.#search?.add(file, turns, line);
    if (this.#asked.has('keep-first-answer') && this.#isAnotherAnswer(file)) return 'keep-first-answer';
    const isShared = file === 'data' && known === IN_VALIDATION;
    return isShared && this.#asked.has('drop-shared-rows') ? 'drop-shared-rows' : undefined;
  }

  #known(file: DatasetFile): number {
    if (!this.#asked.has('drop-duplicates') && !this.#asked.has('drop-shared-rows')) return 0;
    const { low, high } = this.#prints;
    const known = this.#rows.findOrAdd(low, high, file === 'data' ? IN_DATA : IN_VALIDATION);
    // Where it stays although it is in the validation file too, its next copy is one of the data.
    const stays = file === 'data' && known === IN_VALIDATION && !this.#asked.has('drop-shared-rows');
    if (stays) this.#rows.replace(low, high, IN_DATA);
    return known;
  }

  /** An exact copy of the first answer is none: it is another cure's. */
  #isAnotherAnswer(file: DatasetFile): boolean {
    const { low, promptLow, promptHigh } = this.#prints;
    if (promptLow === 0 && promptHigh === 0) return false;
    const answer = low === 0 ? 1 : low;
    const first = this.#prompts[file].findOrAdd(promptLow, promptHigh, answer);
    return first !== 0 && first !== answer;
  }
}
