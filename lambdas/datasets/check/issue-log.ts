import {
  DATASET_ISSUE_CODES,
  DATASET_ISSUES,
  type DatasetFile,
  type DatasetIssue,
  type DatasetIssueCode,
  type DatasetIssueCount,
  type SensitiveKind,
} from '../../../contracts/dataset-issues.ts';
import { LIMITS } from '../../../contracts/limits.ts';

export type Finding = Omit<DatasetIssue, 'severity' | 'cure'>;

/** How often a code was found, by whoever kept the findings themselves. */
export interface FindingCount {
  code: DatasetIssueCode;
  count: number;
  rows: number;
  firstLine: number;
  kinds: Partial<Record<SensitiveKind, number>>;
}

/** As the contract says: cut to 200 characters. */
const FOUND_CHARACTERS = 200;
/** Control characters, and those that turn the direction of what is written after them. */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Text of a dataset as it may be shown; a copy, because a piece of a line would keep the whole line in memory. */
const shown = (text: string, most: number): string =>
  Buffer.from(text.slice(0, most).toWellFormed().replace(UNSEEN, '\ufffd')).toString();

const asShown = (finding: Finding): Finding => ({
  ...finding,
  found: shown(finding.found, FOUND_CHARACTERS),
  ...(finding.path === undefined ? {} : { path: shown(finding.path, FOUND_CHARACTERS) }),
});

function asIssue(finding: Finding): DatasetIssue {
  const { severity, cure } = DATASET_ISSUES[finding.code];
  return { ...finding, severity, cure };
}

/** By file, line and kind: when each was found is no matter of what is found. */
const inOrder = (a: Finding, b: Finding): number =>
  a.file.localeCompare(b.file) ||
  (a.line ?? 0) - (b.line ?? 0) ||
  DATASET_ISSUE_CODES.indexOf(a.code) - DATASET_ISSUE_CODES.indexOf(b.code);

/**
 * Counts every finding and keeps the first of each code and file, so that a broken file of any size has a readable
 * report: at most 1,000 of 40 codes in two files, in practice a few thousand of half a kilobyte.
 */
export class IssueLog {
  readonly issuesPerCode: number;
  readonly #onIssue: ((issue: DatasetIssue) => void) | undefined;
  readonly #kept = new Map<string, Finding[]>();
  readonly #counts = new Map<string, DatasetIssueCount>();
  /** Of each count the line it was last found in: a row is one row however often it has it. */
  readonly #lastLines = new Map<DatasetIssueCount, number | undefined>();

  /** With `onIssue` each one is handed on as it is found and none is kept here. */
  constructor(issuesPerCode: number = LIMITS.issuesPerCode, onIssue?: (issue: DatasetIssue) => void) {
    this.issuesPerCode = issuesPerCode;
    this.#onIssue = onIssue;
  }

  /** One finding; those of a file come in the order of its lines, but for the ones another file tells. */
  add(finding: Finding): void {
    const { code, file, line, kind } = finding;
    const counted = this.#count(code, file, line);
    counted.count += 1;
    if (line !== undefined && this.#lastLines.get(counted) !== line) counted.rows = (counted.rows ?? 0) + 1;
    this.#lastLines.set(counted, line);
    if (kind !== undefined) counted.kinds = { ...counted.kinds, [kind]: (counted.kinds?.[kind] ?? 0) + 1 };
    this.#keep(finding);
  }

  /** Findings that were counted where they were found, of which not all need to be there. */
  addCounted(file: DatasetFile, findings: readonly Finding[], counts: readonly FindingCount[]): void {
    for (const { code, count, rows, firstLine, kinds } of counts) {
      const counted = this.#count(code, file, firstLine);
      counted.count += count;
      counted.rows = (counted.rows ?? 0) + rows;
      this.#lastLines.delete(counted);
      for (const [kind, more] of Object.entries(kinds) as [SensitiveKind, number][]) {
        counted.kinds = { ...counted.kinds, [kind]: (counted.kinds?.[kind] ?? 0) + more };
      }
    }
    for (const finding of findings) this.#keep(finding);
  }

  /** Codes of which the report has as many as it takes. */
  full(file: DatasetFile): DatasetIssueCode[] {
    return [...this.#kept.values()].flatMap((kept) => {
      const [first] = kept;
      return first?.file === file && kept.length >= this.issuesPerCode ? [first.code] : [];
    });
  }

  #count(code: DatasetIssueCode, file: DatasetFile, line: number | undefined) {
    const key = `${code} ${file}`;
    let counted = this.#counts.get(key);
    if (!counted) {
      const { severity } = DATASET_ISSUES[code];
      counted = { code, severity, file, count: 0 };
      this.#counts.set(key, counted);
    }
    if (line !== undefined) counted.firstLine = Math.min(line, counted.firstLine ?? line);
    return counted;
  }

  #keep(finding: Finding): void {
    if (this.#onIssue) {
      this.#onIssue(asIssue(asShown(finding)));
      return;
    }
    const key = `${finding.code} ${finding.file}`;
    let kept = this.#kept.get(key);
    if (!kept) this.#kept.set(key, (kept = []));
    if (kept.length < this.issuesPerCode) kept.push(asShown(finding));
  }

  /** What is kept: of the training file first, what the whole file has before its lines, and those in order. */
  get issues(): DatasetIssue[] {
    const all = [...this.#kept.values()].flat();
    return all.toSorted(inOrder).map(asIssue);
  }

  /** Errors first, then what occurs most. */
  counts(): DatasetIssueCount[] {
    return [...this.#counts.values()].toSorted(
      (a, b) => a.severity.localeCompare(b.severity) || b.count - a.count,
    );
  }

  /** Errors and warnings so far. */
  tally(): { errors: number; warnings: number } {
    let errors = 0;
    let warnings = 0;
    for (const { severity, count } of this.#counts.values()) {
      if (severity === 'error') errors += count;
      else warnings += count;
    }
    return { errors, warnings };
  }
}
