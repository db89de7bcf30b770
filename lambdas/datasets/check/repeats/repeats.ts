/** Rows and prompts that come again, in one file and across both: exact ones by fingerprint, near ones by signature. */
import type { CheckedBlock } from '../blocks/block.ts';
import { ROW } from '../blocks/block.ts';
import type { DatasetFile } from '../../../../contracts/dataset-issues.ts';
import { signatureLength } from '../blocks/check-block.ts';
import type { IssueLog } from '../issue-log.ts';
import { NearDuplicates } from './near-duplicates.ts';
import { SeenRows } from './seen-rows.ts';
import { SIGNATURE_LENGTH, WORDS } from './row-signature.ts';

/** Lines of the validation file in the tables of both: no file of 500 MB has so many lines. */
const VALIDATION = 2 ** 30;

/** The shortest usable row, `{"text":"a"}`, and its line feed: no file has more rows than this makes of it. */
const SHORTEST_ROW_BYTES = 13;

/** Of so many validation lines it is known where they begin, 4 MB: to name them when the training file has them too. */
const MOST_PLACES = 1_000_000;

/**
 * Told the blocks of the validation file first and then those of the training file, each in the order of lines, so
 * that a training row finds what stands in either. Memory: two tables of 40 MiB at most, 53 MB for near ones.
 */
export class Repeats {
  readonly #issues: IssueLog;
  readonly #rows: SeenRows;
  readonly #prompts: SeenRows;
  readonly #near: NearDuplicates | undefined;
  readonly #signatureAtHand = new Uint32Array(SIGNATURE_LENGTH);
  readonly #places: number[] = [];
  #told = 0;
  #remembered = 0;
  #nearRemembered = 0;

  constructor(issues: IssueLog, bytesOfFiles: number, nearDuplicates: boolean) {
    this.#issues = issues;
    const most = Math.ceil(bytesOfFiles / SHORTEST_ROW_BYTES) + 1;
    this.#rows = new SeenRows(most);
    this.#prompts = new SeenRows(most);
    this.#near = nearDuplicates ? new NearDuplicates(Math.min(most, NearDuplicates.MOST)) : undefined;
  }

  /** Where there are more rows than the tables hold: how many of the first were compared with all others. */
  limits(): { comparedRows?: number; nearComparedRows?: number } {
    return {
      ...(this.#remembered < this.#told ? { comparedRows: this.#remembered } : {}),
      ...((this.#near?.forgotten ?? 0) > 0 ? { nearComparedRows: this.#nearRemembered } : {}),
    };
  }

  add(
    { rowColumns, signatures }: CheckedBlock,
    file: DatasetFile,
    firstLine: number,
    firstByte: number,
  ): void {
    let signatureAt = 0;
    for (let at = 0; at < rowColumns.length; at += ROW.width) {
      const line = firstLine + (rowColumns[at + ROW.line] ?? 0);
      const byte = firstByte + (rowColumns[at + ROW.byte] ?? 0);
      if (file === 'validation' && this.#places.length < MOST_PLACES) this.#places[line] = byte;
      const seen = this.#exact(rowColumns, at, file, line, byte);
      if (!this.#near) continue;
      const signature = this.#signature(signatures, signatureAt);
      signatureAt += signatureLength(signatures, signatureAt);
      if (seen === 'repeated' || signature[WORDS] === 0) continue;
      const value = file === 'validation' ? line + VALIDATION : line;
      const near = this.#near.add(signature, value, byte);
      if (this.#near.forgotten === 0) this.#nearRemembered = this.#told;
      if (near !== undefined && seen === 'new') this.#tellNear(value, near, byte);
    }
  }

  /** What only the whole file could tell of rows that are nearly the same. */
  end(): void {
    for (const { line, near, byte } of this.#near?.settled() ?? []) this.#tellNear(line, near, byte);
  }

  /** The signature that begins here, until the next is asked for: a view a row would be 30 MB of garbage at a time. */
  #signature(signatures: Uint32Array, from: number): Uint32Array {
    const length = signatureLength(signatures, from);
    for (let at = 0; at < length; at += 1) this.#signatureAtHand[at] = signatures[from + at] ?? 0;
    return this.#signatureAtHand;
  }

  /** The columns of a row begin at `at`. */
  #exact(
    rows: Uint32Array,
    at: number,
    file: DatasetFile,
    line: number,
    byte: number,
  ): 'new' | 'in-both' | 'repeated' {
    const [low, high] = [rows[at + ROW.low] ?? 0, rows[at + ROW.high] ?? 0];
    const value = file === 'validation' ? line + VALIDATION : line;
    const first = this.#rows.findOrAdd(low, high, value);
    const isInBoth = file === 'data' && first >= VALIDATION;
    this.#told += 1;
    if (!this.#rows.isFull) this.#remembered = this.#told;
    if (isInBoth) {
      this.#rows.replace(low, high, line);
      this.#tellShared('in-both-files', first - VALIDATION, line);
    } else if (first !== 0) {
      const otherLine = first % VALIDATION;
      const found = `the same as line ${otherLine}`;
      this.#issues.add({ code: 'duplicate-row', file, line, byte, otherLine, found });
      return 'repeated';
    }
    // Rows that come here differ, so an equal prompt means another answer.
    this.#answered(rows, at, file, line, byte);
    return isInBoth ? 'in-both' : 'new';
  }

  #answered(rows: Uint32Array, at: number, file: DatasetFile, line: number, byte: number): void {
    const [low, high] = [rows[at + ROW.promptLow] ?? 0, rows[at + ROW.promptHigh] ?? 0];
    if (low === 0 && high === 0) return;
    const asked = this.#prompts.findOrAdd(low, high, file === 'validation' ? line + VALIDATION : line);
    if (asked === 0) return;
    if (file === 'data' && asked >= VALIDATION) {
      this.#prompts.replace(low, high, line);
      return;
    }
    const otherLine = asked % VALIDATION;
    const found = `the prompt of line ${otherLine}`;
    this.#issues.add({ code: 'conflicting-answers', file, line, byte, otherLine, found });
  }

  #tellNear(value: number, near: number, byte: number): void {
    if (value < VALIDATION && near >= VALIDATION) {
      this.#tellShared('near-in-both-files', near - VALIDATION, value);
      return;
    }
    const file = value < VALIDATION ? 'data' : 'validation';
    const otherLine = near % VALIDATION;
    const found = `nearly the same as line ${otherLine}`;
    this.#issues.add({ code: 'near-duplicate', file, line: value % VALIDATION, byte, otherLine, found });
  }

  #tellShared(code: 'in-both-files' | 'near-in-both-files', line: number, otherLine: number): void {
    const byte = this.#places[line];
    const found = `line ${otherLine} of the training file`;
    this.#issues.add({
      code,
      file: 'validation',
      line,
      ...(byte === undefined ? {} : { byte }),
      otherLine,
      found,
    });
  }
}
