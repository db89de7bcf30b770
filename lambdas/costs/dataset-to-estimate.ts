/** Which datasets a run can be estimated for. */
import type { DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import type { DatasetRecord } from '../../contracts/datasets.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type { CatalogBaseModel } from '../catalog/base-models.ts';
import { assertTrainable } from '../catalog/trainable-rows.ts';
import type { CheckedData } from './run-size.ts';

/**
 * The checked data of a version. Throws `not-found`, `dataset-archived` or `dataset-not-ready`, and where this base model
 * cannot be trained on it `format-not-trainable` or `tools-not-supported`.
 */
export function checkedData(
  found: { dataset: DatasetRecord; version: DatasetVersionRecord } | undefined,
  baseModel: CatalogBaseModel,
): CheckedData {
  if (!found || found.dataset.status === 'deleting') throw new ProblemError('not-found');
  if (found.dataset.status === 'archived') throw new ProblemError('dataset-archived');
  if (found.version.status !== 'ready') throw new ProblemError('dataset-not-ready');
  const { summary, files } = found.version;
  assertTrainable(summary, baseModel);
  return { summary, bytes: files.data.bytes, hasValidationFile: files.validation !== undefined };
}
