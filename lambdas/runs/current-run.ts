/** What a run is told to do now: the frozen spec, with fresh URLs for everything it must fetch. */
import type * as z from 'zod';
import { ProblemError } from '../../contracts/problems.ts';
import type { RunSpec } from '../../contracts/run-spec.ts';
import { landingOf } from '../costs/landing.ts';
import type { LiveJob } from '../training-jobs/training-job.ts';
import type { RunFiles } from './run-files.ts';
import { besideManifest } from './run-keys.ts';

/**
 * The checkpoint to go on from: the newest one, unless this very attempt wrote it. Without files where the checkpoint of
 * a continued job is gone: its trainer refuses that, because to begin anew would charge for what was paid already.
 */
async function resumption(job: LiveJob, files: RunFiles, now: Date) {
  const { checkpoint } = job;
  if (!checkpoint) return null;
  if (checkpoint.jobId === undefined && checkpoint.attempt >= job.attempt) return null;
  const manifest = await files.checkpointManifest(checkpoint.manifestKey, checkpoint.manifestVersionId);
  // Deleted under our hands: the run can still begin anew, and its next checkpoint takes this one's place.
  if (!manifest && checkpoint.jobId === undefined) return null;
  return {
    attempt: checkpoint.attempt,
    step: checkpoint.step,
    ...(checkpoint.jobId === undefined ? {} : { jobId: checkpoint.jobId }),
    files: await Promise.all(
      (manifest?.files ?? []).map((file) =>
        files.modelFile({ ...file, key: besideManifest(checkpoint.manifestKey, file.path) }, now),
      ),
    ),
  };
}

export async function currentRun(job: LiveJob, files: RunFiles, now: Date): Promise<z.input<typeof RunSpec>> {
  const [spec, resume] = await Promise.all([files.spec(job.owner, job.id), resumption(job, files, now)]);
  if (!spec) throw new ProblemError('internal-error');
  const { data, validation } = spec.dataset;
  return {
    spec,
    attempt: job.attempt,
    files: {
      data: await files.datasetFile({ ...data, path: 'data.jsonl' }, now),
      ...(validation
        ? { validation: await files.datasetFile({ ...validation, path: 'validation.jsonl' }, now) }
        : {}),
    },
    resume,
    ...landingOf(job, now),
    capUsdMicros: job.capUsdMicros,
    usdMicrosPerHour: job.usdMicrosPerHour,
  };
}
