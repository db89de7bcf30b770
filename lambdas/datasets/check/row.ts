/** One parsed line as a conversation, and everything that is wrong with it. */
import type { DatasetIssueCode } from '../../../contracts/dataset-issues.ts';
import type { DatasetFormat } from '../../../contracts/datasets.ts';

type Role = 'system' | 'user' | 'assistant' | 'tool' | 'text';

export interface Turn {
  role: Role;
  content: string;
  /** Whether the model is taught to produce it. */
  learnt: boolean;
}

interface RowProblem {
  code: DatasetIssueCode;
  /** As in `messages.1.content`; absent where the whole row is meant. */
  path?: string;
  found: string;
}

/** `turns` are what the trainer will see; they mean something only where no problem is an error. */
export interface Row {
  format: DatasetFormat | null;
  turns: Turn[];
  problems: RowProblem[];
}

type Fields = Record<string, unknown>;

const ROLES: ReadonlySet<unknown> = new Set(['system', 'user', 'assistant', 'tool']);
const KNOWN: Record<DatasetFormat, ReadonlySet<string>> = {
  chat: new Set(['messages']),
  'prompt-completion': new Set(['prompt', 'completion']),
  instruction: new Set(['instruction', 'input', 'output', 'system']),
  text: new Set(['text']),
};
const MESSAGE_FIELDS: ReadonlySet<string> = new Set(['role', 'content']);

const isBlank = (text: string) => text.trim() === '';

/** What a value is, in a person's words. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  return typeof value === 'string' ? 'text' : `a ${typeof value}`;
}

/** The form a row has by its fields; the order is the trainer's (trainer/brightrun_trainer/dataset.py). */
function formatOf(row: Fields): DatasetFormat | null {
  const has = (name: string) => Object.hasOwn(row, name);
  if (has('messages')) return 'chat';
  if (has('prompt') && has('completion')) return 'prompt-completion';
  if (has('instruction') && has('output')) return 'instruction';
  if (has('text')) return 'text';
  // Half a form: better told as a missing field than as no form at all.
  if (has('prompt') || has('completion')) return 'prompt-completion';
  if (has('instruction') || has('output')) return 'instruction';
  return null;
}

class Reading {
  readonly problems: RowProblem[] = [];

  problem(code: DatasetIssueCode, path: string | undefined, found: string): void {
    this.problems.push(path === undefined ? { code, found } : { code, path, found });
  }

  /** The text of a field, or nothing with the problem noted. Fields that may be absent may be null too. */
  text(row: Fields, name: string, optional = false, at = ''): string | undefined {
    const path = at + name;
    if (!Object.hasOwn(row, name)) {
      if (!optional) this.problem('missing-field', path, 'the field is not there');
      return undefined;
    }
    const value = row[name];
    if (typeof value === 'string') return value;
    if (!(optional && value === null)) this.problem('wrong-type', path, kindOf(value));
    return undefined;
  }

  unknownFields(row: Fields, known: ReadonlySet<string>, at = ''): void {
    for (const name of Object.keys(row)) {
      if (!known.has(name)) this.problem('unknown-field', at + name.slice(0, 80), name.slice(0, 80));
    }
  }

  message(message: unknown, at: string): Turn | undefined {
    if (typeof message !== 'object' || message === null || Array.isArray(message)) {
      this.problem('wrong-type', at, kindOf(message));
      return undefined;
    }
    const fields = message as Fields;
    const role = this.text(fields, 'role', false, `${at}.`);
    if (role !== undefined && !ROLES.has(role)) this.problem('unknown-role', `${at}.role`, role);
    const content = this.text(fields, 'content', false, `${at}.`);
    if (content !== undefined && isBlank(content)) this.problem('empty-message', `${at}.content`, 'no text');
    this.unknownFields(fields, MESSAGE_FIELDS, `${at}.`);
    if (content === undefined || !ROLES.has(role)) return undefined;
    return { role: role as Role, content, learnt: role === 'assistant' };
  }

  chat(row: Fields): Turn[] {
    const messages = row['messages'];
    if (!Array.isArray(messages)) {
      this.problem('wrong-type', 'messages', kindOf(messages));
      return [];
    }
    const read = messages.map((message, at) => this.message(message, `messages.${at}`));
    // Nothing after the last answer can be learnt: the trainer cuts it, so it is not shown or counted either.
    const last = read.findLastIndex((turn) => turn?.role === 'assistant');
    const turns = read.slice(0, last + 1).filter((turn) => turn !== undefined);
    const whole = read.every((turn) => turn !== undefined);
    if (whole && !turns.some((turn) => turn.learnt && !isBlank(turn.content))) {
      this.problem('no-answer', 'messages', `none of ${messages.length} is of the assistant and has text`);
    }
    return turns;
  }

  pair(asked: string | undefined, askedPath: string, answer: string | undefined, answerPath: string): Turn[] {
    if (asked !== undefined && isBlank(asked)) this.problem('empty-message', askedPath, 'no text');
    if (answer !== undefined && isBlank(answer)) this.problem('no-answer', answerPath, 'no text');
    if (asked === undefined || answer === undefined) return [];
    return [
      { role: 'user', content: asked, learnt: false },
      { role: 'assistant', content: answer, learnt: true },
    ];
  }

  turns(row: Fields, format: DatasetFormat): Turn[] {
    switch (format) {
      case 'chat':
        return this.chat(row);
      case 'prompt-completion':
        return this.pair(this.text(row, 'prompt'), 'prompt', this.text(row, 'completion'), 'completion');
      case 'instruction': {
        const given = this.text(row, 'input', true);
        const system = this.text(row, 'system', true);
        const instruction = this.text(row, 'instruction');
        const asked = instruction !== undefined && given ? `${instruction}\n\n${given}` : instruction;
        const turns = this.pair(asked, 'instruction', this.text(row, 'output'), 'output');
        return system && turns.length > 0
          ? [{ role: 'system', content: system, learnt: false }, ...turns]
          : turns;
      }
      case 'text': {
        const content = this.text(row, 'text');
        if (content !== undefined && isBlank(content)) this.problem('no-answer', 'text', 'no text');
        return content === undefined ? [] : [{ role: 'text', content, learnt: true }];
      }
    }
  }
}

/** Reads a parsed line. Every problem is named, not only the first. */
export function readRow(value: unknown): Row {
  const reading = new Reading();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const hint = Array.isArray(value) ? 'a list: is the whole file one JSON array?' : kindOf(value);
    reading.problem('not-an-object', undefined, hint);
    return { format: null, turns: [], problems: reading.problems };
  }
  const row = value as Fields;
  const format = formatOf(row);
  if (format === null) {
    const names = Object.keys(row).slice(0, 8).join(', ').slice(0, 150);
    reading.problem('unknown-format', undefined, names ? `fields: ${names}` : 'an object without fields');
    return { format, turns: [], problems: reading.problems };
  }
  const turns = reading.turns(row, format);
  reading.unknownFields(row, KNOWN[format]);
  return { format, turns, problems: reading.problems };
}
