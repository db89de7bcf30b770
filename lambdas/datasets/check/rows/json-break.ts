/** Where a text stops being JSON. V8's own message has a place for some mistakes and none for others. */

const WHITE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** A run of text without an escape; what ends it is a quote, a backslash, or a character JSON forbids in text. */
// oxlint-disable-next-line no-control-regex
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const WORDS = ['true', 'false', 'null'];

/** Thrown inside: the reading ends here, however deep it is. */
class Break extends Error {
  readonly at: number;
  constructor(at: number) {
    super('not JSON');
    this.at = at;
  }
}

/**
 * Index of the first character that cannot stand where it stands; the length of the text where it ends too early.
 * For a text that nests no deeper than a line may: it calls itself for each level.
 */
export const whereJsonBreaks = (text: string): number => readThrough(text).at;

/** What `JSON.parse` knows of a text of so few levels, without the objects it makes. */
export function isJson(text: string): boolean {
  const { at, broke } = readThrough(text);
  return !broke && at === text.length;
}

function readThrough(text: string): { at: number; broke: boolean } {
  const reading = new JsonReading(text);
  try {
    reading.value();
    return { at: reading.end(), broke: false };
  } catch (error) {
    if (error instanceof Break) return { at: error.at, broke: true };
    throw error;
  }
}

class JsonReading {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): void {
    this.#skip(WHITE);
    const sign = this.#text[this.#at];
    if (sign === '{') this.#list('}', () => this.#field());
    else if (sign === '[') this.#list(']', () => this.value());
    else if (sign === '"') this.#string();
    else this.#word();
    this.#skip(WHITE);
  }

  /** Nothing may follow the value. */
  end(): number {
    return this.#at;
  }

  #list(closing: string, member: () => void): void {
    this.#at += 1;
    this.#skip(WHITE);
    if (this.#takes(closing)) return;
    for (;;) {
      member();
      if (this.#takes(closing)) return;
      if (!this.#takes(',')) throw new Break(this.#at);
    }
  }

  #field(): void {
    this.#skip(WHITE);
    if (this.#text[this.#at] !== '"') throw new Break(this.#at);
    this.#string();
    this.#skip(WHITE);
    if (!this.#takes(':')) throw new Break(this.#at);
    this.value();
  }

  #string(): void {
    this.#at += 1;
    for (;;) {
      this.#skip(PLAIN);
      if (this.#takes('"')) return;
      if (this.#text[this.#at] !== '\\') throw new Break(this.#at);
      if (!this.#skip(ESCAPE)) throw new Break(this.#at);
    }
  }

  #word(): void {
    const word = WORDS.find((each) => this.#text.startsWith(each, this.#at));
    if (word !== undefined) this.#at += word.length;
    else if (!this.#skip(NUMBER)) throw new Break(this.#at);
  }

  #takes(sign: string): boolean {
    if (this.#text[this.#at] !== sign) return false;
    this.#at += 1;
    return true;
  }

  /** Goes on behind what the pattern finds here; whether that was anything. */
  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    const moved = pattern.lastIndex > this.#at;
    this.#at = pattern.lastIndex;
    return moved;
  }
}

const BEFORE = 60;
const AFTER = 100;

/** What stands around a place of a long line. */
export function excerptAround(text: string, at: number): string {
  const from = at <= BEFORE ? 0 : at - BEFORE;
  const to = Math.min(text.length, at + AFTER);
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
}
