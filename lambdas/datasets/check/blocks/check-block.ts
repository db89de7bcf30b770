/** Everything a line shows by itself, for one block of lines: form, content, secrets, fingerprints, tokens. */
import type { DatasetFormat } from '../../../../contracts/dataset-format.ts';
import type { DatasetIssueCode } from '../../../../contracts/dataset-issues.ts';
import type { TokenCounter } from '../../tokens/token-counter.ts';
import { type CheckedBlock, type CheckSetup, type CheckTask, ROW } from './block.ts';
import type { BlockLines, Line } from './block-lines.ts';
import { BlockNotes } from './block-notes.ts';
import { BlockTokens } from './block-tokens.ts';
import type { Fingerprints } from '../repeats/fingerprint.ts';
import { MAY_BE_CUT, MAY_BE_SENSITIVE } from '../kernel/layout.ts';
import { EndNotes } from '../open-ends/block-ends.ts';
import {
  codeOfLine,
  hasError,
  isBlankLine,
  problemOfBytes,
  problemOfLine,
  rowOfLine,
} from '../rows/line-row.ts';
import { Numbers } from '../numbers.ts';
import { type Row, type RowProblem, type Turn, turnPath } from '../rows/row.ts';
import type { RowLook } from '../row-look.ts';
import { MixCount } from '../row-mix.ts';
import {
  FEWEST_WORDS_FOR_BINS,
  FIRST_BIN,
  lentSignature,
  SIGNATURE_LENGTH,
  WORDS,
} from '../repeats/row-signature.ts';
import { findSensitive } from '../text/sensitive-text.ts';
import { qualityProblems, WORTH_READING } from '../text/text-quality.ts';

/** Of longer answers the beginning tells the language. */
const LANGUAGE_CHARACTERS = 600;

/** Holds what is used again for each block of a thread. */
export class BlockCheck {
  readonly #counters: readonly TokenCounter[];
  readonly #nearDuplicates: boolean;
  readonly #issuesPerCode: number;
  readonly #lines: BlockLines;
  readonly #prints: Fingerprints;
  readonly #rows = new Numbers();
  readonly #signatures = new Numbers();

  constructor(
    lines: BlockLines,
    prints: Fingerprints,
    counters: readonly TokenCounter[],
    { nearDuplicates, issuesPerCode }: Pick<CheckSetup, 'nearDuplicates' | 'issuesPerCode'>,
  ) {
    this.#lines = lines;
    this.#prints = prints;
    this.#counters = counters;
    this.#nearDuplicates = nearDuplicates;
    this.#issuesPerCode = issuesPerCode;
  }

