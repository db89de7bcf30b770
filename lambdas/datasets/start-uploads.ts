/** The multipart uploads of a version's files, begun before there is a record that names them. */
import { ProblemError } from '../../contracts/problems.ts';
import { RecordChanged } from './dataset-store.ts';
import type { VersionIn } from './dataset-version.ts';
import { fileKey, type Uploads } from './upload.ts';

export interface StartedUploads {
  ids: VersionIn<'uploading'>['uploads'];
  /** For when the record did not come to be. */
  undo(): Promise<void>;
}

/**
 * Whether a failed write certainly left no record. After any other error the record may be there, its answer lost
 * (fault 21): its uploads are then needed. Those that nobody names the bucket ends after two days (lib/data-stack.ts).
 */
export const isDecided = (error: unknown): boolean =>
  error instanceof ProblemError || error instanceof RecordChanged;

export async function startUploads(
  uploads: Pick<Uploads, 'start' | 'abort'>,
  { owner, datasetId, version }: { owner: string; datasetId: string; version: number },
  hasValidation: boolean,
): Promise<StartedUploads> {
  const keys = {
    data: fileKey(owner, datasetId, version, 'data'),
    validation: fileKey(owner, datasetId, version, 'validation'),
  };
  const [data, validation] = await Promise.all([
    uploads.start(keys.data),
    hasValidation ? uploads.start(keys.validation) : undefined,
  ]);
  return {
    ids: validation === undefined ? { data } : { data, validation },
    async undo() {
      await uploads.abort(keys.data, data);
      if (validation !== undefined) await uploads.abort(keys.validation, validation);
    },
  };
}
