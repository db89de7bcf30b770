/** People of a running copy, and what they do there: through the public API alone, as the pages do. */
import { fetchAuthSession } from 'aws-amplify/auth';
import { apiClient, type Client } from '../../contracts/client.ts';
import type { Estimate } from '../../contracts/costs.ts';
import type { DatasetVersion } from '../../contracts/dataset-versions.ts';
import { listMetrics, type AttemptPoint } from '../../contracts/metrics.ts';
import type { ModelFormat } from '../../contracts/model-format.ts';
import { getModel, type Model } from '../../contracts/models.ts';
import { cancelTrainingJob, type TrainingJob } from '../../contracts/training-jobs.ts';
import { ensureAccount } from '../../local/demo-account.ts';
import { accessToken, signedInClient } from '../../local/journey/session.ts';
import { estimate, followJob, quickRunOn, startJob } from '../../local/journey/training.ts';
import {
  checkedVersion,
  type DatasetToUpload,
  type UploadedDataset,
  uploadDataset,
} from '../../local/journey/upload.ts';
import type { RunningCopy } from '../../local/running-copy.ts';

type Ready = NonNullable<RunningCopy['ready']>;

export interface Person {
  api: Client;
  email: string;
  /** Good for 15 minutes, longer than the whole suite. */
  token: string;
  /** Says who somebody is, not what they may do: the API takes none. */
  idToken: string;
}

/** Makes an account and signs it in by SRP. */
export async function newPerson(copy: Ready, name: string): Promise<Person> {
  const account = { email: `${name}@brightrun.local.test`, password: 'Integration-4711-Aa' };
  await ensureAccount(copy.emulatorUrl, copy.userPoolId, account);
  await signedInClient(copy, account);
  const token = (await accessToken()) ?? '';
  const idToken = (await fetchAuthSession()).tokens?.idToken?.toString() ?? '';
  return {
    api: apiClient({ baseUrl: `${copy.url}/v1`, accessToken: async () => token }),
    email: account.email,
    token,
    idToken,
  };
}

export interface Upload {
  dataset: UploadedDataset;
  version: DatasetVersion;
}

export async function upload(person: Person, dataset: DatasetToUpload): Promise<Upload> {
  const uploaded = await uploadDataset(person.api, dataset);
  return { dataset: uploaded, version: await checkedVersion(person.api, uploaded) };
}

export interface Run extends Upload {
  forecast: Estimate;
  job: TrainingJob;
  model: Model;
  points: AttemptPoint[];
}

export interface RunOptions {
  name: string;
  hyperparameters?: { epochs?: number };
  /** The adapter where nothing is said. */
  modelFormat?: ModelFormat;
  /** How long the run may take; four minutes where nothing is said. */
  seconds?: number;
  /** Told of every look at the run; may do something to it. */
  onLook?: Parameters<typeof followJob>[2];
}

/** Stops a run and keeps its model, once: what had to be seen was seen, however fast the machine trains. */
export function keeperOf({ api }: Person): (jobId: string) => void {
  let asked: Promise<unknown> | undefined;
  return (jobId) => {
    asked ??= api
      .call(cancelTrainingJob, { path: { jobId }, body: { keepModel: true } })
      // It had ended, or somebody else moved it in this moment: the next look asks again.
      .catch(() => (asked = undefined));
  };
}

/** One run on the tiny base takes half a minute on two free cores; the rest is for busy ones. */
const RUN_SECONDS = 240;

/** A whole run on a checked dataset; throws unless it ends with a model. */
export async function train(person: Person, { dataset, version }: Upload, options: RunOptions): Promise<Run> {
  const { api } = person;
  const { hyperparameters = {}, modelFormat = 'peft' } = options;
  const choices = { ...(await quickRunOn(api, dataset)), hyperparameters, modelFormat };
  const forecast = await estimate(api, choices);
  // Ten times what is expected: these tests stop runs on purpose, and lost time is paid for as well.
  const accepted = await startJob(api, options.name, choices, forecast.suggestedCapUsdMicros * 10);
  const job = await followJob(
    api,
    accepted.id,
    options.onLook ?? (() => undefined),
    options.seconds ?? RUN_SECONDS,
  );
  if (job.status !== 'succeeded') throw new Error(`${job.name} ${job.status}: ${JSON.stringify(job)}`);
  const { body: model } = await api.call(getModel, { path: { modelId: job.modelId } });
  const { body: curve } = await api.call(listMetrics, { path: { jobId: job.id }, query: { points: 5000 } });
  return { dataset, version, forecast, job, model, points: curve.points };
}
