/**
 * Rows of the form that nearly every file has, read without parsing: `{"messages":[{"role":"user","content":"…"},…]}`
 * with no other field, in the usual spacing, and nothing wrong with it. Its texts are pieces of the line, where
 * `JSON.parse` copies each and makes objects around it: of 500 MB that is two of four core-seconds.
 */
import type { LineRow } from '../rows/line-row.ts';
import { isBlank } from '../rows/row-fields.ts';
import type { Turn } from '../rows/row.ts';

const BEGIN = '{"messages":';
const ROLE = '{"role":';
const CONTENT = '"content":';
const [SPACE, QUOTE, COMMA, CLOSING_LIST, CLOSING, RETURN] = [0x20, 0x22, 0x2c, 0x5d, 0x7d, 0x0d];
const OPENING_LIST = 0x5b;
const [A, S, U] = [0x61, 0x73, 0x75];

type UsualRole = 'system' | 'user' | 'assistant';

/** The row of a line; undefined for every other line, and for each that has a problem: `rowOfLine` reads it then. */
export class UsualRows {
  #text = '';
  #at = 0;
  /** The next backslash that was not looked at; the length of the line where there is none. */
  #slash = 0;

  /** `text` holds no control character but for a return at its end: JSON forbids them, and none is looked for here. */
  read(text: string): LineRow | undefined {
    if (!text.startsWith(BEGIN)) return undefined;
    this.#text = text;
    this.#at = BEGIN.length;
    this.#slash = this.#next('\\', BEGIN.length);
    const turns = this.#turns();
    return (
      turns && { format: 'chat', turns, problems: [], hasTools: false, hasWeights: false, tools: undefined }
    );
  }

  #turns(): Turn[] | undefined {
    this.#space();
    if (!this.#takes(OPENING_LIST)) return undefined;
    const turns: Turn[] = [];
    let previous: UsualRole | undefined;
    for (;;) {
      const turn = this.#turn(previous);
      if (turn === undefined) return undefined;
      turns.push(turn);
      previous = turn.role as UsualRole;
      if (!this.#takes(COMMA)) break;
      this.#space();
    }
    if (previous !== 'assistant' || !this.#takes(CLOSING_LIST) || !this.#takes(CLOSING)) return undefined;
    this.#takes(RETURN);
    return this.#at === this.#text.length ? turns : undefined;
  }

  #turn(previous: UsualRole | undefined): Turn | undefined {
    if (!this.#text.startsWith(ROLE, this.#at)) return undefined;
    this.#at += ROLE.length;
    this.#space();
    const role = this.#role();
    if (role === undefined || !mayFollow(role, previous)) return undefined;
    this.#space();
    if (!this.#text.startsWith(CONTENT, this.#at)) return undefined;
    this.#at += CONTENT.length;
    this.#space();
    const content = this.#string();
    if (content === undefined || isBlank(content) || !this.#takes(CLOSING)) return undefined;
    return { role, content, learnt: role === 'assistant' };
  }

  #role(): UsualRole | undefined {
    const first = this.#text.charCodeAt(this.#at + 1);
    const role = first === U ? 'user' : first === A ? 'assistant' : first === S ? 'system' : undefined;
    if (role === undefined || !this.#text.startsWith(WRITTEN[role], this.#at)) return undefined;
    this.#at += WRITTEN[role].length;
    return role;
  }

  #string(): string | undefined {
    const begin = this.#at;
    if (!this.#takes(QUOTE)) return undefined;
    let end = this.#next('"', this.#at);
    const isEscaped = this.#slash < end;
    while (this.#slash < end) {
      const behind = this.#slash + 2;
      if (end < behind) end = this.#next('"', behind);
      this.#slash = this.#next('\\', behind);
    }
    if (end === this.#text.length) return undefined;
    this.#at = end + 1;
    return isEscaped ? parsed(this.#text.slice(begin, end + 1)) : this.#text.slice(begin + 1, end);
  }

  #next(sign: string, from: number): number {
    const at = this.#text.indexOf(sign, from);
    return at < 0 ? this.#text.length : at;
  }

  #takes(code: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== code) return false;
    this.#at += 1;
    return true;
  }

  /** Python writes one behind each colon and comma, JavaScript none. */
  #space(): void {
    if (this.#text.charCodeAt(this.#at) === SPACE) this.#at += 1;
  }
}

/** With the comma that has to follow. */
const WRITTEN: Record<UsualRole, string> = {
  system: '"system",',
  user: '"user",',
  assistant: '"assistant",',
};

/** As in row-messages.ts: in any other order something is wrong. */
function mayFollow(role: UsualRole, previous: UsualRole | undefined): boolean {
  if (role === 'system') return previous === undefined || previous === 'system';
  if (role === 'assistant') return previous === 'user';
  return previous !== 'user';
}

function parsed(literal: string): string | undefined {
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
