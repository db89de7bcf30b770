/** A checkpoint counts once its manifest and every file in it lie in the bucket as they are described. */
import type * as z from 'zod';
import { ProblemError } from '../../contracts/problems.ts';
import type { CheckpointManifest } from '../../contracts/run-spec.ts';
import type { registerCheckpoint } from '../../contracts/runs.ts';
import type { RunFiles } from './run-files.ts';
import { besideManifest, runKey } from './run-keys.ts';
import type { RunIdentity } from './run-token.ts';

/** Throws `manifest-invalid`, naming what does not fit. */
export async function wholeCheckpoint(
  files: RunFiles,
  run: RunIdentity,
  { step, manifestVersionId }: z.output<(typeof registerCheckpoint)['body']>,
): Promise<CheckpointManifest> {
  const key = runKey(run, `checkpoints/${step}/manifest.json`);
  const manifest = await files.checkpointManifest(key, manifestVersionId);
  if (!manifest) throw new ProblemError('manifest-invalid', 'There is no manifest under this version.');
  if (manifest.jobId !== run.jobId || manifest.attempt !== run.attempt || manifest.step !== step) {
    throw new ProblemError('manifest-invalid', 'The manifest is of another job, attempt or step.');
  }
  const stored = await Promise.all(
    manifest.files.map((file) => files.isStored(besideManifest(key, file.path), file)),
  );
  const missing = manifest.files.filter((_, place) => !stored[place]);
  if (missing.length > 0) {
    throw new ProblemError(
      'manifest-invalid',
      `Not as described: ${missing.map(({ path }) => path).join(', ')}`,
    );
  }
  return manifest;
}
