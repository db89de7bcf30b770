import {
  DATASET_ISSUES,
  type DatasetFile,
  type DatasetIssue,
  type DatasetIssueCode,
  type DatasetIssueCount,
} from '../../../contracts/dataset-issues.ts';
import { LIMITS } from '../../../contracts/limits.ts';

/** As the contract says: cut to 200 characters and shown as text only, so control characters become visible. */
const FOUND_CHARACTERS = 200;
const shown = (found: string) => found.slice(0, FOUND_CHARACTERS).replace(/\p{Cc}/gu, '�');

/** Counts every finding and keeps the first of each code, so that a broken file of any size has a readable report. */
export class IssueLog {
  readonly issues: DatasetIssue[] = [];
  readonly #kept = new Map<DatasetIssueCode, number>();
  readonly #counts = new Map<string, DatasetIssueCount>();

  add(
    code: DatasetIssueCode,
    file: DatasetFile,
    line: number | undefined,
    found: string,
    path?: string,
  ): void {
    const { severity, cure } = DATASET_ISSUES[code];
    const counted = this.#counts.get(`${code} ${file}`);
    if (counted) counted.count += 1;
    else {
      const firstLine = line === undefined ? {} : { firstLine: line };
      this.#counts.set(`${code} ${file}`, { code, severity, file, count: 1, ...firstLine });
    }
    const kept = this.#kept.get(code) ?? 0;
    if (kept >= LIMITS.issuesPerCode) return;
    this.#kept.set(code, kept + 1);
    this.issues.push({
      code,
      severity,
      file,
      ...(line === undefined ? {} : { line }),
      ...(path === undefined ? {} : { path }),
      found: shown(found),
      cure,
    });
  }

  /** Errors first, then what occurs most. */
  counts(): DatasetIssueCount[] {
    return [...this.#counts.values()].toSorted(
      (a, b) => a.severity.localeCompare(b.severity) || b.count - a.count,
    );
  }

  get hasErrors(): boolean {
    return [...this.#counts.values()].some(({ severity }) => severity === 'error');
  }

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }
}
