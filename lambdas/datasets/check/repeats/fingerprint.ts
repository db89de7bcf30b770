import { Kernel } from '../kernel/kernel.ts';
import { MAY_BE_REFUSAL, ROW_HASH } from '../kernel/layout.ts';
import type { RowLook } from '../row-look.ts';
import type { Turn } from '../rows/row.ts';

/** Told with a text: who says it is told by a letter, these are beyond all letters. */
const TOOL_CALL = 0x100;
const REJECTED = 0x200;

/**
 * 64 bits of what a row says, and of what it asks (XXH64): rows that say the same in other spacing have the same. Not a
 * cryptographic hash: who makes two rows collide hides a duplicate of their own.
 */
export class Fingerprints implements RowLook {
  /** Of the row that was taken last. */
  low = 0;
  high = 0;
  promptLow = 0;
  promptHigh = 0;
  marks = 0;
  characters = 0;
  readonly #kernel: Kernel;

  constructor(kernel: Kernel = new Kernel()) {
    this.#kernel = kernel;
  }

  take(turns: readonly Turn[]): this {
    const kernel = this.#kernel;
    kernel.beginRow();
    this.promptLow = 0;
    this.promptHigh = 0;
    this.marks = MAY_BE_REFUSAL;
    this.characters = 0;
    const asked = turnsBeforeAnswer(turns);
    for (let at = 0; at < turns.length; at += 1) {
      if (at > 0 && at === asked) {
        this.promptLow = kernel.found[ROW_HASH] ?? 0;
        this.promptHigh = kernel.found[ROW_HASH + 1] ?? 0;
      }
      const turn = turns[at];
      if (turn) this.#turn(turn);
    }
    this.low = kernel.found[ROW_HASH] ?? 0;
    this.high = kernel.found[ROW_HASH + 1] ?? 0;
    return this;
  }

  /** Its texts were made: to read them costs less than to tell them apart. */
  marksOf(): number {
    return this.marks;
  }

  #turn({ role, content, toolCalls, branch }: Turn): void {
    this.characters += content.length;
    this.#text(content, role.charCodeAt(0) + (branch === 'rejected' ? REJECTED : 0));
    if (toolCalls === undefined) return;
    for (const call of toolCalls) {
      this.#text(call.name, TOOL_CALL);
      this.#text(call.arguments, 0);
    }
  }

  #text(text: string, mark: number): void {
    this.marks |= this.#kernel.takeText(text, mark);
  }
}

function turnsBeforeAnswer(turns: readonly Turn[]): number {
  if (turns.at(-1)?.branch === undefined) return turns.length - 1;
  return turns.findIndex(({ branch }) => branch !== undefined);
}
