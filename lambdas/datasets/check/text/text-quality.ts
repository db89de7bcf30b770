/** What is wrong with the text of a row that can be read. Each search is preceded by one that costs next to nothing. */
import type { DatasetFormat } from '../../../../contracts/dataset-format.ts';
import { ALL_MARKS, HAS_UNPRINTED, MAY_BE_CUT, MAY_BE_MARKED, MAY_BE_REFUSAL } from '../kernel/layout.ts';
import { type RowProblem, type Turn, turnPath } from '../rows/row.ts';
import { cutBecause } from './text-endings.ts';
import { mojibakeAt, withoutMojibake } from './text-mojibake.ts';
import { otherMojibakeAt, withoutOtherMojibake } from './text-other-mojibake.ts';
import { isRefusal } from './text-refusals.ts';
import { templateTokenIn } from './text-template-tokens.ts';

export { removeTemplateTokens } from './text-template-tokens.ts';

export interface TextHints {
  /** Says where a turn stands; without it the paths are those of a chat. */
  format?: DatasetFormat | null;
  /** Which marks of kernel/layout.ts the texts of a turn have; left out, all, and each text is read. */
  marksOf?: (turn: number) => number;
}

/** A text without these marks has none of the problems below. */
export const WORTH_READING = HAS_UNPRINTED | MAY_BE_MARKED | MAY_BE_CUT | MAY_BE_REFUSAL;

/** Apart from typographic signs: alone they are neither mojibake nor anything else that is wrong. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const UNPRINTED = /[^\t\n\r\x20-\x7e‘’“”–—…]/;
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;
// oxlint-disable-next-line no-control-regex -- U+0085 is a line break and stays
const LATIN_CONTROL = /[\x80-\x84\x86-\x9f]/;
// oxlint-disable-next-line no-control-regex
const ANY_CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]/;
// oxlint-disable-next-line no-control-regex
const CONTROLS = /\x1b\[[0-9;?]*[A-Za-z]|[\0-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f]/g;
const LONE_SURROGATES = /\p{Surrogate}/gu;

/** What stands around a place, in one line. */
const around = (text: string, at: number): string => text.slice(Math.max(0, at - 30), at + 60);

const codeAt = (text: string, at: number): string =>
  `U+${text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')} in “${around(text, at)}”`;

type Note = (code: RowProblem['code'], found: string) => void;

/** What only characters beyond printed ASCII can be. */
function unprintedProblems(text: string, note: Note): void {
  if (!text.isWellFormed()) {
    const at = text.search(LONE_SURROGATES);
    note('lone-surrogate', `U+${text.charCodeAt(at).toString(16).toUpperCase()} alone`);
  }
  let garbled = mojibakeAt(text);
  if (garbled < 0) garbled = otherMojibakeAt(text);
  if (garbled >= 0) note('mojibake', around(text, garbled));
  if (!ANY_CONTROL.test(text)) return;
  let control = text.search(CONTROL);
  // Wrongly decoded text is full of them, and decoding it again is the cure of both.
  if (control < 0 && garbled < 0) control = text.search(LATIN_CONTROL);
  if (control >= 0) note('control-characters', codeAt(text, control));
}

function textProblems(text: string, marks: number, note: Note): void {
  if ((marks & HAS_UNPRINTED) !== 0 && UNPRINTED.test(text)) unprintedProblems(text, note);
  const token = (marks & MAY_BE_MARKED) === 0 ? undefined : templateTokenIn(text);
  if (token !== undefined) note('template-token', around(text, token.at));
}

function answerProblems(answer: string, marks: number, note: Note): void {
  if ((marks & MAY_BE_REFUSAL) !== 0 && isRefusal(answer)) note('refusal', answer.slice(0, 150));
  const reason = (marks & MAY_BE_CUT) === 0 ? undefined : cutBecause(answer);
  if (reason !== undefined) note('truncated-answer', `${reason}: “…${answer.trimEnd().slice(-80)}”`);
}

/** Every problem of the texts of a row, at most one of each code a turn. */
export function qualityProblems(turns: readonly Turn[], hints: TextHints = {}): RowProblem[] {
  const { format = 'chat', marksOf = () => ALL_MARKS } = hints;
  const problems: RowProblem[] = [];
  for (let at = 0; at < turns.length; at += 1) {
    const turn = turns[at];
    const marks = marksOf(at);
    if (turn === undefined || (marks & WORTH_READING) === 0) continue;
    const note: Note = (code, found) =>
      void problems.push({ code, path: turnPath(format, turns, at), found });
    textProblems(turn.content, marks, note);
    if (turn.learnt && turn.role === 'assistant' && turn.toolCalls === undefined)
      answerProblems(turn.content, marks, note);
    for (const call of turn.toolCalls ?? []) {
      textProblems(call.name, marks, note);
      textProblems(call.arguments, marks, note);
    }
  }
  return problems;
}

/** Decodes wrongly decoded text again, and leaves out control characters and halves of characters. */
export function fixText(text: string): string {
  if (!UNPRINTED.test(text)) return text;
  return withoutMojibake(withoutOtherMojibake(text)).replace(CONTROLS, '').replace(LONE_SURROGATES, '');
}
