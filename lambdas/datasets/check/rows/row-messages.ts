/** A list of messages as turns: roles, contents, weights, tool calls, and the order they come in. */
import type { Turn } from './row-turn.ts';
import { cut, type Fields, isBlank, isFields, kindOf, type Reading } from './row-fields.ts';
import { CallsAndResults, readToolCalls } from './row-tool-calls.ts';

type Role = Exclude<Turn['role'], 'text'>;

/** `developer` is what newer APIs of OpenAI call the system message; no open chat template knows the word. */
function roleOf(value: unknown): Role | undefined {
  switch (value) {
    case 'user':
    case 'assistant':
    case 'system':
    case 'tool':
      return value;
    case 'developer':
      return 'system';
    default:
      return undefined;
  }
}

/** The fields of a message as they stand. One pass over its own names: this runs two million times a file. */
class MessageFields {
  role: unknown;
  content: unknown;
  weight: unknown = null;
  calls: unknown = null;
  /** The form of tool calls before 2024: one call, without an id. */
  functionCall: unknown = null;
  callId: unknown = null;

  constructor(message: Fields, reading: Reading, path: string, at: number) {
    for (const name in message) {
      const value = message[name];
      if (name === 'role') this.role = value;
      else if (name === 'content') this.content = value;
      else if (value !== null) this.#other(name, value, reading, path, at);
    }
  }

  #other(name: string, value: unknown, reading: Reading, path: string, at: number): void {
    switch (name) {
      case 'weight':
        this.weight = value;
        return;
      case 'tool_calls':
        this.calls = value;
        return;
      case 'function_call':
        this.functionCall = value;
        return;
      case 'tool_call_id':
        this.callId = value;
        break;
      case 'name':
        break;
      default:
        reading.unknownField(`${path}.${at}.`, name);
        return;
    }
    if (typeof value !== 'string') reading.problem('wrong-type', `${path}.${at}.${name}`, kindOf(value));
  }
}

interface Messages {
  turns: Turn[];
  /** Whether each message could be read as a turn. */
  whole: boolean;
}

class MessageReader implements Messages {
  readonly turns: Turn[] = [];
  whole = true;
  readonly #reading: Reading;
  readonly #path: string;
  #talk: CallsAndResults | undefined;
  #outOfOrder = false;
  #previous: Role | undefined;

  constructor(reading: Reading, path: string, previous: Role | undefined) {
    this.#reading = reading;
    this.#path = path;
    this.#previous = previous;
  }

  read(message: unknown, at: number): void {
    const turn = isFields(message) ? this.#turn(message, at) : this.#notAMessage(message, at);
    if (turn === undefined) this.#cannotBeRead();
    else this.turns.push(turn);
  }

