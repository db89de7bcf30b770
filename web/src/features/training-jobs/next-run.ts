import { LIMITS } from '../../../../contracts/limits.ts';
import type { Hyperparameters } from '../../../../contracts/catalog.ts';
import type { Estimate } from '../../../../contracts/costs.ts';
import type { ModelFormat } from '../../../../contracts/model-format.ts';
import type { TrainingJob } from '../../../../contracts/training-jobs.ts';

/** What is asked for after a job has ended. */
export interface NextRun {
  /** `continue` goes on from the newest checkpoint, `retry` begins at step 0. */
  kind: 'continue' | 'retry';
  /** Where it goes on; 0 for a retry. */
  fromStep: number;
  /** What differs from the ended job; a run with other settings begins at step 0, one in another format does not. */
  change: { hyperparameters?: Partial<Hyperparameters>; gpuType?: string; modelFormat?: ModelFormat };
}

const DAY = 86_400_000;

/**
 * The way on from an ended job, as lambdas/training-jobs/continuation.ts decides it: from its checkpoint where it ended
 * early and the checkpoint is kept still, else from the beginning where it has no model. Undefined where it needs none.
 */
export function nextRunOf(job: TrainingJob, now: Date): NextRun | undefined {
  const endedEarly =
    job.status === 'failed' ||
    (job.status === 'succeeded' && (job.stopReason === 'budget' || job.stopReason === 'kept-by-user'));
  const { checkpoint } = job;
  if (endedEarly && checkpoint && now < keptUntil(checkpoint.at)) {
    return { kind: 'continue', fromStep: checkpoint.step, change: {} };
  }
  if (job.status === 'failed' || job.status === 'cancelled') {
    return { kind: 'retry', fromStep: 0, change: {} };
  }
  return undefined;
}

/** Until when the newest checkpoint can be gone on from. */
export function keptUntil(checkpointAt: string): Date {
  return new Date(Date.parse(checkpointAt) + LIMITS.checkpointDays * DAY);
}

/** The step at which a continued job took over; undefined where neither its checkpoint nor its attempts say so. */
export function stepTakenOver(job: TrainingJob): number | undefined {
  if (job.continuedFrom === undefined) return undefined;
  const { checkpoint } = job;
  // Once it has written one of its own, the record points to that; its first attempt still says where it began.
  if (checkpoint?.jobId !== undefined && checkpoint.jobId !== job.id) return checkpoint.step;
  return job.attempts[0]?.resumedFromStep;
}

/** The very choices of the ended job, with the change; what an estimate is asked with. */
export function choicesOf(job: TrainingJob, change: NextRun['change']) {
  return {
    datasetId: job.dataset.id,
    datasetVersion: job.dataset.version,
    baseModel: job.baseModel,
    preset: job.preset,
    hyperparameters: { ...job.hyperparameters, ...change.hyperparameters },
    gpuType: change.gpuType ?? job.gpuType,
    gpuCount: job.gpuCount,
    modelFormat: change.modelFormat ?? formatOf(job),
  };
}

/** What the job was to publish; a record from before formats means the adapter. */
export const formatOf = (job: TrainingJob): ModelFormat => job.modelFormat ?? 'peft';

/** The same way on with a model in that format. */
export function inFormat(job: TrainingJob, next: NextRun, format: ModelFormat): NextRun {
  return format === formatOf(job) ? next : { ...next, change: { ...next.change, modelFormat: format } };
}

interface Range {
  low: number;
  expected: number;
  high: number;
}

/**
 * The estimate of the whole run, brought down to what is left of it: only training gets shorter, starting, measuring
 * and publishing are paid again. The suggested cap is a tenth above the slow end, to the next cent.
 */
export function estimateOfRest(estimate: Estimate, fromStep: number): Estimate {
  if (fromStep <= 0 || estimate.steps <= 0) return estimate;
  const left = Math.max(0, 1 - fromStep / estimate.steps);
  const phases = estimate.phases.map((each) =>
    each.phase === 'training'
      ? { ...each, seconds: ranged((end) => Math.round(each.seconds[end] * left)) }
      : each,
  );
  const seconds = ranged((end) => phases.reduce((sum, each) => sum + each.seconds[end], 0));
  const perSecond = (estimate.price.usdMicrosPerHour * estimate.price.gpuCount) / 3600;
  const costUsdMicros = ranged((end) =>
    Math.min(estimate.costUsdMicros[end], Math.ceil(seconds[end] * perSecond)),
  );
  const roomy = Math.ceil((costUsdMicros.high * 1.1) / CENT) * CENT;
  return {
    ...estimate,
    phases,
    seconds,
    costUsdMicros,
    suggestedCapUsdMicros: Math.min(
      estimate.suggestedCapUsdMicros,
      Math.max(Math.ceil(estimate.minimumCapUsdMicros / CENT) * CENT, roomy),
    ),
  };
}

const CENT = 10_000;
const ranged = (of: (end: keyof Range) => number): Range => ({
  low: of('low'),
  expected: of('expected'),
  high: of('high'),
});