  check(task: CheckTask): CheckedBlock {
    const bytes = Buffer.from(task.bytes.buffer, task.bytes.byteOffset, task.bytes.byteLength);
    this.#rows.begin(task.spare?.rows);
    this.#signatures.begin(task.spare?.signatures);
    const notes = new BlockNotes(task.enough, this.#issuesPerCode);
    const mix = new MixCount();
    const tokens = new BlockTokens(this.#counters, notes);
    let lines = 0;
    let rows = 0;
    let usableRows = 0;
    let firstFormat: DatasetFormat | undefined;
    let format = task.format;
    const languageTexts: string[] = [];
    const ends = new EndNotes(task.mostEndTexts);
    for (const line of this.#lines.of(bytes, task.isFirstOfFile)) {
      lines += 1;
      const { usual, number, byte } = line;
      const text = usual ? '' : line.text;
      if (text === undefined) {
        rows += 1;
        notes.add(problemOfBytes(bytes.subarray(line.from, line.end)), number, byte);
        continue;
      }
      if (!usual && isBlankLine(text)) {
        notes.add(BLANK, number, byte);
        continue;
      }
      rows += 1;
      const row = usual ?? rowOfLine(text);
      if (row === undefined) {
        const code = codeOfLine(text);
        notes.add(notes.wants(code) ? problemOfLine(text, code) : { code, found: '' }, number, byte);
        continue;
      }
      for (const problem of row.problems) notes.add(problem, number, byte);
      if (row.format === null) continue;
      firstFormat ??= row.format;
      format ??= row.format;
      if (row.format !== format) {
        notes.add(otherForm(row.format, format), number, byte);
        continue;
      }
      if (hasError(row)) continue;
      const look = usual ?? this.#prints.take(row.turns);
      const { marks, low, high, characters } = look;
      const marksOf = (turn: number) => look.marksOf(turn);
      const poor = (marks & WORTH_READING) === 0 ? [] : qualityProblems(row.turns, { format, marksOf });
      for (const problem of poor) notes.add(problem, number, byte);
      if (hasError({ problems: poor })) continue;
      this.#addRow(look, number, byte);
      if ((marks & MAY_BE_SENSITIVE) !== 0) this.#findSensitive(row, look, line, notes);
      mix.addRoles(row, usual?.rolesKey);
      if (row.hasTools) mix.toolRows += 1;
      if (row.hasWeights) mix.weightedRows += 1;
      tokens.add(row, characters, line, high % task.countOneIn === 0, task.countOneIn === 1);
      if (low % task.languageOneIn === 0 && languageTexts.length < task.mostLanguages) {
        languageTexts.push(learntText(row.turns));
      }
      if ((marks & MAY_BE_CUT) !== 0) ends.add(row, look, number, byte, cutAt(poor));
      if (high % task.endingsOneIn === 0) ends.learnFrom(row);
      if (this.#nearDuplicates) this.#addSignature(row.turns);
      usableRows += 1;
    }
    return {
      kind: 'check',
      buffer: task.bytes.buffer,
      lines,
      rows,
      usableRows,
      firstFormat,
      findings: notes.findings,
      counts: notes.counts(),
      rowColumns: this.#rows.taken(),
      tokens: tokens.parts(),
      signatures: this.#signatures.taken(),
      roles: [...mix.roles.counts],
      languageTexts,
      ends,
      toolRows: mix.toolRows,
      weightedRows: mix.weightedRows,
    };
  }

  #addRow(look: RowLook, line: number, byte: number): void {
    const at = this.#rows.next(ROW.width);
    const { array } = this.#rows;
    array[at + ROW.line] = line;
    array[at + ROW.byte] = byte;
    array[at + ROW.low] = look.low;
    array[at + ROW.high] = look.high;
    array[at + ROW.promptLow] = look.promptLow;
    array[at + ROW.promptHigh] = look.promptHigh;
    array[at + ROW.characters] = look.characters;
  }

  #findSensitive({ format, turns }: Row, look: RowLook, { number, byte }: Line, notes: BlockNotes): void {
    for (let at = 0; at < turns.length; at += 1) {
      const marks = look.marksOf(at);
      if ((marks & MAY_BE_SENSITIVE) === 0) continue;
      const matches = findSensitive(turns[at]?.content ?? '', marks);
      for (const { code, kind, shown } of matches) {
        notes.add({ code, kind, found: shown, path: turnPath(format, turns, at) }, number, byte);
      }
    }
  }

  /** Short rows have no bins: a block of tiny rows would else be 16 MB of nothing. */
  #addSignature(turns: readonly Turn[]): void {
    const made = lentSignature(turns) ?? NO_SIGNATURE;
    const length = signatureLength(made, 0);
    const at = this.#signatures.next(length);
    this.#signatures.array.set(made, at);
  }
}

/** A file may be nothing but line feeds: an object each would be a third of the time. */
const BLANK = { code: 'blank-line', found: 'no text' } as const;

const NO_SIGNATURE = new Uint32Array(FIRST_BIN);

/** How many numbers the signature takes that begins here. */
export const signatureLength = (signatures: Uint32Array, at: number): number =>
  (signatures[at + WORDS] ?? 0) < FEWEST_WORDS_FOR_BINS ? FIRST_BIN : SIGNATURE_LENGTH;

const otherForm = (found: DatasetFormat, expected: DatasetFormat) => ({
  code: 'mixed-formats' as const satisfies DatasetIssueCode,
  found: `${found}, where the file is ${expected}`,
});

const cutAt = (problems: readonly RowProblem[]): string[] =>
  problems.flatMap(({ code, path = '' }) => (code === 'truncated-answer' ? [path] : []));

const learntText = (turns: readonly Turn[]): string =>
  turns
    .filter(({ learnt }) => learnt)
    .map(({ content }) => content.slice(0, LANGUAGE_CHARACTERS))
    .join('\n')
    .slice(0, LANGUAGE_CHARACTERS);
