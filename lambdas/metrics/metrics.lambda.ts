import { S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { LIMITS } from '../../contracts/limits.ts';
import {
  getJobLive,
  getJobLogs,
  listJobEvents,
  listMetrics,
  metricOperations,
} from '../../contracts/metrics.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { documentClient } from '../runtime/dynamo.ts';
import { entityTag, replyUnlessKnown } from '../runtime/reply.ts';
import { serve } from '../runtime/serve.ts';
import { dynamoJobStore } from '../training-jobs/dynamo-job-store.ts';
import { attemptNumber } from '../training-jobs/training-job.ts';
import { dynamoTelemetryStore } from './dynamo-telemetry-store.ts';
import { decideWatch, pointsOf, snapshotOf } from './job-live.ts';
import { s3TelemetryArchive } from './s3-telemetry-archive.ts';
import { thin } from './thinning.ts';

export const environment = z.object({
  CORE_TABLE: z.string(),
  TELEMETRY_TABLE: z.string(),
  MODELS_BUCKET: z.string(),
});

/** Three chunks and the tail are the 300 points and more that a snapshot carries; a page shows so many events at once. */
const SNAPSHOT = { chunks: 3, events: 20 };

export const handler = serve(metricOperations, environment, (env) => {
  const documents = documentClient();
  const jobs = dynamoJobStore(documents, { core: env.CORE_TABLE, telemetry: env.TELEMETRY_TABLE });
  const telemetry = dynamoTelemetryStore(documents, env.TELEMETRY_TABLE);
  const archive = s3TelemetryArchive(new S3Client({}), env.MODELS_BUCKET);
  const existing = async (owner: string, jobId: string) => {
    const job = await jobs.get(owner, jobId);
    if (!job) throw new ProblemError('not-found');
    return job;
  };

  return {
    [listMetrics.id]: async ({ owner, path: { jobId }, query, now }) => {
      const [job, chunks, { live }] = await Promise.all([
        existing(owner, jobId),
        telemetry.newestChunks(owner, jobId, now()),
        telemetry.liveAndWatch(owner, jobId, now()),
      ]);
      const kept = pointsOf(chunks, live);
      const all = kept.length === 0 && job.cleanedUpAt ? ((await archive.metrics(owner, jobId)) ?? []) : kept;
      return { points: thin(all, query.points), measured: all.length };
    },
    [listJobEvents.id]: async ({ owner, path: { jobId }, query, now }) => {
      const [job, page] = await Promise.all([
        existing(owner, jobId),
        telemetry.events(owner, jobId, query, now()),
      ]);
      if (page.items.length > 0 || query.cursor !== undefined || !job.cleanedUpAt) return page;
      return { items: ((await archive.events(owner, jobId)) ?? []).slice(0, query.limit) };
    },
    [getJobLive.id]: async ({ owner, path: { jobId }, now, header }) => {
      const at = now();
      const [job, { live, watchedUntil }, chunks, events] = await Promise.all([
        existing(owner, jobId),
        telemetry.liveAndWatch(owner, jobId, at),
        telemetry.newestChunks(owner, jobId, at, SNAPSHOT.chunks),
        telemetry.events(owner, jobId, { limit: SNAPSHOT.events }, at),
      ]);
      const until = job.cleanedUpAt ? undefined : decideWatch(watchedUntil, at);
      if (until) await telemetry.markWatched(owner, jobId, until);
      const snapshot = snapshotOf({ job, live, chunks, events: events.items });
      return replyUnlessKnown(header('if-none-match'), entityTag(snapshot), () => ({
        ...snapshot,
        at: at.toISOString(),
      }));
    },
    [getJobLogs.id]: async ({ owner, path: { jobId }, now }) => {
      const job = await existing(owner, jobId);
      const archived = job.cleanedUpAt ? await archive.log(owner, jobId, LIMITS.logBytes) : undefined;
      if (archived) return { ...archived, attempt: attemptNumber(job) };
      const { live } = await telemetry.liveAndWatch(owner, jobId, now());
      if (!live?.logTail) throw new ProblemError('logs-unavailable');
      return { text: live.logTail, truncated: true, attempt: live.attempt };
    },
  };
});
