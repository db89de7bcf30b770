import { ulid } from 'ulid';
import * as z from 'zod';
import { ProblemError } from '../../contracts/problems.ts';
import {
  cancelTrainingJob,
  continueTrainingJob,
  createTrainingJob,
  getTrainingJob,
  listTrainingJobs,
  retryTrainingJob,
  trainingJobOperations,
} from '../../contracts/training-jobs.ts';
import { monthlyLimit } from '../account/settings.ts';
import { stageCatalog } from '../catalog/stage-catalog.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { commaList } from '../runtime/environment.ts';
import type { Idempotency } from '../runtime/idempotency.ts';
import { serve } from '../runtime/serve.ts';
import { changeJob } from './change-job.ts';
import { decideCreation, type NextWish, wishOfContinuation, wishOfRetry } from './creation.ts';
import { dynamoJobInputs } from './dynamo-job-inputs.ts';
import { dynamoJobApiStore } from './dynamo-job-store.ts';
import { decideCancellation } from './training-job.ts';

export const environment = z.object({
  CORE_TABLE: z.string(),
  TELEMETRY_TABLE: z.string(),
  EPHEMERAL_TABLE: z.string(),
  GPU_TYPES: commaList,
  BASE_MODELS: commaList,
  DEFAULT_MONTHLY_BUDGET_USD_MICROS: z.coerce.number().int().positive(),
  PLATFORM_MONTHLY_BUDGET_USD_MICROS: z.coerce.number().int().positive(),
});

export const handler = serve(trainingJobOperations, environment, (env) => {
  const documents = documentClient();
  const jobs = dynamoJobApiStore(documents, {
    core: env.CORE_TABLE,
    telemetry: env.TELEMETRY_TABLE,
    ephemeral: env.EPHEMERAL_TABLE,
  });
  const inputs = dynamoJobInputs(documents, env.CORE_TABLE);
  const catalog = stageCatalog(env);

  const existing = async (owner: string, jobId: string) => {
    const job = await jobs.get(owner, jobId);
    if (!job) throw new ProblemError('not-found');
    return job;
  };
  /** `wishOf` is asked for a new request only: a repeated one gets its answer whatever has become of the earlier job. */
  const create = (
    owner: string,
    idempotency: Idempotency,
    wishOf: () => Promise<NextWish> | NextWish,
    now: Date,
  ) => {
    const id = `job_${ulid(now.getTime())}`;
    const decide = async () => {
      const next = await wishOf();
      const { wish } = next;
      const { family } = catalog.baseModel(wish.baseModel);
      const [found, settings, platform, paces] = await Promise.all([
        inputs.datasetVersion(owner, wish.datasetId, wish.datasetVersion),
        inputs.settings(owner),
        inputs.platformBudget(),
        inputs.paces(family, catalog.gpuType(wish.gpuType).id),
      ]);
      return {
        change: decideCreation({ ...next, id, owner, found, settings, catalog, paces }, now),
        limits: {
          user: monthlyLimit(settings, env.DEFAULT_MONTHLY_BUDGET_USD_MICROS),
          platform: platform ?? env.PLATFORM_MONTHLY_BUDGET_USD_MICROS,
        },
      };
    };
    return jobs.create(idempotency, id, decide, now);
  };
  return {
    [createTrainingJob.id]: ({ owner, body, idempotency, now }) =>
      create(owner, idempotency, () => ({ wish: body }), now()),
    [listTrainingJobs.id]: ({ owner, query, now }) => jobs.list({ owner, ...query }, now()),
    [getTrainingJob.id]: async ({ owner, path, now }) =>
      jobs.withProgress(await existing(owner, path.jobId), now()),
    [cancelTrainingJob.id]: ({ owner, path, body, now }) =>
      changeJob(jobs, owner, path.jobId, (job) => decideCancellation(job, body.keepModel, now()), now()),
    [retryTrainingJob.id]: ({ owner, path, body, idempotency, now }) => {
      const wish = async () => wishOfRetry(await existing(owner, path.jobId), body, now());
      return create(owner, idempotency, wish, now());
    },
    [continueTrainingJob.id]: ({ owner, path, body, idempotency, now }) => {
      const wish = async () => wishOfContinuation(await existing(owner, path.jobId), body, now());
      return create(owner, idempotency, wish, now());
    },
  };
});
