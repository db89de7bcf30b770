/** What the readers of all forms share: a row's own fields, and the list of what is wrong with them. */
import type { DatasetIssueCode } from '../../../../contracts/dataset-issues.ts';
import type { RowProblem } from './row-turn.ts';

export type Fields = Record<string, unknown>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Nearly all text begins with a printed character, and then nothing is copied to know it. */
export function isBlank(text: string): boolean {
  const first = text.charCodeAt(0);
  return !(first > 0x20 && first < 0x7f) && text.trim() === '';
}

/** What a value is, in a person's words. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}

/** Names and values go into problems cut: a name can be as long as its line. */
export const cut = (text: string): string => (text.length > 80 ? text.slice(0, 80) : text);

const BEYOND = 'one of many in this row';

export class Reading {
  readonly problems: RowProblem[] = [];
  hasTools = false;
  hasWeights = false;
  readonly #mostPlaces: number;
  #told: Map<DatasetIssueCode, { count: number; beyond: RowProblem }> | undefined;

  /** Of one code so many problems have a place; those beyond are one object, as often as there are of them. */
  constructor(mostPlaces = Infinity) {
    this.#mostPlaces = mostPlaces;
  }

  problem(code: DatasetIssueCode, path: string | undefined, found: string): void {
    this.#told ??= new Map();
    let told = this.#told.get(code);
    if (!told) this.#told.set(code, (told = { count: 0, beyond: { code, found: BEYOND } }));
    told.count += 1;
    if (told.count > this.#mostPlaces) this.problems.push(told.beyond);
    else this.problems.push(path === undefined ? { code, found } : { code, path, found });
  }

  /** The text of a field, or nothing with the problem noted. Fields that may be absent may be null too. */
  text(row: Fields, name: string, optional = false): string | undefined {
    const value = Object.hasOwn(row, name) ? row[name] : undefined;
    if (typeof value === 'string') return value;
    if (value === undefined) {
      if (!optional) this.problem('missing-field', name, 'the field is not there');
    } else if (!(optional && value === null)) this.problem('wrong-type', name, kindOf(value));
    return undefined;
  }

  /** A field that is null says nothing, and tables write one for each column that another row has. */
  unknownFields(row: Fields, known: ReadonlySet<string>, at = ''): void {
    for (const name in row) {
      if (!known.has(name) && row[name] !== null) this.unknownField(at, name);
    }
  }

  unknownField(at: string, name: string): void {
    this.problem('unknown-field', at + cut(name), cut(name));
  }

  /** The tools a row offers: absent, null or a list of objects. */
  tools(row: Fields, name: string, at = name): void {
    const tools = Object.hasOwn(row, name) ? row[name] : null;
    if (tools === null) return;
    if (!Array.isArray(tools)) {
      this.problem('wrong-type', at, kindOf(tools));
      return;
    }
    if (tools.length > 0) this.hasTools = true;
    for (const [index, tool] of tools.entries()) {
      if (!isFields(tool)) this.problem('wrong-type', `${at}.${index}`, kindOf(tool));
    }
  }
}
