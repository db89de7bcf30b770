/**
 * DynamoDB's expressions, compiled once a text: conditions, updates, projections. What is not known here, not defined
 * or not used is refused with a `ValidationException`, as DynamoDB does; nothing is guessed.
 */
import type { Row } from '../history/history.ts';
import { type Condition, ExpressionParser, type Path, type Update } from './expression-parser.ts';
import { invalid } from './values.ts';

export interface Bound {
  names?: Record<string, string> | undefined;
  values?: Row | undefined;
}

const conditions = new Map<string, Condition>();
const updates = new Map<string, Update>();
const projections = new Map<string, readonly Path[]>();

function compiled<Compiled>(
  cache: Map<string, Compiled>,
  text: string,
  compile: (parser: ExpressionParser) => Compiled,
): Compiled {
  let found = cache.get(text);
  if (found === undefined) {
    const parser = new ExpressionParser(text);
    found = compile(parser);
    parser.end();
    cache.set(text, found);
  }
  return found;
}

export function holds(text: string | undefined, row: Row | undefined, bound: Bound): boolean {
  if (text === undefined) return true;
  return compiled(conditions, text, (parser) => parser.condition())(row, bound);
}

export function updated(text: string, row: Row, bound: Bound): Row {
  return compiled(updates, text, (parser) => parser.update())(row, bound);
}

/** The named attributes alone; maps and lists on the way are kept as far as they lead there. */
export function projected(text: string | undefined, row: Row, bound: Bound): Row {
  if (text === undefined) return row;
  const paths = compiled(projections, text, (parser) => parser.paths());
  const part: Record<string, unknown> = {};
  for (const path of paths) {
    const value = path.get(row, bound);
    if (value === undefined) continue;
    const steps = path.steps(bound);
    let at: Record<string | number, unknown> | unknown[] = part;
    steps.forEach((step, place) => {
      const next = steps[place + 1];
      const target = at as Record<string | number, unknown>;
      if (next === undefined) target[Array.isArray(at) ? at.length : step] = value;
      else if (Array.isArray(at)) at.push((at = typeof next === 'number' ? [] : {}));
      else at = (target[step] ??= typeof next === 'number' ? [] : {}) as typeof at;
    });
  }
  return part;
}

const uses = new Map<string, ReadonlySet<string>>();

function usesOf(text: string): ReadonlySet<string> {
  let found = uses.get(text);
  if (!found) uses.set(text, (found = new Set(text.match(/[:#][A-Za-z0-9_]+/g) ?? [])));
  return found;
}

/** Every name and value of a request stands in an expression of it, and every one that stands there is given. */
export function requireBound(
  texts: readonly (string | undefined)[],
  { names = {}, values = {} }: Bound,
): void {
  const used = new Set(texts.flatMap((text) => (text === undefined ? [] : [...usesOf(text)])));
  for (const token of used) {
    if ((token.startsWith('#') ? names[token] : values[token]) === undefined)
      throw invalid(`Invalid expression: ${token} is not defined`);
  }
  for (const token of [...Object.keys(names), ...Object.keys(values)]) {
    if (!used.has(token)) throw invalid(`Value provided is unused in expressions: keys: {${token}}`);
  }
}

/** The words of an expression that may be attributes, placeholders replaced. */
export const namesIn = (text: string, { names = {} }: Bound): string[] =>
  (text.match(/(?<![:#.\w])#?[A-Za-z_][A-Za-z0-9_]*/g) ?? []).map((word) => names[word] ?? word);
