/** Puts rows into a file in random order, and keeps account of what stands on which line. */
import type { DatasetIssueCode, SensitiveKind } from '../../../contracts/dataset-issues.ts';
import type { Corpus } from '../planted/corpus.ts';
import type { Chance } from './chance.ts';

export interface Plant {
  code: DatasetIssueCode;
  how: string;
  kind?: SensitiveKind;
}
interface Entry {
  bytes: Buffer;
  plant?: Plant;
  after?: Entry;
}

/** Rows of one file; a row without a plant is clean. */
export class Rows {
  readonly #entries: Entry[] = [];

  /** Answers what a later row can be told to stand below. */
  add(line: string | Buffer, plant?: Plant, after?: Entry): Entry {
    const entry: Entry = {
      bytes: Buffer.from(line),
      ...(plant ? { plant } : {}),
      ...(after ? { after } : {}),
    };
    this.#entries.push(entry);
    return entry;
  }

  /** A clean row, and below it one that repeats it. */
  pair(first: string, second: string, plant: Plant): void {
    this.add(second, plant, this.add(first));
  }

  shuffled(c: Chance): this {
    const place = new Map(this.#entries.map((entry) => [entry, c()]));
    for (const entry of this.#entries) {
      const { after } = entry;
      const [mine, its] = [place.get(entry) ?? 0, (after && place.get(after)) ?? 0];
      if (after && its > mine) place.set(entry, its).set(after, mine);
    }
    this.#entries.sort((one, other) => (place.get(one) ?? 0) - (place.get(other) ?? 0));
    return this;
  }

  file(file: 'data' | 'validation'): {
    bytes: Buffer;
    planted: Corpus['planted'];
    clean: ReadonlySet<number>;
  } {
    const newline = Buffer.from('\n');
    return {
      bytes: Buffer.concat(this.#entries.flatMap(({ bytes }) => [bytes, newline])),
      planted: this.#entries.flatMap(({ plant }, at) => (plant ? [{ ...plant, file, line: at + 1 }] : [])),
      clean: new Set(this.#entries.flatMap(({ plant }, at) => (plant ? [] : [at + 1]))),
    };
  }
}
