/** Leaves out of a row what is not trained on: empty messages, turns after the last answer, unused fields. */
import { isNumberText } from './exact-json.ts';
import { hasError } from '../check/rows/line-row.ts';
import { readRow, type RowProblem } from '../check/rows/row.ts';
import { cut, isFields } from '../check/rows/row-fields.ts';

/** Leaving out an empty message may bring another turn to the end; each round leaves out at least one thing. */
const MOST_ROUNDS = 8;

type Paths = ReadonlySet<string>;

const pathsOf = (problems: readonly RowProblem[], code: RowProblem['code']): Paths =>
  new Set(
    problems.flatMap((problem) =>
      problem.code === code && problem.path !== undefined ? [problem.path] : [],
    ),
  );

/** Fields that no form of a row uses are named by their path, a long name cut as the reader cuts it. */
function withoutFields(value: unknown, unused: Paths, at = ''): unknown {
  if (Array.isArray(value)) return value.map((item, index) => withoutFields(item, unused, `${at}${index}.`));
  if (!isFields(value) || isNumberText(value)) return value;
  const used = Object.entries(value).filter(([name]) => !unused.has(at + cut(name)));
  return Object.fromEntries(used.map(([name, each]) => [name, withoutFields(each, unused, `${at}${name}.`)]));
}

function withoutEmptyMessages(value: unknown, empty: Paths, at = ''): unknown {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      empty.has(`${at}${index}.content`) ? [] : [withoutEmptyMessages(item, empty, `${at}${index}.`)],
    );
  }
  if (!isFields(value) || isNumberText(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, withoutEmptyMessages(each, empty, `${at}${name}.`)]),
  );
}

const upToLastAnswer = (messages: readonly unknown[]): unknown[] =>
  messages.slice(
    0,
    messages.findLastIndex((message) => isFields(message) && message['role'] === 'assistant') + 1,
  );

/** Lists of messages are fields of the row itself; their problem names the list or a message of it. */
function withoutLooseEnds(value: unknown, ends: Paths): unknown {
  if (!isFields(value)) return value;
  const lists = new Set([...ends].map((path) => path.split('.', 1)[0]));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) =>
      lists.has(name) && Array.isArray(each) ? [name, upToLastAnswer(each)] : [name, each],
    ),
  );
}

/** The tidied row, or the same object. A row that cannot be trained on is left alone: what it means is not known. */
export function tidyRow(value: unknown): unknown {
  let tidy = value;
  let row = readRow(value);
  for (let round = 0; round < MOST_ROUNDS && !hasError(row); round += 1) {
    const unused = pathsOf(row.problems, 'unknown-field');
    const ends = pathsOf(row.problems, 'ends-without-answer');
    // The prompt of a pair may be empty too, but a pair has to keep it.
    const empty = new Set(
      [...pathsOf(row.problems, 'empty-message')].filter((path) => path.endsWith('.content')),
    );
    if (unused.size + ends.size + empty.size === 0) return tidy;
    let next = tidy;
    if (unused.size > 0) next = withoutFields(next, unused);
    // One after the other: leaving out a message moves the places that the other problems name.
    if (ends.size > 0) next = withoutLooseEnds(next, ends);
    else if (empty.size > 0) next = withoutEmptyMessages(next, empty);
    row = readRow(next);
    if (hasError(row)) return tidy;
    tidy = next;
  }
  return tidy;
}
