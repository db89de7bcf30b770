/** Which orders of roles and which languages occur, in what number of rows. */
import type { RowMix } from '../../../contracts/dataset-versions.ts';
import type { Turn } from './rows/row.ts';

/** The contract shows so many of each. */
const SHOWN = 12;
/** A hostile file has another order in each row; what comes after so many is not counted apart. */
const MOST_ORDERS = 200;
/** Of longer conversations the beginning is looked at. */
export const MOST_TURNS = 16;
const MOST_WRITTEN = 8;
const LONGEST_CYCLE = 4;

const nameOf = ({ role, branch }: Turn) => branch ?? role;

/** As in `system user assistant …`: what repeats to the end is written once. */
export function orderOf(turns: readonly Turn[]): string {
  const names = turns.slice(0, MOST_TURNS).map(nameOf);
  for (let length = 1; length < names.length; length += 1) {
    for (let cycle = 1; cycle <= Math.min(LONGEST_CYCLE, length); cycle += 1) {
      const repeats = names.every((name, at) => at < length || name === names[at - cycle]);
      // The whole cycle must come again: `user assistant assistant` is an order of its own.
      if (repeats && names.length - length >= Math.max(2, cycle))
        return `${names.slice(0, length).join(' ')} …`;
    }
  }
  return names.length > MOST_WRITTEN ? `${names.slice(0, MOST_WRITTEN).join(' ')} …` : names.join(' ');
}

/** Counts by name, with a bound on the names. */
export class Tally {
  readonly counts = new Map<string, number>();

  add(name: string, rows = 1): void {
    const count = this.counts.get(name);
    if (count === undefined && this.counts.size >= MOST_ORDERS) return;
    this.counts.set(name, (count ?? 0) + rows);
  }
}

interface MixParts {
  roles: readonly [order: string, rows: number][];
  languageTexts: readonly string[];
  toolRows: number;
  weightedRows: number;
}

const CODES: Record<string, number> = {
  system: 1,
  user: 2,
  assistant: 3,
  tool: 4,
  text: 5,
  chosen: 6,
  rejected: 7,
};

/** Who speaks, as one number: the first turn's role comes first, in base 8. */
function rolesKey(turns: readonly Turn[]): number {
  let key = 0;
  for (let at = 0; at < turns.length && at < MOST_TURNS; at += 1) {
    const turn = turns[at];
    if (turn) key = key * 8 + (CODES[nameOf(turn)] ?? 0);
  }
  return key;
}

export class MixCount {
  readonly roles = new Tally();
  toolRows = 0;
  weightedRows = 0;
  /** Answers of some rows: their languages are told at the end, by one thread. */
  readonly languageTexts: string[] = [];
  /** Roles as one number → their order in words: 8^16 is below 2^53. */
  readonly #orders = new Map<number, string>();

  /** `key` is what `rolesKey` has of its turns. */
  addRoles(row: { readonly turns: readonly Turn[] }, key: number = rolesKey(row.turns)): void {
    let order = this.#orders.get(key);
    if (order === undefined) {
      order = orderOf(row.turns);
      if (this.#orders.size < MOST_ORDERS) this.#orders.set(key, order);
    }
    this.roles.add(order);
  }

  /** What another thread counted. */
  merge(other: MixParts): void {
    for (const [order, rows] of other.roles) this.roles.add(order, rows);
    this.languageTexts.push(...other.languageTexts);
    this.toolRows += other.toolRows;
    this.weightedRows += other.weightedRows;
  }
}

/** What the contract shows of it. */
export function shownMix(count: MixCount, languages: Tally): RowMix {
  const looked = [...languages.counts.values()].reduce((sum, rows) => sum + rows, 0);
  return {
    roles: most(count.roles).map(([order, rows]) => ({ order, rows })),
    languages: most(languages).map(([language, rows]) => ({ language, share: rows / looked })),
    toolRows: count.toolRows,
    weightedRows: count.weightedRows,
  };
}

const most = ({ counts }: Tally): [string, number][] =>
  [...counts]
    .toSorted(([one, rows], [other, others]) => others - rows || (one < other ? -1 : 1))
    .slice(0, SHOWN);
