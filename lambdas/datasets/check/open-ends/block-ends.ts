import { MAY_BE_CUT } from '../kernel/layout.ts';
import type { RowLook } from '../row-look.ts';
import { type Row, type Turn, turnPath } from '../rows/row.ts';
import { lastSentence } from './last-sentence.ts';
import type { BlockEnds } from './open-ends.ts';

/** Of longer answers the end is learnt from. */
const SAMPLE_CHARACTERS = 4000;

const isAnswer = ({ learnt, role, toolCalls }: Turn): boolean =>
  learnt && role === 'assistant' && toolCalls === undefined;

/** What the answers of one block's rows end with. */
export class EndNotes implements BlockEnds {
  readonly numbers: number[] = [];
  readonly texts: { path: string; found: string }[] = [];
  readonly sample: string[] = [];
  readonly #mostTexts: number;

  constructor(mostTexts: number) {
    this.#mostTexts = mostTexts;
  }

  /** `cutAt` has the places of the answers that were told as cut. */
  add({ format, turns }: Row, look: RowLook, line: number, byte: number, cutAt: readonly string[]): void {
    for (let at = 0; at < turns.length; at += 1) {
      const turn = turns[at];
      if (turn === undefined || !isAnswer(turn) || (look.marksOf(at) & MAY_BE_CUT) === 0) continue;
      const last = lastSentence(turn.content);
      if (last?.is !== 'open') continue;
      const path = turnPath(format, turns, at);
      const isTold = cutAt.includes(path);
      this.numbers.push(line, byte, last.word, isTold ? 1 : 0);
      if (isTold || this.texts.length >= this.#mostTexts) continue;
      this.texts.push({
        path,
        found: `the last sentence has no end: “…${turn.content.trimEnd().slice(-80)}”`,
      });
    }
  }

  learnFrom({ turns }: Row): void {
    for (const turn of turns) if (isAnswer(turn)) this.sample.push(turn.content.slice(-SAMPLE_CHARACTERS));
  }
}
