import type { DatasetIssueCode } from '../../../../contracts/dataset-issues.ts';
import type { BlockCount, BlockFinding } from './block.ts';
import type { RowProblem } from '../rows/row.ts';

/** The problems of one block: all counted, and of each code no more kept than a report takes. */
export class BlockNotes {
  readonly findings: BlockFinding[] = [];
  readonly #enough: ReadonlySet<DatasetIssueCode>;
  readonly #most: number;
  readonly #counts = new Map<DatasetIssueCode, { count: BlockCount; lastLine: number }>();

  constructor(enough: readonly DatasetIssueCode[], most: number) {
    this.#enough = new Set(enough);
    this.#most = most;
  }

  /** Whether more of this code would be read by anybody: what is found need not be looked for then. */
  wants(code: DatasetIssueCode): boolean {
    return !this.#enough.has(code) && (this.#counts.get(code)?.count.count ?? 0) < this.#most;
  }

  add(problem: RowProblem, line: number, byte: number): void {
    const { code, kind } = problem;
    if (this.wants(code)) this.findings.push({ ...problem, line, byte });
    let counted = this.#counts.get(code);
    if (!counted) {
      counted = { count: { code, count: 0, rows: 0, firstLine: line, kinds: {} }, lastLine: -1 };
      this.#counts.set(code, counted);
    }
    const { count } = counted;
    count.count += 1;
    if (counted.lastLine !== line) count.rows += 1;
    counted.lastLine = line;
    if (kind !== undefined) count.kinds[kind] = (count.kinds[kind] ?? 0) + 1;
  }

  counts(): BlockCount[] {
    return [...this.#counts.values()].map(({ count }) => count);
  }
}
