/** What may be done with a model; time is passed in. */
import type { Model, ModelFile, ModelRecord } from '../../contracts/models.ts';
import { ProblemError } from '../../contracts/problems.ts';

export type AvailableModel = Extract<ModelRecord, { status: 'available' }>;
export type DeletedModel = Extract<ModelRecord, { status: 'deleted' }>;

/** A file with the very version of it that was verified. */
export interface PinnedFile {
  file: ModelFile;
  key: string;
  versionId: string;
}

/** What the API shows: nothing of where it is stored. */
export function modelView(record: ModelRecord): Model {
  const {
    shape: _shape,
    owner: _owner,
    revision: _revision,
    prefix: _prefix,
    versionIds: _ids,
    ...model
  } = record;
  return model;
}

/** Throws `not-found` or `model-deleted`. */
export function availableModel(record: ModelRecord | undefined): AvailableModel {
  if (!record) throw new ProblemError('not-found');
  if (record.status === 'deleted') throw new ProblemError('model-deleted');
  return record;
}

/** The files to download: all, or those asked for. Throws `invalid-request` naming each path the model does not have. */
export function filesToDownload(record: AvailableModel, paths: readonly string[] | undefined): PinnedFile[] {
  const unknown = (paths ?? []).flatMap((path, index) =>
    record.files.some((file) => file.path === path)
      ? []
      : [{ path: `paths.${index}`, message: 'this model has no such file' }],
  );
  if (unknown.length > 0) throw new ProblemError('invalid-request', undefined, unknown);
  const wanted = paths === undefined ? undefined : new Set(paths);
  return record.files
    .filter((file) => wanted === undefined || wanted.has(file.path))
    .map((file) => {
      const versionId = record.versionIds[file.path];
      // Without a version a later overwrite could be served: rather nothing.
      if (versionId === undefined) throw new Error(`The model's record pins no version of ${file.path}.`);
      return { file, key: `${record.prefix}${file.path}`, versionId };
    });
}

const next = (record: ModelRecord, now: Date) => ({
  revision: record.revision + 1,
  updatedAt: now.toISOString(),
});

/** The model under a new name. */
export const renamed = (record: AvailableModel, name: string, now: Date): AvailableModel => ({
  ...record,
  ...next(record, now),
  name,
});

/** The record that stays when the files go: what it cost and how good it was. */
export const deleted = (record: AvailableModel, now: Date): DeletedModel => ({
  ...record,
  ...next(record, now),
  status: 'deleted',
  deletedAt: now.toISOString(),
});
