/** How rows become sequences of tokens: what a base model's chat template puts around what is said. */
import type { Turn } from '../check/rows/row.ts';
import type { CountTokens } from './text-tokens.ts';

/** What a row costs: all its sequences together, and how they stand to the context length. */
export class RowTokens {
  /** Of all sequences: a preference pair is two, and some templates make one of each answer of a chat. */
  total = 0;
  /** Tokens of answers, their end mark included: what the loss is taken over. */
  trained = 0;
  /** Of the longest sequence: what the context length limits. */
  longest = 0;
  /** Tokens beyond the context length, which training leaves out. */
  cut = 0;
  /** Whether the cut takes a part of a last answer, so that the model is taught to break off. */
  answerCut = false;
  readonly #contextLength: number;

  constructor(contextLength: number) {
    this.#contextLength = contextLength;
  }

  /** One sequence; `answerEnd` tokens go up to the end of its last answer. */
  add(total: number, trained: number, answerEnd: number): void {
    this.total += total;
    this.trained += trained;
    if (total > this.longest) this.longest = total;
    if (total <= this.#contextLength) return;
    this.cut += total - this.#contextLength;
    if (answerEnd > this.#contextLength) this.answerCut = true;
  }
}

export interface ChatTemplate {
  /** Adds the sequences that a conversation becomes; `tools` are the definitions that it offers. */
  add(turns: readonly Turn[], tools: readonly unknown[] | undefined, to: RowTokens): void;
  /** Tokens of each turn with its marks, as they are shown beside it. */
  ofTurns(turns: readonly Turn[]): number[];
}

/** Everything a turn says, for templates that know no tools: their rows are not trained on with them. */
const said = ({ content, toolCalls }: Turn): string =>
  toolCalls === undefined
    ? content
    : toolCalls.reduce((text, call) => `${text}\n${call.name} ${call.arguments}`, content);

/** `<|role|>content<|end|>`: a mark before and one behind, which is learnt with the answer. */
export function markedTurns(countText: CountTokens, marks: number): ChatTemplate {
  const END_MARK = 1;
  return {
    add(turns, _tools, to) {
      let total = 0;
      let trained = 0;
      for (const turn of turns) {
        const tokens = countText(said(turn));
        total += tokens + marks;
        if (turn.learnt) trained += tokens + END_MARK;
      }
      to.add(total, trained, total);
    },
    ofTurns: (turns) => turns.map((turn) => countText(said(turn)) + marks),
  };
}
