/** The multipart uploads of a version's files, begun before there is a record that names them. */
import type { VersionIn } from './dataset-version.ts';
import { fileKey, type Uploads } from './upload.ts';

export interface StartedUploads {
  ids: VersionIn<'uploading'>['uploads'];
  /** For when the record did not come to be. */
  undo(): Promise<void>;
}

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
