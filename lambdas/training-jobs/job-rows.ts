/** How a job and what is told about it lie in the tables: items of a transaction, without a client. */
import type { JobListing, UserListing } from '../../contracts/admin.ts';
import { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import { eventPuts, numberedEvents } from '../metrics/job-events.ts';
import { coreKeys, listKey, type RowKey, unfinishedKey } from '../runtime/dynamo-keys.ts';
import type { TransactWrite } from '../runtime/dynamo.ts';
import { outboxPut, outcomeRecord } from '../runtime/outbox.ts';
import type { JobChange } from './training-job.ts';

export interface JobTables {
  core: string;
  telemetry: string;
}

/**
 * The row: with the list index always, with the index of unfinished work until everything is cleaned up. Every sweep
 * looks at every unfinished job, the longest unmoved first: with a pause after a move, a trainer that kept a checkpoint
 * a minute hid from the sweeper that nobody worked on its job. What runs costs a sweep one free `DescribeExecution`.
 */
export function jobRow(job: TrainingJobRecord): Record<string, unknown> {
  return {
    ...coreKeys.job(job.owner, job.id),
    ...listKey(job.owner, 'JOB', job.createdAt, job.id),
    ...(job.cleanedUpAt ? {} : unfinishedKey(job.id, job.updatedAt)),
    ...job,
  };
}

/** A stored row as a record; keys and index attributes fall away. */
export const parseJobRow = (row: unknown): TrainingJobRecord => TrainingJobRecord.parse(row);

/** A job's first revision, only where there is none. */
export const firstJobPut = (tables: JobTables, job: TrainingJobRecord): TransactWrite => ({
  Put: {
    TableName: tables.core,
    Item: jobRow(job),
    ConditionExpression: 'attribute_not_exists(pk)',
  },
});

/** What makes a job and its owner known to lists of all (contracts/admin.ts); the same person again is the same row. */
export const listingPuts = (tables: JobTables, job: TrainingJobRecord): TransactWrite[] => {
  const listings: [RowKey, JobListing | UserListing][] = [
    [coreKeys.jobListing(job.createdAt, job.id), { shape: 1, owner: job.owner, jobId: job.id }],
    [coreKeys.userListing(job.owner), { shape: 1, owner: job.owner }],
  ];
  return listings.map(([key, listing]) => ({
    Put: { TableName: tables.core, Item: { ...key, ...listing } },
  }));
};

/** The next revision in place of exactly the one before it. */
export const nextJobPut = (tables: JobTables, job: TrainingJobRecord): TransactWrite => ({
  Put: {
    TableName: tables.core,
    Item: jobRow(job),
    ConditionExpression: 'revision = :before',
    ExpressionAttributeValues: { ':before': job.revision - 1 },
  },
});

/** What is told about a change: its events, and one outbox row an outcome. */
export function tellingPuts(tables: JobTables, change: JobChange, now: Date): TransactWrite[] {
  const of = { owner: change.job.owner, jobId: change.job.id };
  return [
    ...eventPuts(tables.telemetry, numberedEvents(of, change.events, 'job', now)),
    ...change.outcomes.map((outcome) => outboxPut(tables.core, outcomeRecord(outcome))),
  ];
}
