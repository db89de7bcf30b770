/** What a person is told when a version's check has ended. */
import type { DatasetContainer } from '../../contracts/dataset-versions.ts';
import type { Outcome } from '../../contracts/notifications.ts';
import type { VersionIn } from './dataset-version.ts';

type Ended = VersionIn<'ready'> | VersionIn<'rejected'> | VersionIn<'validation-failed'>;

const figure = (value: number) => value.toLocaleString('en-US');
const counted = (value: number, one: string, many: string) => `${figure(value)} ${value === 1 ? one : many}`;

const CONTAINERS: Record<DatasetContainer, string> = {
  jsonl: 'a packed file',
  'json-array': 'a JSON array',
  csv: 'CSV',
  tsv: 'TSV',
  parquet: 'Parquet',
};

/** The revision is in the key: the same transition is one notification, a later failure is another (I8). */
export function outcomeOf(record: Ended, datasetName: string): Outcome {
  const common = {
    shape: 1 as const,
    key: `${record.datasetId}:v${record.version}:${record.status}:r${record.revision}`,
    owner: record.owner,
    target: { noun: 'datasets' as const, id: record.datasetId },
    at: record.updatedAt,
  };
  // The first version is the dataset to who has no other.
  const what = `“${datasetName}”${record.version === 1 ? '' : ` version ${record.version}`}`;
  switch (record.status) {
    case 'ready':
      return {
        ...common,
        kind: 'dataset-ready',
        title: `${what} is ready to train`,
        body: readyBody(record),
      };
    case 'rejected':
      return {
        ...common,
        kind: 'dataset-rejected',
        title: `${what} cannot be trained on yet`,
        body: rejectedBody(record),
      };
    case 'validation-failed': {
      const wasMade = record.madeFrom === undefined || record.versionIds !== undefined;
      return {
        ...common,
        kind: 'dataset-validation-failed',
        title: `${what} could not be ${wasMade ? 'checked' : 'made'}`,
        body: record.reason,
      };
    }
  }
}

function readyBody({ summary, files, madeFrom }: VersionIn<'ready'>): string {
  const { tokens } = summary;
  const about = tokens ? `, ${tokens.method === 'exact' ? '' : 'about '}${figure(tokens.total)} tokens` : '';
  const converted = files.source ? `, converted from ${CONTAINERS[files.source.container]}` : '';
  // By kind, as the pages count them: 31 warnings of two kinds are two things to look at.
  const warnings = new Set(
    summary.issues.filter(({ severity }) => severity === 'warning').map(({ code }) => code),
  ).size;
  return [
    `${counted(summary.usableRows, 'row', 'rows')}${about}${converted}.`,
    ...(madeFrom ? [repairedWords(madeFrom)] : []),
    ...(warnings > 0 ? [`The check found ${counted(warnings, 'warning', 'warnings')}.`] : []),
  ].join(' ');
}

function rejectedBody({ summary, madeFrom }: VersionIn<'rejected'>): string {
  const errors = summary.issues.filter(({ severity }) => severity === 'error');
  const total = errors.reduce((sum, issue) => sum + issue.count, 0);
  return [
    ...(madeFrom ? [repairedWords(madeFrom)] : []),
    `The check found ${counted(total, 'problem', 'problems')}. The report names each line and its cure.`,
  ].join(' ');
}

function repairedWords({
  version,
  rowsChanged = 0,
  rowsRemoved = 0,
}: NonNullable<Ended['madeFrom']>): string {
  const did = [
    ...(rowsChanged > 0 ? [`${counted(rowsChanged, 'row', 'rows')} changed`] : []),
    ...(rowsRemoved > 0 ? [`${counted(rowsRemoved, 'row', 'rows')} left out`] : []),
  ];
  return `Made from version ${version}: ${did.length > 0 ? did.join(', ') : 'nothing had to be changed'}.`;
}
