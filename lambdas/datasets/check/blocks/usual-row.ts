/**
 * Rows of the forms that nearly every file has, read without parsing: messages, a prompt and its completion, an
 * instruction without an input, a text; with no other field, in the usual order and spacing, and nothing wrong with it. The kernel tells what is in them, and their
 * texts are made when somebody asks for them: for most rows nobody does.
 */
import type { DatasetFormat } from '../../../../contracts/dataset-format.ts';
import type { Kernel } from '../kernel/kernel.ts';
import {
  ASSISTANT,
  INSTRUCTION,
  IS_ESCAPED,
  IS_WIDE,
  MAY_BE_REFUSAL,
  PAIR,
  PLAIN_TEXT,
  ROW_END,
  ROW_FORM,
  ROW_HASH,
  ROW_MARKS,
  ROW_NUMBERS,
  ROW_PROMPT_HASH,
  ROW_UNITS,
  SYSTEM,
  TEXT,
  TURN_END,
  TURN_FIRST,
  TURN_FROM,
  TURN_MARKS,
  TURN_NUMBERS,
  TURN_ROLE,
  TURN_UNITS,
  USER,
} from '../kernel/layout.ts';
import type { RowLook } from '../row-look.ts';
import { MOST_TURNS } from '../row-mix.ts';
import type { LineRow } from '../rows/line-row.ts';
import type { Turn } from '../rows/row.ts';
import { mayBeRefusal } from '../text/text-refusals.ts';

const ROLES: Record<number, Turn['role']> = {
  [SYSTEM]: 'system',
  [USER]: 'user',
  [ASSISTANT]: 'assistant',
  [TEXT]: 'text',
};
const FORMATS: Record<number, DatasetFormat> = {
  [PAIR]: 'prompt-completion',
  [INSTRUCTION]: 'instruction',
  [PLAIN_TEXT]: 'text',
};

/** The row of the line that the kernel read last; it is another one as soon as the next line is read. */
export class UsualRow implements LineRow, RowLook {
  readonly problems: [] = [];
  readonly hasTools = false;
  readonly hasWeights = false;
  readonly tools = undefined;
  readonly #kernel: Kernel;
  #block: Buffer = Buffer.alloc(0);
  #count = 0;
  #turns: Turn[] | undefined;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Looks at lines of this block from now on. */
  takeBlock(block: Buffer): void {
    this.#kernel.takeBlock(block);
    this.#block = block;
  }

  /** Whether the line that begins here is such a row, and nothing is wrong with its form. */
  read(from: number): boolean {
    this.#count = this.#kernel.readLine(from);
    this.#turns = undefined;
    return this.#count > 0;
  }

  get format(): DatasetFormat {
    return FORMATS[this.#of(ROW_FORM)] ?? 'chat';
  }

  /** Where the line ends in its block. */
  get end(): number {
    return this.#of(ROW_END) - this.#kernel.blockAt;
  }
  get low(): number {
    return this.#of(ROW_HASH);
  }
  get high(): number {
    return this.#of(ROW_HASH + 1);
  }
  get promptLow(): number {
    return this.#of(ROW_PROMPT_HASH);
  }
  get promptHigh(): number {
    return this.#of(ROW_PROMPT_HASH + 1);
  }
  get characters(): number {
    return this.#of(ROW_UNITS);
  }

  /** Of any of its texts. */
  get marks(): number {
    let marks = this.#of(ROW_MARKS);
    for (let at = 0; at < this.#count; at += 1) marks |= this.#refusalMark(at);
    return marks;
  }

  marksOf(turn: number): number {
    return this.#ofTurn(turn, TURN_MARKS) | this.#refusalMark(turn);
  }

  get turns(): Turn[] {
    return (this.#turns ??= Array.from({ length: this.#count }, (_, at) => this.#turn(at)));
  }

  /** As row-mix.ts has it. */
  get rolesKey(): number {
    let key = 0;
    for (let at = 0; at < this.#count && at < MOST_TURNS; at += 1)
      key = key * 8 + this.#ofTurn(at, TURN_ROLE);
    return key;
  }

  #of(place: number): number {
    return this.#kernel.found[place] ?? 0;
  }

  #ofTurn(turn: number, place: number): number {
    return this.#of(ROW_NUMBERS + turn * TURN_NUMBERS + place);
  }

  #refusalMark(turn: number): number {
    if (this.#ofTurn(turn, TURN_ROLE) !== ASSISTANT) return 0;
    const first = this.#ofTurn(turn, TURN_FIRST);
    return mayBeRefusal(this.#ofTurn(turn, TURN_UNITS), first & 0xff, first >>> 8) ? MAY_BE_REFUSAL : 0;
  }

  #turn(at: number): Turn {
    const { blockAt } = this.#kernel;
    const role = ROLES[this.#ofTurn(at, TURN_ROLE)] ?? 'system';
    const [from, end] = [this.#ofTurn(at, TURN_FROM) - blockAt, this.#ofTurn(at, TURN_END) - blockAt];
    return new UsualTurn(role, this.#block, from, end, this.#ofTurn(at, TURN_MARKS));
  }
}

/** A turn whose text is made when it is asked for. */
class UsualTurn implements Turn {
  readonly role: Turn['role'];
  readonly #bytes: Buffer;
  readonly #from: number;
  readonly #end: number;
  readonly #marks: number;
  #content: string | undefined;

  constructor(role: Turn['role'], bytes: Buffer, from: number, end: number, marks: number) {
    this.role = role;
    this.#bytes = bytes;
    this.#from = from;
    this.#end = end;
    this.#marks = marks;
  }

  get learnt(): boolean {
    return this.role === 'assistant' || this.role === 'text';
  }

  get content(): string {
    return (this.#content ??= this.#read());
  }

  #read(): string {
    const encoding = (this.#marks & IS_WIDE) === 0 ? 'latin1' : 'utf8';
    if ((this.#marks & IS_ESCAPED) === 0) return this.#bytes.toString(encoding, this.#from, this.#end);
    const value: unknown = JSON.parse(this.#bytes.toString(encoding, this.#from - 1, this.#end + 1));
    if (typeof value !== 'string') throw new TypeError('The kernel took for a text what is none.');
    return value;
  }
}
