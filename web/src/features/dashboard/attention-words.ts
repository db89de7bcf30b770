import type { CheckSummary, DatasetVersion } from '../../../../contracts/dataset-versions.ts';
import type { Dataset } from '../../../../contracts/datasets.ts';
import type { Model } from '../../../../contracts/models.ts';
import type { TrainingJob } from '../../../../contracts/training-jobs.ts';
import { money } from '../../lib/format/money.ts';
import { count, loss } from '../../lib/format/numbers.ts';
import { lowerFirst, verdictOf } from '../datasets/dataset-words.ts';

/** Something that waits for a person: what, why, and the one place where it is solved. */
export interface AttentionItem {
  key: string;
  at: string;
  tone: 'bad' | 'warn';
  title: string;
  sentence: string;
  action: string;
  target:
    { noun: 'training-jobs'; id: string } | { noun: 'datasets'; id: string } | { noun: 'models'; id: string };
}

/** What nobody touched for a week has been decided by leaving it. */
const DAYS = 7;
/** More than five would be a list, not a call for attention. */
const MOST = 5;

/** Failed jobs that weren't tried again, datasets that can't be used, models that are no better; the newest first. */
export function attentionOf(found: {
  jobs: readonly TrainingJob[];
  datasets: readonly { dataset: Dataset; version: DatasetVersion }[];
  models: readonly Model[];
  now: Date;
}): AttentionItem[] {
  const retried = new Set(found.jobs.map((job) => job.retryOf));
  const items: AttentionItem[] = [
    ...found.jobs.flatMap((job): AttentionItem[] =>
      job.status === 'failed' && !retried.has(job.id)
        ? [
            {
              key: job.id,
              at: job.endedAt,
              tone: 'bad',
              title: `${job.name} failed`,
              sentence: `${asSentence(job.failure.title)} ${asSentence(job.failure.detail)} ${money(job.costUsdMicros)} was spent.`,
              action: 'See what happened',
              target: { noun: 'training-jobs', id: job.id },
            },
          ]
        : [],
    ),
    ...found.datasets.flatMap(({ dataset, version }): AttentionItem[] =>
      dataset.status === 'active' && (version.status === 'rejected' || version.status === 'validation-failed')
        ? [
            {
              key: dataset.id,
              at: version.updatedAt,
              tone: 'bad',
              title: `${dataset.name} v${version.version}${version.status === 'rejected' ? ' ' : ': '}${lowerFirst(verdictOf(version).title)}`,
              sentence: verdictOf(version).sentence,
              action: version.status === 'rejected' ? seeErrors(version.summary) : 'Check it again',
              target: { noun: 'datasets', id: dataset.id },
            },
          ]
        : [],
    ),
    ...found.models.flatMap((model): AttentionItem[] =>
      model.status === 'available' && model.verdict === 'keep-the-base'
        ? [
            {
              key: model.id,
              at: model.createdAt,
              tone: 'warn',
              title: `${model.name} is no better than its base`,
              sentence: model.evaluation
                ? `Validation loss ${loss(model.evaluation.base.loss)} → ${loss(model.evaluation.tuned.loss)}, and the difference could be chance.`
                : 'Nothing shows that it is better.',
              action: 'Compare answers',
              target: { noun: 'models', id: model.id },
            },
          ]
        : [],
    ),
  ];
  const since = found.now.getTime() - DAYS * 24 * 3600 * 1000;
  return items
    .filter((item) => new Date(item.at).getTime() >= since)
    .sort((a, b) => b.at.localeCompare(a.at))
    .slice(0, MOST);
}

const asSentence = (text: string) => (text === '' || /[.!?]$/.test(text) ? text : `${text}.`);
/** Some errors have no line: there are too few rows, or the file cannot be read at all. */
function seeErrors({ issues }: Pick<CheckSummary, 'issues'>): string {
  const lines = issues.reduce((sum, { severity, rows }) => sum + (severity === 'error' ? (rows ?? 0) : 0), 0);
  if (lines === 0) return 'See the problem';
  return lines === 1 ? 'See the line' : `See the ${count(lines)} lines`;
}
