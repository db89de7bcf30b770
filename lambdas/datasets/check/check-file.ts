/** One pass over one file: lines, form, content, repeats, tokens. Knows nothing of where the bytes come from. */
import { isUtf8 } from 'node:buffer';
import type { DatasetFile, DatasetIssueCode } from '../../../contracts/dataset-issues.ts';
import { DATASET_ISSUES } from '../../../contracts/dataset-issues.ts';
import type { DatasetFormat } from '../../../contracts/datasets.ts';
import { LIMITS } from '../../../contracts/limits.ts';
import type { IssueLog } from './issue-log.ts';
import { nestsDeeperThan } from './nesting.ts';
import { readRow, type Row, type Turn } from './row.ts';
import type { TokenCounter } from '../tokens/token-counter.ts';
import { type Fingerprint, fingerprint, SeenRows } from './seen-rows.ts';
import { findPersonalData, findSecret } from './sensitive-text.ts';
import { TokenSums } from '../tokens/token-sums.ts';

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export interface FileCheckOptions {
  file: DatasetFile;
  issues: IssueLog;
  counter: TokenCounter;
  /** Counts the tokens of one row in so many, chosen by fingerprint; 1 counts all. */
  countOneIn: number;
  expectedFormat: DatasetFormat | undefined;
  /** Rows of the validation file, to be found again in the training file. */
  validationRows?: SeenRows;
}

/** How many prompts are remembered for conflicting answers: half the rows' memory. */
const MOST_PROMPTS = 2_000_000;

export class FileCheck {
  rows = 0;
  usableRows = 0;
  format: DatasetFormat | undefined;
  readonly seen = new SeenRows();
  readonly tokens: TokenSums;
  readonly #options: FileCheckOptions;
  readonly #prompts = new SeenRows(MOST_PROMPTS);
  readonly #leaked = new Set<number>();
  #longestCharacters = 0;

  constructor(options: FileCheckOptions) {
    this.#options = options;
    this.tokens = new TokenSums(options.counter.contextLength);
    this.format = options.expectedFormat;
  }

  /** One line as the splitter gives it. */
  line(bytes: Buffer | null, line: number): void {
    if (bytes === null) {
      this.rows += 1;
      this.#note('line-too-long', line, `more than ${LIMITS.datasetLineBytes} bytes`);
      return;
    }
    const text = this.#text(bytes, line);
    if (text === undefined) return;
    const parsed = this.#parsed(bytes, text, line);
    if (!parsed) return;
    const row = readRow(parsed.value);
    let usable = this.#sameForm(row, line);
    for (const { code, path, found } of row.problems) {
      this.#note(code, line, found, path);
      if (DATASET_ISSUES[code].severity === 'error') usable = false;
    }
    if (usable) this.#usable(row.turns, line);
  }

  #note(code: DatasetIssueCode, line: number, found: string, path?: string): void {
    this.#options.issues.add(code, this.#options.file, line, found, path);
  }

  /** The line as text; nothing, with the reason noted, where it is blank or not UTF-8. */
  #text(bytes: Buffer, line: number): string | undefined {
    const marked = line === 1 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK);
    const body = marked ? bytes.subarray(3) : bytes;
    if (!isUtf8(body)) {
      this.rows += 1;
      this.#note('not-utf8', line, body.subarray(0, 200).toString('latin1'));
      return undefined;
    }
    const text = body.toString('utf8');
    if (text.trim() === '') {
      this.#note('blank-line', line, 'no text');
      return undefined;
    }
    this.rows += 1;
    return text;
  }

  #parsed(bytes: Buffer, text: string, line: number): { value: unknown } | undefined {
    if (nestsDeeperThan(bytes, LIMITS.datasetLineDepth)) {
      this.#note('too-deep', line, `more than ${LIMITS.datasetLineDepth} levels`);
      return undefined;
    }
    try {
      return { value: JSON.parse(text) };
    } catch {
      this.#note('not-json', line, text.trim());
      return undefined;
    }
  }

  #sameForm(row: Row, line: number): boolean {
    if (row.format === null) return false;
    this.format ??= row.format;
    if (row.format === this.format) return true;
    this.#note('mixed-formats', line, `${row.format}, where the file is ${this.format}`);
    return false;
  }

  #usable(turns: readonly Turn[], line: number): void {
    this.usableRows += 1;
    const print = fingerprint(turns);
    this.#repeats(turns, print, line);
    this.#countTokens(turns, print, line);
    for (const { content } of turns) {
      const secret = findSecret(content);
      if (secret !== undefined) this.#note('possible-secret', line, secret);
      const personal = findPersonalData(content);
      if (personal !== undefined) this.#note('possible-personal-data', line, personal);
    }
  }

  #repeats(turns: readonly Turn[], print: Fingerprint, line: number): void {
    const held = this.#options.validationRows?.find(print);
    if (held !== undefined && !this.#leaked.has(held)) {
      this.#leaked.add(held);
      this.#options.issues.add('in-both-files', 'validation', held, `line ${line} of the training file`);
    }
    const first = this.seen.find(print);
    if (first !== undefined) {
      this.#note('duplicate-row', line, `the same as line ${first}`);
      return;
    }
    this.seen.add(print, line);
    if (turns.length < 2) return;
    // All rows that come here differ, so an equal prompt means another answer.
    const prompt = fingerprint(turns.slice(0, -1));
    const asked = this.#prompts.find(prompt);
    if (asked === undefined) this.#prompts.add(prompt, line);
    else this.#note('conflicting-answers', line, `the prompt of line ${asked}`);
  }

  #countTokens(turns: readonly Turn[], print: Fingerprint, line: number): void {
    const { counter, countOneIn } = this.#options;
    const characters = turns.reduce((sum, { content }) => sum + content.length, 0);
    const longer = characters > this.#longestCharacters;
    this.#longestCharacters = Math.max(this.#longestCharacters, characters);
    if (print.low % countOneIn !== 0) {
      this.tokens.add(characters, undefined);
      if (longer) this.tokens.longest(counter.count(turns).total);
      return;
    }
    const counted = counter.count(turns);
    this.tokens.add(characters, counted);
    if (counted.total > counter.contextLength) {
      this.#note('over-context', line, `${counted.total} tokens of ${counter.contextLength}`);
    }
  }
}
