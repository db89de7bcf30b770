/** The grammar of DynamoDB's expressions, each rule compiled to a function of a row and of what the request binds. */
import type { Row } from '../history/history.ts';
import type { Bound } from './expressions.ts';
import { added, compare, contains, type Step, sizeFunction, without, withPlace } from './operations.ts';
import { isReserved } from './reserved-words.ts';
import { invalid, typeOf } from './values.ts';

type Get = (row: Row | undefined, bound: Bound) => unknown;
export type Condition = (row: Row | undefined, bound: Bound) => boolean;
export type Update = (row: Row, bound: Bound) => Row;

/** A document path: `a`, `#a.b`, `a[0].c`. */
export interface Path {
  steps: (bound: Bound) => readonly Step[];
  get: Get;
}

const TOKEN = /\s*(<=|>=|<>|[()=<>,.+\-[\]]|\d+|[:#]?[A-Za-z_][A-Za-z0-9_-]*)/y;
const COMPARATORS = ['=', '<>', '<', '<=', '>', '>='];

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(text);
    if (!found?.[1]) throw invalid(`Invalid expression: Syntax error at "${text.slice(at, at + 20)}"`);
    tokens.push(found[1]);
  }
  return tokens;
}

export class ExpressionParser {
  readonly #text: string;
  readonly #tokens: readonly string[];
  #place = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  /** Everything must be read by now. */
  end(): void {
    if (this.#place < this.#tokens.length) throw this.#wrong();
  }

  condition(): Condition {
    let whole = this.#all();
    while (this.#next('OR')) {
      const [left, right] = [whole, this.#all()];
      whole = (row, bound) => left(row, bound) || right(row, bound);
    }
    return whole;
  }

  update(): Update {
    const changes: ((row: Row, before: Row, bound: Bound) => Row)[] = [];
    const clauses = new Set<string>();
    while (this.#place < this.#tokens.length) {
      const clause = this.#take().toUpperCase();
      if (clauses.has(clause)) throw invalid(`The "${clause}" section can only be used once`);
      clauses.add(clause);
      do changes.push(this.#change(clause));
      while (this.#next(','));
    }
    // Every operand is read from the item as it was.
    return (row, bound) => changes.reduce((next, change) => change(next, row, bound), row);
  }

  paths(): readonly Path[] {
    const paths = [this.#path()];
    while (this.#next(',')) paths.push(this.#path());
    return paths;
  }

  // Conditions --------------------------------------------------------------

  #all(): Condition {
    let whole = this.#not();
    while (this.#next('AND')) {
      const [left, right] = [whole, this.#not()];
      whole = (row, bound) => left(row, bound) && right(row, bound);
    }
    return whole;
  }

  #not(): Condition {
    if (!this.#next('NOT')) return this.#one();
    const of = this.#not();
    return (row, bound) => !of(row, bound);
  }

  #one(): Condition {
    if (this.#next('(')) {
      const inner = this.condition();
      this.#expect(')');
      return inner;
    }
    const called = this.#call();
    if (called) return called;
    const left = this.#operand();
    if (this.#next('BETWEEN')) {
      const low = this.#operand();
      this.#expect('AND');
      const high = this.#operand();
      return (row, bound) =>
        compare(left(row, bound), '>=', low(row, bound)) && compare(left(row, bound), '<=', high(row, bound));
    }
    if (this.#next('IN')) {
      this.#expect('(');
      const among = [this.#operand()];
      while (this.#next(',')) among.push(this.#operand());
      this.#expect(')');
      return (row, bound) => among.some((one) => compare(left(row, bound), '=', one(row, bound)));
    }
    const operator = this.#take();
    if (!COMPARATORS.includes(operator)) throw this.#wrong();
    const right = this.#operand();
    return (row, bound) => compare(left(row, bound), operator, right(row, bound));
  }

  #call(): Condition | undefined {
    const name = this.#tokens[this.#place]?.toLowerCase();
    if (this.#tokens[this.#place + 1] !== '(' || name === 'size') return undefined;
    if (name === 'attribute_exists' || name === 'attribute_not_exists') {
      const [{ get }] = this.#arguments(() => this.#path());
      return (row, bound) => (get(row, bound) !== undefined) === (name === 'attribute_exists');
    }
    if (name !== 'begins_with' && name !== 'contains' && name !== 'attribute_type') throw this.#wrong();
    const [first, second] = this.#arguments(
      () => this.#path().get,
      () => this.#operand(),
    );
    return (row, bound) => {
      const [value, given] = [first(row, bound), second(row, bound)];
      if (value === undefined) return false;
      if (name === 'contains') return contains(value, given);
      if (name === 'attribute_type') return typeOf(value) === given;
      return typeof value === 'string' && value.startsWith(String(given));
    };
  }

  /** `name ( … , … )`, each argument by its own rule. */
  #arguments<First, Rest extends unknown[]>(
    first: () => First,
    ...rest: { [Place in keyof Rest]: () => Rest[Place] }
  ): [First, ...Rest] {
    this.#take();
    this.#expect('(');
    const given: unknown[] = [first()];
    for (const rule of rest) {
      this.#expect(',');
      given.push((rule as () => unknown)());
    }
    this.#expect(')');
    return given as [First, ...Rest];
  }

  #operand(): Get {
    const token = this.#tokens[this.#place] ?? '';
    if (token.startsWith(':')) {
      this.#take();
      return (_, { values }) => {
        const value = values?.[token];
        if (value === undefined) throw invalid(`Invalid expression: ${token} is not defined`);
        return value;
      };
    }
    if (token.toLowerCase() !== 'size' || this.#tokens[this.#place + 1] !== '(') return this.#path().get;
    const [{ get }] = this.#arguments(() => this.#path());
    return (row, bound) => sizeFunction(get(row, bound));
  }

  #path(): Path {
    const parts = [this.#name()];
    for (;;) {
      if (this.#next('.')) parts.push(this.#name());
      else if (this.#next('[')) {
        const place = Number(this.#take());
        this.#expect(']');
        parts.push(() => place);
      } else break;
    }
    const steps = (bound: Bound) => parts.map((part) => part(bound));
    return {
      steps,
      get: (row, bound) =>
        steps(bound).reduce<unknown>((value, step) => {
          const isPlace = typeof step === 'number';
          if (value === undefined || value === null || Array.isArray(value) !== isPlace) return undefined;
          return typeof value === 'object' ? (value as Record<Step, unknown>)[step] : undefined;
        }, row),
    };
  }

  /** Names are looked up whether there is a row or not. */
  #name(): (bound: Bound) => Step {
    const token = this.#take();
    if (!/^#?[A-Za-z_]/.test(token)) throw this.#wrong();
    if (isReserved(token)) throw invalid(`Attribute name is a reserved keyword; reserved keyword: ${token}`);
    if (!token.startsWith('#')) return () => token;
    return ({ names }) => {
      const name = names?.[token];
      if (name === undefined) throw invalid(`Invalid expression: ${token} is not defined`);
      return name;
    };
  }

  // Updates -----------------------------------------------------------------

  #change(clause: string): (row: Row, before: Row, bound: Bound) => Row {
    const path = this.#path();
    const put = (row: Row, bound: Bound, value: unknown) => withPlace(row, path.steps(bound), value) as Row;
    switch (clause) {
      case 'REMOVE':
        return (row, before, bound) =>
          path.get(before, bound) === undefined ? row : put(row, bound, undefined);
      case 'SET': {
        this.#expect('=');
        const value = this.#value();
        return (row, before, bound) => put(row, bound, value(before, bound));
      }
      case 'ADD':
      case 'DELETE': {
        const operand = this.#operand();
        const change = clause === 'ADD' ? added : without;
        return (row, before, bound) => {
          const next = change(path.get(before, bound), operand(before, bound));
          return next === undefined && path.get(row, bound) === undefined ? row : put(row, bound, next);
        };
      }
      default:
        throw this.#wrong();
    }
  }

  /** What `SET` takes: an operand, or two with a sign between them. */
  #value(): Get {
    const left = this.#settable();
    const sign = this.#next('+') ? 1 : this.#next('-') ? -1 : undefined;
    if (sign === undefined) return left;
    const right = this.#settable();
    return (row, bound) => {
      const [a, b] = [left(row, bound), right(row, bound)];
      if (typeof a === 'number' && typeof b === 'number') return a + sign * b;
      throw invalid('An operand in the update expression has an incorrect data type');
    };
  }

  #settable(): Get {
    const name = this.#tokens[this.#place]?.toLowerCase();
    if (this.#tokens[this.#place + 1] !== '(') return this.#present(this.#operand());
    if (name === 'if_not_exists') {
      const [{ get }, otherwise] = this.#arguments<Path, [Get]>(
        () => this.#path(),
        () => this.#settable(),
      );
      return (row, bound) => get(row, bound) ?? otherwise(row, bound);
    }
    if (name !== 'list_append') throw this.#wrong();
    const [head, tail] = this.#arguments<Get, [Get]>(
      () => this.#settable(),
      () => this.#settable(),
    );
    return (row, bound) => [...(head(row, bound) as unknown[]), ...(tail(row, bound) as unknown[])];
  }

  #present(get: Get): Get {
    return (row, bound) => {
      const value = get(row, bound);
      if (value === undefined) {
        throw invalid('The provided expression refers to an attribute that does not exist in the item');
      }
      return value;
    };
  }

  // Tokens ------------------------------------------------------------------

  #take(): string {
    const token = this.#tokens[this.#place];
    if (token === undefined) throw this.#wrong();
    this.#place += 1;
    return token;
  }

  #next(word: string): boolean {
    if (this.#tokens[this.#place]?.toUpperCase() !== word) return false;
    this.#place += 1;
    return true;
  }

  #expect(word: string): void {
    if (!this.#next(word)) throw this.#wrong();
  }

  #wrong(): Error {
    const near = this.#tokens.slice(this.#place, this.#place + 3).join(' ');
    return invalid(`Invalid expression: Syntax error near "${near}" in: ${this.#text}`);
  }
}
