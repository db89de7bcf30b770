/** The full list of findings, beside the data. */
import { DatasetIssue } from '../../contracts/dataset-issues.ts';
import { gzipLines, pageOfLines } from './gzip-lines.ts';

export const reportFile = (issues: readonly DatasetIssue[]): Buffer => gzipLines(issues);

/** One page of a report, of one code or of all. */
export async function reportPage(
  file: Buffer,
  { code, ...page }: { code?: string | undefined; limit: number; offset: number },
): Promise<{ issues: DatasetIssue[]; total: number }> {
  const ofCode =
    code === undefined ? {} : { about: code, keep: (issue: DatasetIssue) => issue.code === code };
  const { items, total } = await pageOfLines(file, DatasetIssue, { ...page, ...ofCode });
  return { issues: items, total };
}
