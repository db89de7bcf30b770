import type {
  DatasetFile,
  DatasetIssueCode,
  SensitiveKind,
} from '../../../../../contracts/dataset-issues.ts';
import { DATASET_ISSUE_CODES } from '../../../../../contracts/dataset-issues.ts';
import type { CheckSummary } from '../../../../../contracts/dataset-versions.ts';

/** Everything that was found of one code, in both files. */
export interface ProblemGroup {
  code: DatasetIssueCode;
  severity: 'error' | 'warning';
  /** Findings. */
  count: number;
  /** Rows that have it; as many as findings where the check did not say. */
  rows: number;
  kinds: Partial<Record<SensitiveKind, number>>;
  files: DatasetFile[];
}

/** Found of a file as a whole: they have no row. */
const OF_THE_FILE: readonly DatasetIssueCode[] = [
  'empty-file',
  'not-text',
  'container-broken',
  'container-too-large',
  'columns-unknown',
  'too-few-rows',
  'few-rows',
];
/** Rows that have the problem, none where it is the file's. */
export const rowsWith = ({ code, rows }: ProblemGroup) => (OF_THE_FILE.includes(code) ? 0 : rows);

/** By code: errors before warnings, then by number of rows. */
export function problemGroups(issues: CheckSummary['issues']): ProblemGroup[] {
  const groups = new Map<DatasetIssueCode, ProblemGroup>();
  for (const issue of issues) {
    const group = groups.get(issue.code) ?? {
      code: issue.code,
      severity: issue.severity,
      count: 0,
      rows: 0,
      kinds: {},
      files: [],
    };
    group.count += issue.count;
    group.rows += issue.rows ?? issue.count;
    group.files.push(issue.file);
    for (const [name, found] of Object.entries(issue.kinds ?? {})) {
      const kind = name as SensitiveKind;
      group.kinds[kind] = (group.kinds[kind] ?? 0) + found;
    }
    groups.set(issue.code, group);
  }
  return [...groups.values()].sort(
    (a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning') || b.rows - a.rows,
  );
}

/** What was looked for and not found. */
export function passedChecks(issues: CheckSummary['issues']): DatasetIssueCode[] {
  const found = new Set(issues.map((issue) => issue.code));
  return DATASET_ISSUE_CODES.filter((code) => !found.has(code));
}
