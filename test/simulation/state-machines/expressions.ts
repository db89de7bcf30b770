/** JSONata as the state machines use it: a text `{% … %}` anywhere in a value. */
import jsonata from 'jsonata';
import { StateError } from './state-error.ts';

const compiled = new Map<string, jsonata.Expression>();

async function evaluated(text: string, bindings: Record<string, unknown>): Promise<unknown> {
  let expression = compiled.get(text);
  if (!expression) compiled.set(text, (expression = jsonata(text)));
  let result: unknown;
  try {
    result = await expression.evaluate(undefined, bindings);
  } catch (error) {
    throw new StateError('States.QueryEvaluationError', String((error as { message?: unknown }).message));
  }
  // Step Functions takes an expression without a value as an error, JSONata as nothing.
  if (result === undefined) throw new StateError('States.QueryEvaluationError', `${text} has no value`);
  return result;
}

/** A value with every expression in it replaced by what it gives. */
export async function evaluate(value: unknown, bindings: Record<string, unknown>): Promise<unknown> {
  if (typeof value === 'string') {
    const match = /^\{%([\s\S]*)%\}$/.exec(value);
    return match ? evaluated((match[1] ?? '').trim(), bindings) : value;
  }
  if (Array.isArray(value)) return Promise.all(value.map((item) => evaluate(item, bindings)));
  if (typeof value !== 'object' || value === null) return value;
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) result[key] = await evaluate(item, bindings);
  return result;
}
