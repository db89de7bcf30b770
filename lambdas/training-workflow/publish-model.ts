/** A model is what the manifest says and S3 confirms; then job and model are written together (I7). */
import type { ModelRecord } from '../../contracts/models.ts';
import type { ManifestFile, ModelManifest } from '../../contracts/run-spec.ts';
import { BASE_MODELS } from '../catalog/base-models.ts';
import { paceOf } from '../costs/measured-pace.ts';
import { verdictOf } from '../models/verdict.ts';
import { attemptPrefix } from '../runs/run-keys.ts';
import { decideCancelled, decideFailure, decideSuccess } from '../training-jobs/job-ends.ts';
import type { JobMoney } from '../training-jobs/job-money.ts';
import type { JobStore } from '../training-jobs/job-store.ts';
import { failureOf, type LiveJob } from '../training-jobs/training-job.ts';
import type { ModelFiles } from './model-files.ts';
import { go, onFreshJob, stepFor } from './next-step.ts';
import { missingFiles } from './published-files.ts';
import type { StepInput, StepOutcome } from './steps.ts';

/** One model a job, so its id follows from the job's: a repeated publication is the same model. */
const modelIdOf = (jobId: string): string => jobId.replace(/^job_/, 'mdl_');

/** What is wrong with a manifest as a text; nothing where it fits the job. */
function manifestFault(manifest: ModelManifest, job: LiveJob): string | undefined {
  if (manifest.jobId !== job.id || manifest.attempt !== job.attempt)
    return 'It is of another job or attempt.';
  if (manifest.datasetSha256 !== job.dataset.data.sha256) return 'It was trained on other bytes.';
  if (manifest.baseModel.id !== job.baseModel) return 'It was trained from another base model.';
  const paths = manifest.files.map((file) => file.path);
  if (new Set(paths).size < paths.length) return 'A file stands in it twice.';
  if (!paths.every((path) => path.startsWith('final/'))) return 'A file of it lies outside its folder.';
  const missing = missingFiles(manifest.format, paths);
  return missing.length > 0 ? `Missing: ${missing.join(', ')}.` : undefined;
}

/** The model's first revision. The evaluation passes through as it was measured; the verdict follows from it. */
function modelOf(job: LiveJob, manifest: ModelManifest, now: Date): ModelRecord {
  const at = now.toISOString();
  const file = ({ path, bytes, sha256, compositeSha256 }: ManifestFile) => ({
    path,
    bytes,
    sha256,
    compositeSha256,
  });
  return {
    shape: 1,
    owner: job.owner,
    revision: 1,
    status: 'available',
    id: modelIdOf(job.id),
    name: job.name,
    jobId: job.id,
    createdAt: at,
    updatedAt: at,
    format: manifest.format,
    baseModel: manifest.baseModel,
    dataset: {
      id: job.dataset.id,
      name: job.dataset.name,
      version: job.dataset.version,
      sha256: job.dataset.data.sha256,
    },
    preset: job.preset,
    hyperparameters: job.hyperparameters,
    gpuType: job.gpuType,
    attempts: job.attempt,
    verdict: verdictOf(manifest.evaluation),
    evaluation: manifest.evaluation,
    training: manifest.training,
    samples: manifest.samples,
    ...(manifest.canaries ? { canaries: manifest.canaries } : {}),
    ...(manifest.memorisation ? { memorisation: manifest.memorisation } : {}),
    ...(manifest.exportProof ? { exportProof: manifest.exportProof } : {}),
    files: manifest.files.map(file),
    totalBytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
    costUsdMicros: job.costUsdMicros,
    prefix: attemptPrefix({ owner: job.owner, jobId: job.id, attempt: job.attempt }),
    versionIds: Object.fromEntries(manifest.files.map(({ path, versionId }) => [path, versionId])),
  };
}

/** Files that S3 does not have as the manifest describes them. */
async function differing(job: LiveJob, manifest: ModelManifest, files: ModelFiles): Promise<string[]> {
  const run = { owner: job.owner, jobId: job.id, attempt: job.attempt };
  const stored = await Promise.all(manifest.files.map((file) => files.isStored(run, file)));
  return manifest.files.filter((_, place) => !stored[place]).map(({ path }) => path);
}

export async function publishModel(
  { jobs, money, files }: { jobs: JobStore; money: JobMoney; files: ModelFiles },
  input: StepInput,
  now: Date,
): Promise<StepOutcome> {
  return onFreshJob(jobs, input, 'publish-model', async (job) => {
    if (job.status !== 'publishing') return stepFor(job);
    const run = { owner: job.owner, jobId: job.id, attempt: job.attempt };
    const said = job.completion?.attempt === job.attempt ? job.completion.manifestVersionId : undefined;
    const versionId = said ?? (await files.manifestVersion(run));
    const manifest = versionId && (await files.manifest(run, versionId));
    const refuse = async (why: string) => {
      const change = job.cancelRequestedAt
        ? decideCancelled(job, now)
        : decideFailure(job, failureOf('manifest-invalid', why), now);
      await jobs.replace(change, now);
      return go('settle-costs');
    };
    if (!manifest) return refuse('There is no manifest that can be read.');
    const fault = manifestFault(manifest, job);
    if (fault) return refuse(fault);
    const wrong = await differing(job, manifest, files);
    if (wrong.length > 0) return refuse(`Not as described: ${wrong.join(', ')}.`);
    const model = modelOf(job, manifest, now);
    const { stopReason, steps, totalSteps, epochs } = manifest.training;
    const ended = { id: model.id, stopReason, trained: { steps, totalSteps, epochs } };
    const family = BASE_MODELS.find(({ id }) => id === job.baseModel)?.family;
    const record = paceOf(job, manifest.training, now);
    const pace = family && record ? { record, family } : undefined;
    await money.publish(decideSuccess(job, ended, now), { model, pace }, now);
    return go('settle-costs');
  });
}
