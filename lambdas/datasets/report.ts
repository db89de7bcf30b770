/** The full list of findings: one JSON object a line, gzipped beside the data. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { DatasetIssue } from '../../contracts/dataset-issues.ts';

export function reportFile(issues: readonly DatasetIssue[]): Buffer {
  return gzipSync(issues.map((issue) => `${JSON.stringify(issue)}\n`).join(''));
}

/** A report holds at most 1,000 findings of each code, about 200 bytes each: 10 MB are far above. */
const MOST_BYTES = 64 * 1024 * 1024;

/** One page of a report, of one code or of all. */
export function reportPage(
  file: Buffer,
  { code, limit, offset }: { code?: string | undefined; limit: number; offset: number },
): { issues: DatasetIssue[]; total: number } {
  const lines = gunzipSync(file, { maxOutputLength: MOST_BYTES }).toString('utf8').split('\n');
  const all = lines.filter((line) => line !== '').map((line) => DatasetIssue.parse(JSON.parse(line)));
  const chosen = code === undefined ? all : all.filter((issue) => issue.code === code);
  return { issues: chosen.slice(offset, offset + limit), total: chosen.length };
}
