/** Whether a job is accepted, and what it is bound to when it is: version, checksum, price, cap. */
import type * as z from 'zod';
import type { SettingsRecord } from '../../contracts/account.ts';
import type { Hyperparameters } from '../../contracts/catalog.ts';
import type { DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import type { DatasetRecord } from '../../contracts/datasets.ts';
import type { PaceRecord } from '../../contracts/pace.ts';
import { ProblemError } from '../../contracts/problems.ts';
import type {
  BoundDataset,
  continueTrainingJob,
  createTrainingJob,
  retryTrainingJob,
  TrainingJobRecord,
} from '../../contracts/training-jobs.ts';
import { machinesOf } from '../catalog/machines.ts';
import { chooseHyperparameters } from '../catalog/presets.ts';
import type { StageCatalog } from '../catalog/stage-catalog.ts';
import { assertTrainable } from '../catalog/trainable-rows.ts';
import { estimateRun, largestCap, type RunEstimate } from '../costs/estimate.ts';
import { monthOf } from '../costs/ledger.ts';
import { assertContinuable, type TakenOver, takenOverByRetry } from './continuation.ts';
import { queuedOutcome, usd } from './job-outcomes.ts';
import { assertRetryable, type JobChange } from './training-job.ts';

/** What is asked for, after parsing. A retry becomes one too. */
export type JobWish = z.output<(typeof createTrainingJob)['body']>;

export interface JobToDecide {
  id: string;
  owner: string;
  wish: JobWish;
  found: { dataset: DatasetRecord; version: DatasetVersionRecord } | undefined;
  settings: SettingsRecord | undefined;
  catalog: StageCatalog;
  /** Finished runs of this installation: the estimate that is kept with the job is the one that was shown. */
  paces?: readonly PaceRecord[] | undefined;
  retryOf?: string | undefined;
  /** The checkpoint of an ended job to go on from. */
  from?: TakenOver | undefined;
}

/** A wish that came from an ended job, and what is taken over from it. */
export type NextWish = Pick<JobToDecide, 'wish' | 'retryOf' | 'from'>;

type ReadyVersion = Extract<DatasetVersionRecord, { status: 'ready' }>;

/** Throws `not-found`, `dataset-archived` or `dataset-not-ready`. */
function readyVersion(found: JobToDecide['found']): { dataset: DatasetRecord; version: ReadyVersion } {
  if (!found || found.dataset.status === 'deleting') throw new ProblemError('not-found');
  if (found.dataset.status === 'archived') throw new ProblemError('dataset-archived');
  if (found.version.status !== 'ready') throw new ProblemError('dataset-not-ready');
  return { dataset: found.dataset, version: found.version };
}

function boundDataset(dataset: DatasetRecord, version: ReadyVersion): z.infer<typeof BoundDataset> {
  const { data, validation } = version.files;
  return {
    id: dataset.id,
    name: dataset.name,
    version: version.version,
    rows: version.summary.usableRows,
    ...(version.summary.tokens ? { tokens: version.summary.tokens.total } : {}),
    data: { key: version.keys.data, ...data },
    ...(validation && version.keys.validation
      ? { validation: { key: version.keys.validation, ...validation } }
      : {}),
  };
}

/** Throws `does-not-fit`, `cap-too-small` or `cap-too-large`, each with the figures of this case. */
function assertAffordable(estimate: RunEstimate, cap: number, largest: number): void {
  const { neededBytes, availableBytes, fits } = estimate.memory;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  if (!fits) {
    throw new ProblemError(
      'does-not-fit',
      `It needs ${gigabytes(neededBytes)} and there are ${gigabytes(availableBytes)}.`,
    );
  }
  if (cap < estimate.minimumCapUsdMicros) {
    throw new ProblemError('cap-too-small', `At least ${usd(estimate.minimumCapUsdMicros)} is needed.`);
  }
  if (cap > largest) throw new ProblemError('cap-too-large', `At most ${usd(largest)} can be spent.`);
}

/** A new job, `queued`, with its hold named; the store holds the money in the same transaction. */
export function decideCreation(asked: JobToDecide, now: Date): JobChange {
  const { wish, catalog, settings, owner, id } = asked;
  if (settings?.disabledAt) throw new ProblemError('forbidden', 'This account has been disabled.');
  const { dataset, version } = readyVersion(asked.found);
  const baseModel = catalog.baseModel(wish.baseModel);
  const gpuType = catalog.gpuType(wish.gpuType);
  const { format } = version.summary;
  // A version is ready only with a format; a record without one is not what the check writes.
  if (!format) throw new ProblemError('dataset-not-ready');
  assertTrainable(version.summary, baseModel);
  const hyperparameters = chooseHyperparameters(baseModel, wish.preset, wish.hyperparameters, format);
  const estimate = estimateRun({
    data: {
      summary: version.summary,
      bytes: version.files.data.bytes,
      hasValidationFile: version.files.validation !== undefined,
    },
    baseModel,
    gpuType,
    gpuCount: wish.gpuCount,
    hyperparameters,
    modelFormat: wish.modelFormat,
    paces: asked.paces,
  });
  assertAffordable(estimate, wish.capUsdMicros, largestCap(gpuType, wish.gpuCount));
  const { machines } = machinesOf(gpuType, wish.gpuCount);
  const at = now.toISOString();
  const job: TrainingJobRecord = {
    shape: 1,
    id,
    owner,
    revision: 1,
    status: 'queued',
    name: wish.name,
    dataset: boundDataset(dataset, version),
    datasetFormat: format,
    baseModel: baseModel.id,
    preset: wish.preset,
    hyperparameters,
    gpuType: gpuType.id,
    gpuCount: wish.gpuCount,
    ...(machines === 1 ? {} : { machines }),
    modelFormat: wish.modelFormat,
    usdMicrosPerHour: gpuType.usdMicrosPerHour,
    pricedOn: gpuType.pricedOn,
    capUsdMicros: wish.capUsdMicros,
    costUsdMicros: 0,
    estimate: {
      costUsdMicros: estimate.costUsdMicros,
      seconds: estimate.seconds,
      steps: estimate.steps,
      totalTokens: estimate.totalTokens,
      landingSeconds: estimate.landingSeconds,
    },
    attempts: [],
    ...(asked.retryOf ? { retryOf: asked.retryOf } : {}),
    ...asked.from,
    hold: { month: monthOf(at), usdMicros: wish.capUsdMicros },
    claims: [],
    costSequence: 0,
    createdAt: at,
    updatedAt: at,
  };
  return {
    job,
    events: [
      {
        key: 'accepted',
        kind: 'accepted',
        attempt: 0,
        title: 'Accepted',
        detail: `${usd(wish.capUsdMicros)} are held in the budget of ${job.hold.month}.${
          asked.from ? ` It goes on from step ${asked.from.checkpoint.step} of an earlier job.` : ''
        }`,
      },
    ],
    outcomes: [queuedOutcome(job)],
  };
}

/** The very choices of a job: every setting named, so that a preset that has changed since changes nothing. */
function sameWish(job: TrainingJobRecord, changes: Partial<JobWish> & { capUsdMicros: number }): JobWish {
  return {
    name: job.name,
    datasetId: job.dataset.id,
    datasetVersion: job.dataset.version,
    baseModel: job.baseModel,
    preset: job.preset,
    hyperparameters: job.hyperparameters,
    gpuType: job.gpuType,
    gpuCount: job.gpuCount,
    modelFormat: job.modelFormat ?? 'peft',
    ...changes,
  };
}

/**
 * The choices of an ended job, with some changed. Where nothing of the run itself is changed, a failed one goes on from
 * its newest checkpoint. Throws `job-not-retryable`.
 */
export function wishOfRetry(
  job: TrainingJobRecord,
  changes: z.output<(typeof retryTrainingJob)['body']>,
  now: Date,
): NextWish {
  assertRetryable(job);
  const hyperparameters: Partial<Hyperparameters> = { ...job.hyperparameters, ...changes.hyperparameters };
  return {
    wish: sameWish(job, {
      hyperparameters,
      gpuType: changes.gpuType ?? job.gpuType,
      modelFormat: changes.modelFormat ?? job.modelFormat ?? 'peft',
      capUsdMicros: changes.capUsdMicros ?? job.capUsdMicros,
    }),
    retryOf: job.id,
    from: takenOverByRetry(job, changes, now),
  };
}

/** The same run under a new cap, from its newest checkpoint. Throws `job-not-continuable` with the reason. */
export function wishOfContinuation(
  job: TrainingJobRecord,
  { name, capUsdMicros }: z.output<(typeof continueTrainingJob)['body']>,
  now: Date,
): NextWish {
  return {
    wish: sameWish(job, { capUsdMicros, ...(name === undefined ? {} : { name }) }),
    from: assertContinuable(job, now),
  };
}
