/** Estimates, starts and follows a run. */
import { randomUUID } from 'node:crypto';
import type { Client } from '../../contracts/client.ts';
import { estimateCost, type Estimate } from '../../contracts/costs.ts';
import { listBaseModels, listGpuTypes } from '../../contracts/catalog.ts';
import { getJobLive, type JobLive } from '../../contracts/metrics.ts';
import type { CallInput } from '../../contracts/client.ts';
import {
  createTrainingJob,
  getTrainingJob,
  isTerminal,
  type TrainingJob,
} from '../../contracts/training-jobs.ts';
import type { UploadedDataset } from './upload.ts';

export type RunChoices = CallInput<typeof estimateCost>['body'];

/** The first base model and GPU type of this installation, with the Quick preset. */
export async function quickRunOn(api: Client, dataset: UploadedDataset): Promise<RunChoices> {
  const [models, gpus] = await Promise.all([api.call(listBaseModels, {}), api.call(listGpuTypes, {})]);
  const [baseModel] = models.body.items;
  const [gpuType] = gpus.body.items;
  if (!baseModel || !gpuType) throw new Error('This installation has no base model or no GPU type');
  return {
    datasetId: dataset.datasetId,
    datasetVersion: dataset.version,
    baseModel: baseModel.id,
    gpuType: gpuType.id,
    preset: 'quick',
  };
}

export async function estimate(api: Client, choices: RunChoices): Promise<Estimate> {
  return (await api.call(estimateCost, { body: choices })).body;
}

/** Starts the job and asks a second time with the same key, as a client does whose connection broke: one job. */
export async function startJob(
  api: Client,
  name: string,
  choices: RunChoices,
  capUsdMicros: number,
): Promise<TrainingJob> {
  const idempotencyKey = randomUUID();
  const body = { name, ...choices, capUsdMicros };
  const first = await api.call(createTrainingJob, { body }, { idempotencyKey });
  const again = await api.call(createTrainingJob, { body }, { idempotencyKey });
  if (again.body.id !== first.body.id) {
    throw new Error(`The same key made two jobs: ${first.body.id} and ${again.body.id}`);
  }
  return first.body;
}

/** Looks every second until the job has ended. */
export async function followJob(
  api: Client,
  jobId: string,
  onLook: (live: JobLive) => void,
  seconds: number,
): Promise<TrainingJob> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const { body } = await api.call(getJobLive, { path: { jobId } });
    onLook(body);
    if (isTerminal(body.status)) return (await api.call(getTrainingJob, { path: { jobId } })).body.job;
    if (Date.now() > deadline) throw new Error(`${jobId} is still ${body.status} after ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
