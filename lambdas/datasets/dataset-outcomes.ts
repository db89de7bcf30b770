/** What a person is told when a version's check has ended. */
import type { Outcome } from '../../contracts/notifications.ts';
import type { VersionIn } from './dataset-version.ts';

type Ended = VersionIn<'ready'> | VersionIn<'rejected'> | VersionIn<'validation-failed'>;

const figure = (value: number) => value.toLocaleString('en-US');
const counted = (value: number, one: string, many: string) => `${figure(value)} ${value === 1 ? one : many}`;

/** The revision is in the key: the same transition is one notification, a later failure is another (I8). */
export function outcomeOf(record: Ended, datasetName: string): Outcome {
  const common = {
    shape: 1 as const,
    key: `${record.datasetId}:v${record.version}:${record.status}:r${record.revision}`,
    owner: record.owner,
    target: { noun: 'datasets' as const, id: record.datasetId },
    at: record.updatedAt,
  };
  switch (record.status) {
    case 'ready':
      return {
        ...common,
        kind: 'dataset-ready',
        title: `“${datasetName}” is ready to train`,
        body: readyBody(record),
      };
    case 'rejected':
      return {
        ...common,
        kind: 'dataset-rejected',
        title: `“${datasetName}” cannot be trained on yet`,
        body: rejectedBody(record),
      };
    case 'validation-failed':
      return {
        ...common,
        kind: 'dataset-validation-failed',
        title: `“${datasetName}” could not be checked`,
        body: record.reason,
      };
  }
}

function readyBody({ summary }: VersionIn<'ready'>): string {
  const { tokens } = summary;
  const about = tokens ? `, ${tokens.method === 'exact' ? '' : 'about '}${figure(tokens.total)} tokens` : '';
  const warnings = summary.issues.reduce((sum, issue) => sum + issue.count, 0);
  const remark = warnings > 0 ? ` The check found ${counted(warnings, 'warning', 'warnings')}.` : '';
  return `${counted(summary.usableRows, 'row', 'rows')}${about}.${remark}`;
}

function rejectedBody({ summary }: VersionIn<'rejected'>): string {
  const errors = summary.issues.filter(({ severity }) => severity === 'error');
  const total = errors.reduce((sum, issue) => sum + issue.count, 0);
  return `The check found ${counted(total, 'problem', 'problems')}. The report names each line and its cure.`;
}
