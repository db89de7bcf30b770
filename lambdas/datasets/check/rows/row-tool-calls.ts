/** Tool calls: whether each can be read, and whether calls and results belong together. */
import { nestsDeeperThan } from './nesting.ts';
import { LIMITS } from '../../../../contracts/limits.ts';
import type { ToolCall } from './row-turn.ts';
import { cut, isFields, kindOf, type Reading } from './row-fields.ts';

interface ReadCalls {
  calls: ToolCall[];
  /** Of each call its id, or nothing where it has none. */
  ids: (string | undefined)[];
}

/** What `JSON.stringify` makes of a lone surrogate, and of nothing else. */
const ESCAPED_HALF = /(?<!\\)(?:\\\\)*\\ud[89a-f][0-9a-f]{2}/;

/** The arguments as text, or why they are none. */
function argumentsOf(value: unknown): { text: string } | { found: string } {
  if (value === undefined || value === null) return { found: 'the arguments are not there' };
  if (isFields(value)) {
    const text = JSON.stringify(value);
    return ESCAPED_HALF.test(text) ? { found: 'half a character in the arguments' } : { text };
  }
  if (typeof value !== 'string') return { found: `the arguments are ${kindOf(value)}` };
  // A text inside the line's JSON was not counted when the line's own nesting was.
  if (nestsDeeperThan(value, LIMITS.datasetLineDepth))
    return { found: 'the arguments are nested too deeply' };
  try {
    if (isFields(JSON.parse(value))) return { text: value };
  } catch {
    return { found: `the arguments are not JSON: ${cut(value)}` };
  }
  return { found: `the arguments are JSON but not an object: ${cut(value)}` };
}

function readCall(
  reading: Reading,
  call: unknown,
  path: string,
): { call: ToolCall; id: string | undefined } | undefined {
  const bad = (at: string, found: string): undefined => {
    reading.problem('bad-tool-call', path + at, found);
    return undefined;
  };
  if (!isFields(call)) return bad('', kindOf(call));
  const own = (name: string) => (Object.hasOwn(call, name) ? (call[name] ?? undefined) : undefined);
  const [id, type, called] = [own('id'), own('type'), own('function')];
  if (id !== undefined && typeof id !== 'string') bad('.id', `the id is ${kindOf(id)}`);
  if (type !== undefined && type !== 'function')
    bad('.type', typeof type === 'string' ? cut(type) : kindOf(type));
  if (!isFields(called))
    return bad('.function', called === undefined ? 'the function is not there' : kindOf(called));
  const name = Object.hasOwn(called, 'name') ? called['name'] : undefined;
  const given = argumentsOf(Object.hasOwn(called, 'arguments') ? called['arguments'] : undefined);
  if (typeof name !== 'string' || name.trim() === '') {
    bad(
      '.function.name',
      name === undefined ? 'the name is not there' : name === '' ? 'no text' : kindOf(name),
    );
  }
  if ('found' in given) return bad('.function.arguments', given.found);
  return {
    call: { name: typeof name === 'string' ? name : '', arguments: given.text },
    id: typeof id === 'string' ? id : undefined,
  };
}

/** The calls of one message; what cannot be read is noted and left out. */
export function readToolCalls(reading: Reading, value: unknown, path: string): ReadCalls {
  const read: ReadCalls = { calls: [], ids: [] };
  if (!Array.isArray(value)) {
    reading.problem('bad-tool-call', path, kindOf(value));
    return read;
  }
  for (const [at, item] of value.entries()) {
    const found = readCall(reading, item, `${path}.${at}`);
    if (found === undefined) continue;
    read.calls.push(found.call);
    read.ids.push(found.id);
  }
  return read;
}

/**
 * Which calls of a conversation were answered. Sets without ids are common and fine: there a result only has to
 * follow a call. A conversation may end with a call: then the call is what is taught.
 */
export class CallsAndResults {
  readonly #reading: Reading;
  readonly #path: string;
  readonly #waiting = new Set<string>();
  #hasIds = false;
  /** Of the newest message with calls: where it stands, and how many results came. */
  #calledAt: number | undefined;
  #results = 0;

  constructor(reading: Reading, path: string) {
    this.#reading = reading;
    this.#path = path;
  }

  called(ids: readonly (string | undefined)[], at: number): void {
    this.#calledAt = at;
    this.#results = 0;
    this.#waiting.clear();
    for (const id of ids) if (id !== undefined) this.#waiting.add(id);
    this.#hasIds = this.#waiting.size > 0;
  }

  result(id: unknown, at: number): void {
    if (this.#calledAt === undefined) this.#unmatched(at, '', 'a result with no call before it');
    else if (typeof id === 'string') {
      if (!this.#waiting.delete(id))
        this.#unmatched(at, '.tool_call_id', `no open call has the id ${cut(id)}`);
    } else if (id !== null && id !== undefined) {
      // Told as a wrong type already: which call it answers is not known.
      this.#waiting.clear();
    } else if (this.#hasIds) {
      this.#unmatched(at, '.tool_call_id', 'the calls have ids and this result has none');
    }
    this.#results += 1;
  }

  /** A turn that is no result: whatever was called before it should have been answered. */
  wentOn(): void {
    if (this.#results === 0 || this.#waiting.size > 0) this.#leftOpen();
    this.#calledAt = undefined;
  }

  end(): void {
    if (this.#results > 0 && this.#waiting.size > 0) this.#leftOpen();
  }

  #leftOpen(): void {
    if (this.#calledAt === undefined) return;
    const [id] = this.#waiting;
    const found = id === undefined ? 'no result follows the call' : `no result follows for the id ${cut(id)}`;
    this.#unmatched(this.#calledAt, '.tool_calls', found);
  }

  #unmatched(at: number, name: string, found: string): void {
    this.#reading.problem('unmatched-tool-call', `${this.#path}.${at}${name}`, found);
  }
}
