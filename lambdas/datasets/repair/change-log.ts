/** What a repair did: all of it counted, the first rows of each cure kept to be looked at. */
import type { CureCount, DatasetCure, RowChange } from '../../../contracts/dataset-cures.ts';
import type { DatasetFile } from '../../../contracts/dataset-issues.ts';
import { LIMITS } from '../../../contracts/limits.ts';
import { findSensitive } from '../check/text/sensitive-text.ts';
import { inOrder } from './cure-order.ts';
import { changedTexts } from './row-texts.ts';

const SHOWN_CHARACTERS = 2000;
/** So much of what did not change stands before the first difference. */
const CHARACTERS_BEFORE = 200;
/** Of a line that is no row so much is looked at; a piece of a long line is a megabyte. */
const MOST_BYTES = 4 * SHOWN_CHARACTERS;

interface Change {
  file: DatasetFile;
  line: number;
  newLine?: number;
  cures: ReadonlySet<DatasetCure>;
  isRow: boolean;
  before: unknown;
  /** Absent where the row was left out. */
  after?: unknown;
}

export class ChangeLog {
  readonly changes: RowChange[] = [];
  rowsChanged = 0;
  rowsRemoved = 0;
  readonly #counts = new Map<DatasetCure, CureCount>();
  readonly #kept = new Map<DatasetCure, number>();

  constructor(asked: ReadonlySet<DatasetCure>) {
    for (const cure of inOrder(asked)) this.#counts.set(cure, { cure, changed: 0, removed: 0 });
  }

  add(change: Change): void {
    const { cures, isRow } = change;
    const isRemoved = change.after === undefined;
    if (isRow) {
      if (isRemoved) this.rowsRemoved += 1;
      else this.rowsChanged += 1;
    }
    let isWanted = false;
    for (const cure of cures) {
      const count = this.#counts.get(cure);
      if (count) count[isRemoved ? 'removed' : 'changed'] += 1;
      const kept = this.#kept.get(cure) ?? 0;
      if (kept >= LIMITS.issuesPerCode) continue;
      this.#kept.set(cure, kept + 1);
      isWanted = true;
    }
    if (isWanted) this.changes.push(shown(change));
  }

  counts(): CureCount[] {
    return [...this.#counts.values()];
  }
}

/** Changes are shown on a page: what is masked in the report is masked here, before and after. */
function withoutSecrets(text: string): string {
  let out = '';
  let rest = 0;
  for (const { from, to, shown: masked } of findSensitive(text)) {
    out += text.slice(rest, from) + masked;
    rest = to;
  }
  return out + text.slice(rest);
}

const textOf = (value: unknown): string =>
  Buffer.isBuffer(value)
    ? withoutSecrets(value.toString('utf8', 0, MOST_BYTES))
    : JSON.stringify(changedTexts(value, withoutSecrets));

function shown({ file, line, newLine, cures, before, after }: Change): RowChange {
  const was = textOf(before);
  const is = after === undefined ? undefined : textOf(after);
  const from = is === undefined ? 0 : Math.max(0, firstDifference(was, is) - CHARACTERS_BEFORE);
  const cut = (text: string) => text.slice(from, from + SHOWN_CHARACTERS).toWellFormed();
  const isCut = (text: string) => from > 0 || text.length > SHOWN_CHARACTERS;
  return {
    cures: inOrder(cures),
    file,
    line,
    ...(newLine === undefined ? {} : { newLine }),
    before: cut(was),
    ...(is === undefined ? {} : { after: cut(is) }),
    cut:
      isCut(was) ||
      (is !== undefined && isCut(is)) ||
      (Buffer.isBuffer(before) && before.length > MOST_BYTES),
  };
}

function firstDifference(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  return at;
}
