/** Freezes what a run is told, and opens its first attempt. For every other state: the step that it needs. */
import { ProblemError } from '../../contracts/problems.ts';
import type { FrozenRunSpec } from '../../contracts/run-spec.ts';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { toPublic } from '../catalog/base-models.ts';
import type { StageCatalog } from '../catalog/stage-catalog.ts';
import { SAMPLES } from '../costs/estimate.ts';
import { decideAttempt } from '../training-jobs/attempts.ts';
import { decideCancelled, decideFailure } from '../training-jobs/job-ends.ts';
import type { JobStore } from '../training-jobs/job-store.ts';
import { failureOf } from '../training-jobs/training-job.ts';
import type { ModelFiles } from './model-files.ts';
import { go, onFreshJob, stepFor } from './next-step.ts';
import type { StepInput, StepOutcome } from './steps.ts';

/** The frozen part of a run spec. Throws `base-model-unknown` when the stage has dropped the model since. */
export function frozenSpec(job: TrainingJobRecord, catalog: StageCatalog, now: Date): FrozenRunSpec {
  const { data, validation, rows } = job.dataset;
  const accelerator = catalog.gpuTypes.find(({ id }) => id === job.gpuType)?.accelerator;
  return {
    shape: 1,
    jobId: job.id,
    jobName: job.name,
    baseModel: toPublic(catalog.baseModel(job.baseModel)),
    dataset: { format: job.datasetFormat, rows, data, ...(validation ? { validation } : {}) },
    hyperparameters: job.hyperparameters,
    gpuType: job.gpuType,
    gpuCount: job.gpuCount,
    ...(accelerator ? { accelerator } : {}),
    modelFormat: job.modelFormat ?? 'peft',
    samplePrompts: SAMPLES.prompts,
    sampleMaxTokens: SAMPLES.maxTokens,
    preparedAt: now.toISOString(),
  };
}

/**
 * A continued job is told what the job before it was told, down to the revision of the base model: its checkpoint fits
 * nothing else, and a run that began anew would charge twice for the same steps. Nothing where its checkpoint is gone.
 */
async function continuedSpec(
  { owner, checkpoint }: TrainingJobRecord,
  fresh: FrozenRunSpec,
  files: ModelFiles,
): Promise<FrozenRunSpec | undefined> {
  if (!checkpoint?.jobId || !(await files.isWhole(checkpoint))) return undefined;
  const before = await files.spec(owner, checkpoint.jobId);
  return before && { ...fresh, baseModel: before.baseModel, hyperparameters: before.hyperparameters };
}

export async function prepareRun(
  { jobs, files, catalog }: { jobs: JobStore; files: ModelFiles; catalog: StageCatalog },
  input: StepInput,
  now: Date,
): Promise<StepOutcome> {
  return onFreshJob(jobs, input, 'prepare-run', async (job) => {
    if (job.status !== 'queued') return stepFor(job);
    if (job.cancelRequestedAt) {
      await jobs.replace(decideCancelled(job, now), now);
      return go('settle-costs');
    }
    let spec: FrozenRunSpec;
    try {
      spec = frozenSpec(job, catalog, now);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const failure = failureOf('base-model-not-found', 'This installation no longer offers it.');
      await jobs.replace(decideFailure(job, failure, now), now);
      return go('settle-costs');
    }
    if (job.continuedFrom) {
      const continued = await continuedSpec(job, spec, files);
      if (!continued) {
        const failure = failureOf(
          'checkpoint-missing',
          'Nothing was spent. A new job begins at the first step.',
        );
        await jobs.replace(decideFailure(job, failure, now), now);
        return go('settle-costs');
      }
      spec = continued;
    }
    // Written while no attempt exists, so every attempt reads the same bytes.
    await files.writeSpec(job.owner, spec);
    await jobs.replace(decideAttempt(job, now), now);
    return go('submit-run');
  });
}
