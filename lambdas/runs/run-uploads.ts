/** How a run's file becomes an object: announced, sent in parts, put together only when the parts add up. */
import type * as z from 'zod';
import { LIMITS } from '../../contracts/limits.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type { completeRunUpload, startRunUpload } from '../../contracts/runs.ts';
import type { MultipartUploads } from '../runtime/s3-multipart.ts';
import { runKey } from './run-keys.ts';
import type { RunIdentity } from './run-token.ts';

const plannedParts = (bytes: number): number => Math.max(1, Math.ceil(bytes / LIMITS.modelPartBytes));

export async function startUpload(
  uploads: MultipartUploads,
  run: RunIdentity,
  file: z.output<(typeof startRunUpload)['body']>,
) {
  const uploadId = await uploads.start(runKey(run, file.path));
  return { uploadId, partBytes: LIMITS.modelPartBytes, parts: plannedParts(file.bytes) };
}

/**
 * Throws `upload-incomplete` while parts are missing and `upload-size-differs` when they are all there and do not
 * add up (nothing is stored then). An upload that has ended already answers with what it stored.
 */
export async function completeUpload(
  uploads: MultipartUploads,
  run: RunIdentity,
  { path, uploadId, bytes }: z.output<(typeof completeRunUpload)['body']>,
) {
  const key = runKey(run, path);
  const answered = async () => {
    const stored = await uploads.stored(key);
    if (!stored?.compositeSha256 || stored.bytes !== bytes) throw new ProblemError('upload-incomplete');
    return { versionId: stored.versionId, compositeSha256: stored.compositeSha256 };
  };
  const arrived = await uploads.arrived(key, uploadId);
  if (!arrived) return answered();
  const isWhole =
    arrived.length >= plannedParts(bytes) && arrived.every((part, place) => part.partNumber === place + 1);
  if (!isWhole) throw new ProblemError('upload-incomplete');
  if (arrived.reduce((sum, part) => sum + part.bytes, 0) !== bytes) {
    await uploads.abort(key, uploadId);
    throw new ProblemError('upload-size-differs');
  }
  const stored = await uploads.complete(key, uploadId, arrived);
  if (!stored?.compositeSha256) return answered();
  return { versionId: stored.versionId, compositeSha256: stored.compositeSha256 };
}
