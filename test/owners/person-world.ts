/** Everything one person can own, made through the real handlers where the API makes it. */
import { createHash, randomUUID } from 'node:crypto';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { SQSEvent } from 'aws-lambda';
import { ulid } from 'ulid';
import { DatasetVersionRecord } from '../../contracts/dataset-versions.ts';
import {
  completeDatasetUpload,
  createDataset,
  getDataset,
  signDatasetParts,
} from '../../contracts/datasets.ts';
import { FrozenRunSpec } from '../../contracts/run-spec.ts';
import { reportProgress } from '../../contracts/runs.ts';
import { createTrainingJob, TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { BASE_MODELS, toPublic } from '../../lambdas/catalog/base-models.ts';
import { costRecordItems } from '../../lambdas/costs/ledger-items.ts';
import { usageRecords } from '../../lambdas/costs/ledger.ts';
import { modelRow } from '../../lambdas/models/model-rows.ts';
import { dynamoNotificationStore } from '../../lambdas/notifications/dynamo-notification-store.ts';
import { notificationOf } from '../../lambdas/notifications/notification.ts';
import { coreKeys } from '../../lambdas/runtime/dynamo-keys.ts';
import { documentClient } from '../../lambdas/runtime/dynamo.ts';
import { runSpecKey } from '../../lambdas/runs/run-keys.ts';
import { jobRow, parseJobRow } from '../../lambdas/training-jobs/job-rows.ts';
import { GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { modelRecord } from '../models/model-record.ts';
import { callApi } from './call-api.ts';

/** The ids that a person's things have; the same shape filled with ids nobody ever had is a stranger's guess. */
export interface Ids {
  datasetId: string;
  uploadingDatasetId: string;
  failedDatasetId: string;
  jobId: string;
  endedJobId: string;
  modelId: string;
  notificationId: string;
}

export const neverExisted = (): Ids => ({
  datasetId: `ds_${ulid()}`,
  uploadingDatasetId: `ds_${ulid()}`,
  failedDatasetId: `ds_${ulid()}`,
  jobId: `job_${ulid()}`,
  endedJobId: `job_${ulid()}`,
  modelId: `mdl_${ulid()}`,
  notificationId: `ntf_${ulid()}`,
});

/** Sixty unique chats inside the tiny base's world. */
const rows = (who: string) =>
  Array.from({ length: 60 }, (_, index) =>
    JSON.stringify({
      messages: [
        { role: 'user', content: `What does ${who} keep in box number ${index}?` },
        { role: 'assistant', content: `Box ${index} of ${who} holds ${index * 7 + who.length} stones.` },
      ],
    }),
  ).join('\n');

async function body<T>(answer: Promise<{ status: number; body: unknown }>): Promise<T> {
  const { status, body: found } = await answer;
  if (status >= 300) throw new Error(`Setting up answered ${status}: ${JSON.stringify(found)}`);
  return found as T;
}

type Created = { dataset: { id: string } };
const announce = (owner: string, name: string, bytes: number) =>
  body<Created>(callApi(createDataset, owner, { body: { name, bytes }, idempotencyKey: randomUUID() })).then(
    (created) => created.dataset.id,
  );

async function readyDataset(owner: string, who: string): Promise<string> {
  const data = Buffer.from(rows(who));
  const datasetId = await announce(owner, `Boxes of ${who}`, data.length);
  const path = { datasetId, version: '1' };
  const sha256 = createHash('sha256').update(data).digest('base64');
  const { parts } = await body<{ parts: { url: string; headers: Record<string, string> }[] }>(
    callApi(signDatasetParts, owner, { path, body: { parts: [{ partNumber: 1, sha256 }] } }),
  );
  const put = await fetch(parts[0]!.url, { method: 'PUT', body: data, headers: parts[0]!.headers });
  if (!put.ok) throw new Error(`The part was refused: ${put.status} ${await put.text()}`);
  await body(callApi(completeDatasetUpload, owner, { path, body: {} }));
  const { handler } = await import('../../lambdas/datasets/validate-dataset.lambda.ts');
  const message = { messageId: 'm', body: JSON.stringify({ owner, datasetId, version: 1 }) };
  await handler({
    Records: [{ ...message, attributes: { ApproximateReceiveCount: '1' } }],
  } as unknown as SQSEvent);
  const found = await body<{ version: { status: string } }>(
    callApi(getDataset, owner, { path: { datasetId } }),
  );
  if (found.version.status !== 'ready') throw new Error(`The dataset is ${found.version.status}.`);
  return datasetId;
}

/** A version whose check itself failed, as the validator leaves it. */
async function failedDataset(owner: string): Promise<string> {
  const documents = documentClient();
  const datasetId = await announce(owner, 'A check that failed', 100);
  const Key = coreKeys.datasetVersion(owner, datasetId, 1);
  const { Item } = await documents.send(new GetCommand({ TableName: 'core', Key }));
  const failed = DatasetVersionRecord.parse({
    ...Item,
    status: 'validation-failed',
    reason: 'The check ran out of time.',
    versionIds: { data: 'v1' },
  });
  await documents.send(new PutCommand({ TableName: 'core', Item: { ...Key, ...failed } }));
  return datasetId;
}

const attempt = (at: string) => ({ attempt: 1, submissionId: 's-1', submittedAt: at, startedAt: at });

async function jobOf(owner: string, datasetId: string, as: 'running' | 'failed'): Promise<TrainingJobRecord> {
  const documents = documentClient();
  const created = await body<{ id: string }>(
    callApi(createTrainingJob, owner, {
      body: {
        name: `A job of ${owner}`,
        datasetId,
        datasetVersion: 1,
        baseModel: 'brightrun/tiny-base',
        gpuType: 'cpu-2',
        preset: 'quick',
        capUsdMicros: 500_000,
      },
      idempotencyKey: randomUUID(),
    }),
  );
  const { Item } = await documents.send(
    new GetCommand({ TableName: 'core', Key: coreKeys.job(owner, created.id) }),
  );
  const queued = parseJobRow(Item);
  const at = new Date().toISOString();
  const job = TrainingJobRecord.parse(
    as === 'running'
      ? { ...queued, status: 'running', attempt: 1, startedAt: at, attempts: [attempt(at)] }
      : {
          ...queued,
          status: 'failed',
          endedAt: at,
          attempts: [{ ...attempt(at), endedAt: at, outcome: 'failed' }],
          // So that it can be continued.
          checkpoint: {
            attempt: 1,
            step: 4,
            manifestKey: `models/${owner}/${queued.id}/attempt-1/checkpoints/4/manifest.json`,
            manifestVersionId: 'v1',
            at,
          },
          failure: { code: 'trainer-crashed', title: 'It crashed.', detail: 'It crashed.' },
        },
  );
  await documents.send(new PutCommand({ TableName: 'core', Item: jobRow(job) }));
  return job;
}

/** A first report of the run: progress, a point and a log. */
async function telemetryOf(job: TrainingJobRecord): Promise<void> {
  const at = new Date().toISOString();
  await body(
    callApi(
      reportProgress,
      { owner: job.owner, jobId: job.id, attempt: 1 },
      {
        body: {
          batch: 1,
          phase: 'training',
          step: 3,
          totalSteps: 9,
          epoch: 0.3,
          points: [{ step: 3, epoch: 0.3, at, loss: 2.5 }],
          logTail: `the log of ${job.id}`,
        },
      },
    ),
  );
}

/** What prepare-run freezes, so that the run can be asked for. */
async function specOf(job: TrainingJobRecord, bucket: string): Promise<void> {
  const spec = FrozenRunSpec.parse({
    shape: 1,
    jobId: job.id,
    jobName: job.name,
    baseModel: toPublic(BASE_MODELS[0]!),
    dataset: { format: 'chat', rows: job.dataset.rows, data: job.dataset.data },
    hyperparameters: job.hyperparameters,
    gpuType: job.gpuType,
    gpuCount: job.gpuCount,
    samplePrompts: 3,
    sampleMaxTokens: 32,
    preparedAt: job.createdAt,
  });
  const Key = runSpecKey({ owner: job.owner, jobId: job.id });
  await new S3Client({}).send(new PutObjectCommand({ Bucket: bucket, Key, Body: JSON.stringify(spec) }));
}

/** One of everything, and the ids it has. */
export async function worldOf(owner: string, who: string, modelsBucket: string): Promise<Ids> {
  const documents = documentClient();
  const now = new Date();
  const datasetId = await readyDataset(owner, who);
  const [running, ended] = [
    await jobOf(owner, datasetId, 'running'),
    await jobOf(owner, datasetId, 'failed'),
  ];
  await telemetryOf(running);
  await specOf(running, modelsBucket);
  const records = usageRecords(
    running,
    { attempt: 1, startedAt: now.toISOString() },
    { from: now.toISOString(), to: new Date(now.getTime() + 1000).toISOString() },
  );
  await documents.send(
    new TransactWriteCommand({ TransactItems: costRecordItems('core', records, running) }),
  );
  const jobId = running.id;
  const model = modelRecord(owner, {
    id: `mdl_${ulid()}`,
    name: `Model of ${who}`,
    jobId,
    prefix: `models/${owner}/${jobId}/attempt-1/`,
  });
  await documents.send(new PutCommand({ TableName: 'core', Item: modelRow(model) }));
  const note = notificationOf(
    {
      shape: 1,
      key: `${jobId}:started`,
      owner,
      kind: 'job-started',
      title: `Told to ${who}`,
      body: 'Words',
      target: { noun: 'training-jobs', id: jobId },
      at: now.toISOString(),
    },
    now,
  );
  await dynamoNotificationStore(documents, 'ephemeral').deliver(note, now);
  return {
    datasetId,
    uploadingDatasetId: await announce(owner, `Half of ${who}`, 9_000_000),
    failedDatasetId: await failedDataset(owner),
    jobId,
    endedJobId: ended.id,
    modelId: model.id,
    notificationId: note.id,
  };
}
