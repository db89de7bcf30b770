import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import {
  claimRun,
  completeRun,
  completeRunUpload,
  getCurrentRun,
  registerCheckpoint,
  reportProgress,
  runOperations,
  signRunParts,
  startRunUpload,
} from '../../contracts/runs.ts';
import { dynamoProgressStore } from '../metrics/dynamo-progress-store.ts';
import { dynamoTelemetryStore } from '../metrics/dynamo-telemetry-store.ts';
import type { RunCaller } from '../runtime/caller.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { multipartUploads, signingClient } from '../runtime/s3-multipart.ts';
import { serve } from '../runtime/serve.ts';
import { changeJob } from '../training-jobs/change-job.ts';
import { dynamoJobStore } from '../training-jobs/dynamo-job-store.ts';
import type { JobChange, LiveJob } from '../training-jobs/training-job.ts';
import { wholeCheckpoint } from './checkpoints.ts';
import { currentRun } from './current-run.ts';
import { recordProgress } from './record-progress.ts';
import {
  decideCheckpoint,
  decideClaim,
  decideCompletion,
  decideInstruction,
  liveJobOf,
} from './run-calls.ts';
import { runKey } from './run-keys.ts';
import { runToken } from './run-token.ts';
import { completeUpload, startUpload } from './run-uploads.ts';
import { s3RunFiles } from './s3-run-files.ts';
import { secretsSigningKeys } from './secrets-signing-keys.ts';

export const environment = z.object({
  CORE_TABLE: z.string(),
  TELEMETRY_TABLE: z.string(),
  DATASETS_BUCKET: z.string(),
  MODELS_BUCKET: z.string(),
  RUN_TOKEN_SECRET_ARN: z.string(),
  /** Between two reports while nobody watches: 30–60 s are what telemetry may cost (design.md §7). */
  REPORT_SECONDS: z.coerce.number().positive().default(30),
});

export const handler = serve(runOperations, environment, (env) => {
  const documents = documentClient();
  const tables = { core: env.CORE_TABLE, telemetry: env.TELEMETRY_TABLE };
  const jobs = dynamoJobStore(documents, tables);
  const telemetry = dynamoTelemetryStore(documents, env.TELEMETRY_TABLE);
  const progress = dynamoProgressStore(documents, tables);
  const s3 = signingClient();
  const uploads = multipartUploads(s3, env.MODELS_BUCKET);
  const files = s3RunFiles(s3, { datasets: env.DATASETS_BUCKET, models: env.MODELS_BUCKET });
  const keys = secretsSigningKeys(new SecretsManagerClient({}), env.RUN_TOKEN_SECRET_ARN);

  const live = async (run: RunCaller) => liveJobOf(await jobs.get(run.owner, run.jobId), run);
  const change = (run: RunCaller, decide: (job: LiveJob) => JobChange, now: Date) =>
    changeJob(jobs, run.owner, run.jobId, (job) => decide(liveJobOf(job, run)), now);

  return {
    [claimRun.id]: async ({ run, body, now }) => {
      await change(run, (job) => decideClaim(job, body.nonce, now()), now());
      return { ...runToken(await keys.current(), run, now()), attempt: run.attempt };
    },
    [getCurrentRun.id]: async ({ run, now }) => currentRun(await live(run), files, now()),
    [reportProgress.id]: async ({ run, body, now }) => {
      const job = await live(run);
      const pause = await recordProgress(telemetry, progress, job, body, env.REPORT_SECONDS, now());
      return {
        ...runToken(await keys.current(), run, now()),
        ...decideInstruction(job, pause, now(), body.landingSeconds),
      };
    },
    [startRunUpload.id]: async ({ run, body }) => {
      await live(run);
      return startUpload(uploads, run, body);
    },
    [signRunParts.id]: async ({ run, body, now }) => {
      await live(run);
      return { parts: await uploads.sign(runKey(run, body.path), body.uploadId, body.parts, now()) };
    },
    [completeRunUpload.id]: async ({ run, body }) => {
      await live(run);
      return completeUpload(uploads, run, body);
    },
    [registerCheckpoint.id]: async ({ run, body, now }) => {
      await live(run);
      const manifest = await wholeCheckpoint(files, run, body);
      const checkpoint = { manifest, manifestVersionId: body.manifestVersionId };
      await change(run, (job) => decideCheckpoint(job, checkpoint, now()), now());
      return { step: body.step };
    },
    [completeRun.id]: async ({ run, body, now }) => {
      await change(run, (job) => decideCompletion(job, body, now()), now());
      return { accepted: true as const };
    },
  };
});
