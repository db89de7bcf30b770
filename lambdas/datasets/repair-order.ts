/** Whether a version can be given an order to repair it. */
import type { RepairOrder } from '../../contracts/dataset-cures.ts';
import { DATASET_ISSUES } from '../../contracts/dataset-issues.ts';
import type { DatasetContainer, DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type { Judged } from './dataset-version.ts';

const refuse = (path: string, message: string): never => {
  throw new ProblemError('invalid-request', undefined, [{ path, message }]);
};

/** What is said of a file as a whole: no row of it was read. */
const OF_THE_FILE = new Set(['not-text', 'container-broken', 'container-too-large', 'columns-unknown']);

/** Only a table has columns to take fields from: one that was converted, or one that could not be. */
export const TABLES: ReadonlySet<DatasetContainer> = new Set(['csv', 'tsv', 'parquet']);

function isTable({ files, summary }: Judged): boolean {
  const sources = [files.source, files.validationSource];
  return (
    sources.some((source) => source && TABLES.has(source.container)) ||
    summary.issues.some(({ code }) => code === 'columns-unknown')
  );
}

/** Throws `version-not-repairable`, or `invalid-request` with the field that does not fit. */
export function requireRepairable(
  record: DatasetVersionRecord,
  { cures, columns, maxTokens }: RepairOrder,
): Judged {
  if (record.status !== 'ready' && record.status !== 'rejected') {
    throw new ProblemError('version-not-repairable');
  }
  const ordered = new Set<string>(cures);
  if (ordered.has('map-columns') && !columns) refuse('columns', 'say which column becomes which field');
  if (ordered.has('map-columns') && !isTable(record)) refuse('cures', 'this version was no table');
  if (columns && !ordered.has('map-columns')) refuse('columns', 'only map-columns takes them');
  if (maxTokens !== undefined && !ordered.has('shorten-long-rows') && !ordered.has('drop-long-rows')) {
    refuse('maxTokens', 'only shorten-long-rows and drop-long-rows take it');
  }
  for (const { code } of record.summary.issues) {
    if (!OF_THE_FILE.has(code)) continue;
    const { title, cure, repairs } = DATASET_ISSUES[code];
    if (repairs.length === 0) throw new ProblemError('version-not-repairable', `${title}. ${cure}`);
    if (!repairs.some((repair) => ordered.has(repair))) {
      refuse('cures', `${title.toLowerCase()}: this version needs ${repairs.join(' or ')}`);
    }
  }
  return record;
}
