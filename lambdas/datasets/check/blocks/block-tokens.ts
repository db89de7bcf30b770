import type { TokenCounter } from '../../tokens/token-counter.ts';
import { TokenSums, type TokenSumsPart } from '../../tokens/token-sums.ts';
import type { Line } from './block-lines.ts';
import type { BlockNotes } from './block-notes.ts';
import type { LineRow } from '../rows/line-row.ts';
import type { Turn } from '../rows/row.ts';

export function charactersOf(turns: readonly Turn[]): number {
  let characters = 0;
  for (let at = 0; at < turns.length; at += 1) characters += turns[at]?.content.length ?? 0;
  return characters;
}

/** The tokens of one block's rows, by each counter; the first one's are shown, so its long rows are named. */
export class BlockTokens {
  readonly #notes: BlockNotes;
  readonly #counters: readonly TokenCounter[];
  readonly #sums: TokenSums[];

  constructor(counters: readonly TokenCounter[], notes: BlockNotes) {
    this.#counters = counters;
    this.#notes = notes;
    this.#sums = counters.map(({ contextLength }) => new TokenSums(contextLength));
  }

  /** What costs next to nothing is counted of every row. Long rows are named where all are counted, never of a sample. */
  add(row: LineRow, characters: number, line: Line, isCounted: boolean, areAllCounted: boolean): void {
    for (let at = 0; at < this.#counters.length; at += 1) {
      const counter = this.#counters[at];
      const sums = this.#sums[at];
      if (!counter || !sums) continue;
      const tokens = isCounted || !counter.exact ? counter.count(row.turns, row.tools) : undefined;
      sums.add(characters, tokens);
      if (at > 0 || !tokens || tokens.longest <= counter.contextLength) continue;
      if (!areAllCounted && counter.exact) continue;
      const found = `${tokens.longest} tokens of ${counter.contextLength}`;
      this.#notes.add({ code: 'over-context', found }, line.number, line.byte);
    }
  }

  parts(): TokenSumsPart[] {
    return this.#sums.map((sums) => sums.part());
  }
}
