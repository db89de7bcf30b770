/** Everything a line shows by itself, for one block of lines: form, content, secrets, fingerprints, tokens. */
import type { DatasetIssueCode } from '../../../../contracts/dataset-issues.ts';
import type { DatasetFormat } from '../../../../contracts/datasets.ts';
import type { TokenCounter } from '../../tokens/token-counter.ts';
import { type CheckedBlock, type CheckSetup, type CheckTask, ROW } from './block.ts';
import { linesOf } from './block-lines.ts';
import { UsualRows } from './usual-row.ts';
import { BlockNotes } from './block-notes.ts';
import { BlockTokens, charactersOf } from './block-tokens.ts';
import { Fingerprints } from '../repeats/fingerprint.ts';
import {
  codeOfLine,
  hasError,
  isBlankLine,
  problemOfBytes,
  problemOfLine,
  rowOfLine,
} from '../rows/line-row.ts';
import { Numbers } from '../numbers.ts';
import { type Row, type Turn, turnPath } from '../rows/row.ts';
import { MixCount } from '../row-mix.ts';
import {
  FEWEST_WORDS_FOR_BINS,
  FIRST_BIN,
  lentSignature,
  SIGNATURE_LENGTH,
  WORDS,
} from '../repeats/row-signature.ts';
import { findSensitive } from '../text/sensitive-text.ts';
import { qualityProblems } from '../text/text-quality.ts';

/** Of longer answers the beginning tells the language. */
const LANGUAGE_CHARACTERS = 600;

/** Holds what is used again for each block of a thread. */
export class BlockCheck {
  readonly #counters: readonly TokenCounter[];
  readonly #nearDuplicates: boolean;
  readonly #issuesPerCode: number;
  readonly #usual = new UsualRows();
  readonly #prints = new Fingerprints();
  readonly #rows = new Numbers();
  readonly #signatures = new Numbers();

  constructor(
    counters: readonly TokenCounter[],
    { nearDuplicates, issuesPerCode }: Pick<CheckSetup, 'nearDuplicates' | 'issuesPerCode'>,
  ) {
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
    for (const line of linesOf(bytes, task.isFirstOfFile)) {
      lines += 1;
      const { text, number, byte } = line;
      if (text === undefined) {
        rows += 1;
        notes.add(problemOfBytes(bytes.subarray(line.from, line.end)), number, byte);
        continue;
      }
      if (isBlankLine(text)) {
        notes.add(BLANK, number, byte);
        continue;
      }
      rows += 1;
      const row = (line.isPrinted ? this.#usual.read(text) : undefined) ?? rowOfLine(text);
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
      const { turns } = row;
      const poor = qualityProblems(turns, { format, plain: line.isPlain, mayBeMarked: line.mayBeMarked });
      for (const problem of poor) notes.add(problem, number, byte);
      if (hasError({ problems: poor })) continue;
      const characters = this.#addRow(turns, number, byte);
      if (line.mayBeSensitive) this.#findSensitive(row, number, byte, notes);
      mix.addRoles(turns);
      if (row.hasTools) mix.toolRows += 1;
      if (row.hasWeights) mix.weightedRows += 1;
      const prints = this.#prints;
      tokens.add(row, characters, line, prints.high % task.countOneIn === 0, task.countOneIn === 1);
      if (prints.low % task.languageOneIn === 0 && languageTexts.length < task.mostLanguages) {
        languageTexts.push(learntText(turns));
      }
      if (this.#nearDuplicates) this.#addSignature(turns);
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
      toolRows: mix.toolRows,
      weightedRows: mix.weightedRows,
    };
  }

  #addRow(turns: readonly Turn[], line: number, byte: number): number {
    const prints = this.#prints;
    prints.take(turns);
    const characters = charactersOf(turns);
    const at = this.#rows.next(ROW.width);
    const { array } = this.#rows;
    array[at + ROW.line] = line;
    array[at + ROW.byte] = byte;
    array[at + ROW.low] = prints.low;
    array[at + ROW.high] = prints.high;
    array[at + ROW.promptLow] = prints.promptLow;
    array[at + ROW.promptHigh] = prints.promptHigh;
    array[at + ROW.characters] = characters;
    return characters;
  }

  #findSensitive({ format, turns }: Row, line: number, byte: number, notes: BlockNotes): void {
    for (let at = 0; at < turns.length; at += 1) {
      const matches = findSensitive(turns[at]?.content ?? '');
      for (const { code, kind, shown } of matches) {
        notes.add({ code, kind, found: shown, path: turnPath(format, turns, at) }, line, byte);
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

const learntText = (turns: readonly Turn[]): string =>
  turns
    .filter(({ learnt }) => learnt)
    .map(({ content }) => content.slice(0, LANGUAGE_CHARACTERS))
    .join('\n')
    .slice(0, LANGUAGE_CHARACTERS);
