/** DynamoDB's expressions, as far as our adapters use them; a word that is not known here is an error, never a guess. */
import type { Row } from '../history/history.ts';

export interface Bound {
  names?: Record<string, string> | undefined;
  values?: Row | undefined;
}

const TOKEN = /\s*(<=|>=|<>|[()=<>,]|[:#]?[A-Za-z_][A-Za-z0-9_.]*)/y;
const cache = new Map<string, string[]>();

function tokensOf(text: string): string[] {
  const known = cache.get(text);
  if (known) return known;
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const found = TOKEN.exec(text);
    if (!found?.[1]) throw new Error(`The simulation cannot read the expression ${text}.`);
    tokens.push(found[1]);
  }
  cache.set(text, tokens);
  return tokens;
}

type Value = unknown;
const isMissing = (value: Value) => value === undefined;

function compare(left: Value, operator: string, right: Value): boolean {
  // A missing attribute makes every comparison false, and so do two types.
  if (isMissing(left) || isMissing(right) || typeof left !== typeof right) return operator === '<>';
  const [a, b] = [left as string, right as string];
  switch (operator) {
    case '=':
      return a === b;
    case '<>':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

class Reader {
  readonly #tokens: string[];
  readonly #row: Row | undefined;
  readonly #bound: Bound;
  #place = 0;

  constructor(text: string, row: Row | undefined, bound: Bound) {
    this.#tokens = tokensOf(text);
    this.#row = row;
    this.#bound = bound;
  }

  get #token(): string | undefined {
    return this.#tokens[this.#place];
  }

  #take(expected?: string): string {
    const token = this.#tokens[this.#place];
    if (token === undefined || (expected && token.toUpperCase() !== expected)) {
      throw new Error(`The simulation expected ${expected ?? 'more'} in ${this.#tokens.join(' ')}.`);
    }
    this.#place += 1;
    return token;
  }

  #is(word: string): boolean {
    return this.#token?.toUpperCase() === word;
  }

  #name(): string {
    const token = this.#take();
    const name = token.startsWith('#') ? this.#bound.names?.[token] : token;
    if (name === undefined) throw new Error(`${token} is not defined.`);
    return name;
  }

  /** The name is read whether there is a row or not. */
  #attribute(): Value {
    const name = this.#name();
    return this.#row?.[name];
  }

  #operand(): Value {
    const token = this.#token ?? '';
    if (token.startsWith(':')) {
      this.#take();
      const value = this.#bound.values?.[token];
      if (value === undefined) throw new Error(`${token} is not defined.`);
      return value;
    }
    if (this.#is('IF_NOT_EXISTS')) {
      this.#take();
      this.#take('(');
      const found = this.#attribute();
      this.#take(',');
      const otherwise = this.#operand();
      this.#take(')');
      return found ?? otherwise;
    }
    return this.#attribute();
  }

  condition(): boolean {
    let holds = this.#all();
    while (this.#is('OR')) {
      this.#take();
      holds = this.#all() || holds;
    }
    return holds;
  }

  #all(): boolean {
    let holds = this.#one();
    while (this.#is('AND')) {
      this.#take();
      holds = this.#one() && holds;
    }
    return holds;
  }

  #one(): boolean {
    if (this.#is('(')) {
      this.#take();
      const holds = this.condition();
      this.#take(')');
      return holds;
    }
    const call = this.#token?.toLowerCase();
    if (call === 'attribute_exists' || call === 'attribute_not_exists') {
      this.#take();
      this.#take('(');
      const isThere = !isMissing(this.#attribute());
      this.#take(')');
      return isThere === (call === 'attribute_exists');
    }
    if (call === 'begins_with') {
      this.#take();
      this.#take('(');
      const text = this.#operand();
      this.#take(',');
      const beginning = this.#operand();
      this.#take(')');
      return typeof text === 'string' && text.startsWith(String(beginning));
    }
    const left = this.#operand();
    if (this.#is('BETWEEN')) {
      this.#take();
      const low = this.#operand();
      this.#take('AND');
      const high = this.#operand();
      return compare(left, '>=', low) && compare(left, '<=', high);
    }
    const operator = this.#take();
    return compare(left, operator, this.#operand());
  }

  update(): Record<string, Value> {
    const next: Record<string, Value> = { ...this.#row };
    while (this.#token !== undefined) {
      const clause = this.#take().toUpperCase();
      for (let more = true; more; more = this.#is(',') && this.#take() === ',') {
        const name = this.#name();
        if (clause === 'REMOVE') delete next[name];
        else if (clause === 'ADD') next[name] = Number(next[name] ?? 0) + Number(this.#operand());
        else if (clause === 'SET') {
          this.#take('=');
          next[name] = this.#operand();
        } else throw new Error(`The simulation does not know ${clause}.`);
      }
    }
    return next;
  }
}

export const holds = (text: string | undefined, row: Row | undefined, bound: Bound): boolean =>
  text === undefined || new Reader(text, row, bound).condition();
export const updated = (text: string, row: Row, bound: Bound): Record<string, Value> =>
  new Reader(text, row, bound).update();
