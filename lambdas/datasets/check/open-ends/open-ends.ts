/**
 * Which answers were cut although no list of words tells: those that leave their last sentence open where the others of
 * the file end theirs. Somebody may have left the full stop away as well, so it is asked how likely each is, by the word
 * that the answer ends with: sentences of this file end with it, or go on behind it.
 */
import type { DatasetFile } from '../../../../contracts/dataset-issues.ts';
import type { Finding, IssueLog } from '../issue-log.ts';
import { lastSentence } from './last-sentence.ts';
import { WordEnds } from './word-ends.ts';

/** What the answers of a block end with. */
export interface BlockEnds {
  /** `OPEN_END.width` numbers an answer that is left open. */
  numbers: number[];
  /** What was found of the first of them that are not told yet, in their order: as many as somebody will read. */
  texts: readonly { path: string; found: string }[];
  /** Answers of the rows that the file is learnt from. */
  sample: readonly string[];
}

/** `line` and `byte` are those of the block; `isTold` is 1 where the answer was told as cut already. */
const OPEN_END = { line: 0, byte: 1, word: 2, isTold: 3, width: 4 } as const;

/** Answers that are left open, 4 MB of them; of a file with more the first are judged. */
const MOST_OPEN = 50_000;
/** Of fewer sentences nothing is learnt. */
const FEWEST_ENDS = 100;
/** An answer is told where it is this much likelier that it was cut: of ten, one may be somebody’s habit. */
const LEAST_ODDS = 9;
/** Where so few answers are left open, all are told: the aim is that one clean row in 1,000 is told wrongly. */
const MOST_FALSE = 1 / 1000;
/** As if two open ends more had been seen: one cut, one left so. It keeps a single answer from deciding for all. */
const BEFORE = { between: 0.7, inside: 0.3, left: 1 } as const;
const ROUNDS = 40;

interface OpenEnd {
  file: DatasetFile;
  line: number;
  byte: number;
  word: number;
  isTold: boolean;
  text: { path: string; found: string } | undefined;
}

export class OpenEnds {
  readonly #issues: IssueLog;
  readonly #oneIn: number;
  readonly #wordEnds = new WordEnds();
  readonly #open: OpenEnd[] = [];
  #count = 0;
  /** Of the answers of the sample. */
  #ended = 0;
  #texts = 0;

  /** The sample has one row in `oneIn`. */
  constructor(issues: IssueLog, oneIn: number) {
    this.#issues = issues;
    this.#oneIn = oneIn;
  }

  /** How many answers are still to be shown with what they end with. */
  get wantedTexts(): number {
    return Math.max(0, Math.min(this.#issues.issuesPerCode, MOST_OPEN) - this.#texts);
  }

  add({ numbers, texts, sample }: BlockEnds, file: DatasetFile, firstLine: number, firstByte: number): void {
    for (const answer of sample) {
      this.#wordEnds.add(answer);
      if (lastSentence(answer)?.is === 'ended') this.#ended += 1;
    }
    let text = 0;
    for (let at = 0; at < numbers.length; at += OPEN_END.width) {
      this.#count += 1;
      const isTold = numbers[at + OPEN_END.isTold] === 1;
      if (this.#open.length === MOST_OPEN) continue;
      const shown = isTold || this.wantedTexts === 0 ? undefined : texts[text++];
      if (shown) this.#texts += 1;
      this.#open.push({
        file,
        line: firstLine + (numbers[at + OPEN_END.line] ?? 0),
        byte: firstByte + (numbers[at + OPEN_END.byte] ?? 0),
        word: numbers[at + OPEN_END.word] ?? 0,
        isTold,
        text: shown,
      });
    }
  }

  /** Tells those that were cut, when all are known. */
  end(): void {
    if (this.#open.length === 0 || this.#wordEnds.ends < FEWEST_ENDS) return;
    const cut = this.#cut().filter(({ isTold }) => !isTold);
    for (const file of ['validation', 'data'] as const)
      this.#tell(
        file,
        cut.filter((end) => end.file === file),
      );
  }

  #cut(): OpenEnd[] {
    if (this.#count <= MOST_FALSE * (this.#count + this.#ended * this.#oneIn)) return this.#open;
    const odds = this.#open.map(({ word }) => this.#wordEnds.oddsOf(word));
    // Shares of three kinds of open ends, found by expectation and maximisation over all of them.
    let { between, inside, left } = BEFORE as Record<keyof typeof BEFORE, number>;
    for (let round = 0; round < ROUNDS; round += 1) {
      let { between: between1, inside: inside1, left: left1 } = BEFORE as Record<keyof typeof BEFORE, number>;
      for (const of of odds) {
        const all = between * of.between + inside * of.inside + left;
        between1 += (between * of.between) / all;
        inside1 += (inside * of.inside) / all;
        left1 += left / all;
      }
      const sum = between1 + inside1 + left1;
      [between, inside, left] = [between1 / sum, inside1 / sum, left1 / sum];
    }
    return this.#open.filter((_, at) => {
      const of = odds[at];
      return of && between * of.between + inside * of.inside >= LEAST_ODDS * left;
    });
  }

  #tell(file: DatasetFile, cut: readonly OpenEnd[]): void {
    const [first] = cut;
    if (!first) return;
    const findings = cut.map(({ line, byte, text }): Finding => ({
      code: 'truncated-answer',
      file,
      line,
      byte,
      ...(text ?? { found: 'the last sentence has no end' }),
    }));
    const rows = new Set(cut.map(({ line }) => line)).size;
    const { line: firstLine } = first;
    this.#issues.addCounted(file, findings, [
      { code: 'truncated-answer', count: cut.length, rows, firstLine, kinds: {} },
    ]);
  }
}
