/** Which checked rows can be trained on: by the trainer's form of a row, and by the base model's chat template. */
import type { DatasetFormat } from '../../contracts/dataset-format.ts';
import type { CheckSummary } from '../../contracts/dataset-versions.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type { CatalogBaseModel } from './base-models.ts';

/**
 * What the trainer does not read (trainer/brightrun_trainer/row_forms.py). ShareGPT rows never pass the check, so here
 * they only stand for completeness.
 */
const UNTRAINABLE: Partial<Record<DatasetFormat, string>> = {
  sharegpt: 'Convert the rows to messages first.',
};

/** Throws `format-not-trainable` or `tools-not-supported`. */
export function assertTrainable(
  { format, mix }: Pick<CheckSummary, 'format' | 'mix'>,
  baseModel: Pick<CatalogBaseModel, 'title' | 'knowsTools'>,
): void {
  const reason = format ? UNTRAINABLE[format] : undefined;
  if (reason !== undefined) throw new ProblemError('format-not-trainable', reason);
  const rows = mix?.toolRows ?? 0;
  if (rows > 0 && !baseModel.knowsTools) {
    const count = rows === 1 ? '1 row has' : `${rows.toLocaleString('en-US')} rows have`;
    throw new ProblemError(
      'tools-not-supported',
      `${count} tools, and ${baseModel.title} does not know them. Take another base model or leave these rows out.`,
    );
  }
}
