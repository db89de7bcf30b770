import { isDeepStrictEqual } from 'node:util';
import { BatchGetCommand, GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { Progress } from '../../contracts/progress.ts';
import { ProblemError } from '../../contracts/problems.ts';
import { isTerminal, type TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { HOLD_PROBLEMS, holdItems, holdRefusal } from '../costs/ledger-items.ts';
import { createOnce } from '../runtime/dynamo-idempotency.ts';
import { coreKeys, telemetryKeys } from '../runtime/dynamo-keys.ts';
import { queryList } from '../runtime/dynamo-list.ts';
import { type Documents, failedConditions, throughConflicts, type TransactWrite } from '../runtime/dynamo.ts';
import { outboxPut } from '../runtime/outbox.ts';
import {
  firstJobPut,
  type JobTables,
  listingPuts,
  nextJobPut,
  parseJobRow,
  tellingPuts,
} from './job-rows.ts';
import type { JobApiStore, JobStore, NewJob } from './job-store.ts';
import type { JobChange } from './training-job.ts';

/** Which problem each of the first items of a creation stands for: the two holds, then the dataset. */
const REFUSALS = [...HOLD_PROBLEMS, 'dataset-not-ready'] as const;

/** A dataset that is archived or deleted between the look at it and the job's transaction gets no job. */
const stillActive = (core: string, job: TrainingJobRecord): TransactWrite => ({
  ConditionCheck: {
    TableName: core,
    Key: coreKeys.dataset(job.owner, job.dataset.id),
    ConditionExpression: '#status = :active',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':active': 'active' },
  },
});

/** The newest job as it is stored, or nothing; another owner's id is nothing too. */
async function readJob(documents: Documents, core: string, owner: string, jobId: string) {
  const { Item } = await documents.send(
    new GetCommand({ TableName: core, Key: coreKeys.job(owner, jobId), ConsistentRead: true }),
  );
  return Item && parseJobRow(Item);
}

/**
 * Writes a job's next revision together with `more`. Throws `job-changed` when somebody else moved first. A write
 * that succeeded but whose answer was lost (fault 21) is recognised by what stands there.
 */
export async function writeNextJob(
  documents: Documents,
  tables: JobTables,
  change: JobChange,
  now: Date,
  more: readonly TransactWrite[] = [],
): Promise<void> {
  const items = [nextJobPut(tables, change.job), ...tellingPuts(tables, change, now), ...more];
  try {
    await throughConflicts(() => documents.send(new TransactWriteCommand({ TransactItems: items })));
  } catch (error) {
    if (failedConditions(error).length === 0) throw error;
    const stored = await readJob(documents, tables.core, change.job.owner, change.job.id);
    if (isDeepStrictEqual(stored, parseJobRow(change.job))) return;
    throw new ProblemError('job-changed');
  }
}

/** The part of the store that everybody who moves a job needs. */
export function dynamoJobStore(documents: Documents, tables: JobTables): JobStore {
  return {
    get: (owner, jobId) => readJob(documents, tables.core, owner, jobId),
    replace: (change, now) => writeNextJob(documents, tables, change, now),
  };
}

/** LIVE rows of a page's jobs, their progress alone: the tail and log beside it are twenty times as large. */
const LiveProgress = z.object({ jobId: z.string(), progress: Progress, expiresAt: z.int() });

async function progressOf(
  documents: Documents,
  telemetry: string,
  jobs: readonly TrainingJobRecord[],
  now: Date,
): Promise<Map<string, z.infer<typeof Progress>>> {
  const found = new Map<string, z.infer<typeof Progress>>();
  let keys = jobs.map((job) => telemetryKeys.live(job.owner, job.id));
  // Three rounds: what DynamoDB leaves unprocessed is asked again; a progress that is still missing is only not shown.
  for (let round = 0; round < 3 && keys.length > 0; round += 1) {
    const answer = await documents.send(
      new BatchGetCommand({
        RequestItems: {
          [telemetry]: { Keys: keys, ProjectionExpression: 'jobId, progress, expiresAt' },
        },
      }),
    );
    for (const row of answer.Responses?.[telemetry] ?? []) {
      const live = LiveProgress.parse(row);
      if (live.expiresAt > now.getTime() / 1000) found.set(live.jobId, live.progress);
    }
    keys = (answer.UnprocessedKeys?.[telemetry]?.Keys ?? []) as typeof keys;
  }
  return found;
}

/** Everything the API does with jobs. */
export function dynamoJobApiStore(
  documents: Documents,
  tables: JobTables & { ephemeral: string },
): JobApiStore {
  async function write({ change, limits }: NewJob, put: TransactWrite, now: Date) {
    const { job } = change;
    const hold = { owner: job.owner, month: job.hold.month, usdMicros: job.hold.usdMicros };
    const refusal = holdRefusal(hold.usdMicros, limits);
    if (refusal) throw new ProblemError(refusal);
    const items = [
      ...holdItems(tables.core, hold, limits),
      stillActive(tables.core, job),
      put,
      firstJobPut(tables, job),
      outboxPut(tables.core, {
        shape: 1,
        id: `${job.id}:start`,
        kind: 'start-training-workflow',
        owner: job.owner,
        jobId: job.id,
        createdAt: job.createdAt,
      }),
      ...listingPuts(tables, job),
      ...tellingPuts(tables, change, now),
    ];
    try {
      await documents.send(new TransactWriteCommand({ TransactItems: items }));
    } catch (error) {
      // What can refuse a job stands first; what failed after it (a repeated key) is for `createOnce` to tell.
      const refused = failedConditions(error).find((place) => place < REFUSALS.length);
      const problem = refused === undefined ? undefined : REFUSALS[refused];
      throw problem ? new ProblemError(problem) : error;
    }
    return job;
  }
  return {
    ...dynamoJobStore(documents, tables),
    create: (idempotency, jobId, decide, now) =>
      createOnce(
        documents,
        tables.ephemeral,
        { idempotency, createdId: jobId, now },
        {
          create: async (put) => write(await decide(), put, now),
          replay: async (earlierId) => {
            const stored = await readJob(documents, tables.core, idempotency.owner, earlierId);
            if (!stored) throw new ProblemError('not-found');
            return stored;
          },
        },
      ),
    async withProgress(job, now) {
      const progress = await progressOf(documents, tables.telemetry, [job], now);
      return { job, progress: progress.get(job.id) ?? null };
    },
    async list({ owner, status, limit, cursor }, now) {
      const page = await queryList<TrainingJobRecord>(documents, tables.core, {
        owner,
        list: 'JOB',
        limit,
        cursor,
        parse: parseJobRow,
        keep: status === 'all' ? undefined : (job) => isTerminal(job.status) === (status === 'ended'),
      });
      const progress = await progressOf(documents, tables.telemetry, page.items, now);
      return { ...page, items: page.items.map((job) => ({ job, progress: progress.get(job.id) ?? null })) };
    },
  };
}