  /** What follows from a message that cannot be read is not told as well. */
  #cannotBeRead(): void {
    this.whole = false;
    this.#outOfOrder = true;
    this.#talk = undefined;
  }

  end(): void {
    this.#talk?.end();
  }

  #notAMessage(message: unknown, at: number): undefined {
    this.#problem('wrong-type', at, '', kindOf(message));
  }

  #problem(code: Parameters<Reading['problem']>[0], at: number, name: string, found: string): void {
    this.#reading.problem(code, `${this.#path}.${at}${name}`, found);
  }

  #turn(message: Fields, at: number): Turn | undefined {
    const fields = new MessageFields(message, this.#reading, this.#path, at);
    const role = roleOf(fields.role);
    if (role === undefined) this.#badRole(fields.role, at);
    else this.#order(role, fields.callId, at);
    const learnt = fields.weight === null ? role === 'assistant' : this.#weight(fields.weight, role, at);
    const calls = fields.calls === null ? undefined : this.#toolCalls(fields.calls, role, at);
    if (fields.functionCall !== null) {
      this.#problem('bad-tool-call', at, '.function_call', 'function_call, the older form of tool_calls');
      this.#cannotBeRead();
    }
    const content = this.#content(fields, role, at);
    if (content === undefined || role === undefined) return undefined;
    return calls === undefined ? { role, content, learnt } : { role, content, learnt, toolCalls: calls };
  }

  #badRole(role: unknown, at: number): void {
    if (role === undefined) this.#problem('missing-field', at, '.role', 'the field is not there');
    else if (typeof role === 'string') this.#problem('unknown-role', at, '.role', cut(role));
    else this.#problem('wrong-type', at, '.role', kindOf(role));
  }

  #weight(weight: unknown, role: Role | undefined, at: number): boolean {
    this.#reading.hasWeights = true;
    if (weight !== 0 && weight !== 1) {
      this.#problem(
        'bad-weight',
        at,
        '.weight',
        typeof weight === 'object' ? kindOf(weight) : cut(String(weight)),
      );
    } else if (role !== undefined && role !== 'assistant') {
      this.#problem('bad-weight', at, '.weight', `${weight} on a ${role} message: only answers are learnt`);
    }
    return role === 'assistant' && weight !== 0;
  }

  #toolCalls(value: unknown, role: Role | undefined, at: number): Turn['toolCalls'] {
    if (Array.isArray(value) && value.length === 0) return undefined;
    this.#reading.hasTools = true;
    if (role !== undefined && role !== 'assistant') {
      this.#problem(
        'bad-tool-call',
        at,
        '.tool_calls',
        `calls of a ${role} message: only the assistant calls`,
      );
    }
    const { calls, ids } = readToolCalls(this.#reading, value, `${this.#path}.${at}.tool_calls`);
    if (!Array.isArray(value) || calls.length < value.length) this.#cannotBeRead();
    if (role === 'assistant') this.#callsAndResults()?.called(ids, at);
    return calls.length > 0 ? calls : undefined;
  }

  /** The text of a message. One that calls a tool needs none. */
  #content(fields: MessageFields, role: Role | undefined, at: number): string | undefined {
    const { content } = fields;
    const mayBeEmpty =
      fields.functionCall !== null || (Array.isArray(fields.calls) && fields.calls.length > 0);
    if (typeof content === 'string') {
      // A tool may well answer nothing: a command that prints no line.
      if (isBlank(content) && !mayBeEmpty && role !== 'tool') {
        this.#problem('empty-message', at, '.content', 'no text');
      }
      return content;
    }
    if (mayBeEmpty && (content === null || content === undefined)) return '';
    if (content === undefined) this.#problem('missing-field', at, '.content', 'the field is not there');
    else this.#problem('wrong-type', at, '.content', kindOf(content));
    return undefined;
  }

  #order(role: Role, callId: unknown, at: number): void {
    const previous = this.#previous;
    this.#previous = role;
    if (role === 'tool') {
      this.#reading.hasTools = true;
      this.#callsAndResults()?.result(callId, at);
      return;
    }
    this.#talk?.wentOn();
    if (this.#outOfOrder) return;
    const found =
      role === 'system'
        ? previous !== undefined && previous !== 'system' && `system after ${previous}`
        : previous === role
          ? `${role} after ${role}`
          : role === 'assistant' && (previous === undefined || previous === 'system') && 'assistant first';
    if (!found) return;
    this.#outOfOrder = true;
    this.#problem('role-order', at, '.role', found);
  }

  /** Made when the first call or result comes: most conversations have none. */
  #callsAndResults(): CallsAndResults | undefined {
    if (this.whole) this.#talk ??= new CallsAndResults(this.#reading, this.#path);
    return this.#talk;
  }
}

/** Reads a list of messages; each problem has its path below `path`. `previous` is who spoke before the list begins. */
export function readMessages(reading: Reading, list: unknown, path: string, previous?: Role): Messages {
  if (!Array.isArray(list)) {
    reading.problem('wrong-type', path, kindOf(list));
    return { turns: [], whole: false };
  }
  const reader = new MessageReader(reading, path, previous);
  for (let at = 0; at < list.length; at += 1) reader.read(list[at], at);
  reader.end();
  return reader;
}
