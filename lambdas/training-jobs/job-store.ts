/** What keeps jobs. Stores compose keys from the owner they are given; no method takes a raw key (I5). */
import type { JobWithProgress, TrainingJobRecord } from '../../contracts/training-jobs.ts';
import type * as z from 'zod';
import type { Idempotency } from '../runtime/idempotency.ts';
import type { JobChange } from './training-job.ts';

export interface NewJob {
  change: JobChange;
  /** Micros a month: the user's own limit and the platform's. */
  limits: { user: number; platform: number };
}

interface JobPageQuery {
  owner: string;
  status: 'live' | 'ended' | 'all';
  limit: number;
  cursor?: string | undefined;
}

export interface JobStore {
  /** Read after every write that was answered. */
  get(owner: string, jobId: string): Promise<TrainingJobRecord | undefined>;
  /**
   * Writes the next revision with its events and outcomes, all or nothing. Throws `job-changed` when the stored
   * revision is not the one before; a repeat of a write whose answer was lost is no error.
   */
  replace(change: JobChange, now: Date): Promise<void>;
}

export interface JobApiStore extends JobStore {
  /**
   * Job, idempotency row, hold and the order to start, all or nothing; for a repeated request the job of the first,
   * without asking `decide` again. Throws what `decide` throws, `budget-exceeded`, `platform-budget-exceeded`,
   * `idempotency-key-reused` or `request-in-progress`.
   */
  create(
    idempotency: Idempotency,
    jobId: string,
    decide: () => Promise<NewJob>,
    now: Date,
  ): Promise<TrainingJobRecord>;
  /** With what its trainer said last. */
  withProgress(job: TrainingJobRecord, now: Date): Promise<z.input<typeof JobWithProgress>>;
  /** Newest first, each with what its trainer said last. Throws `invalid-request` for a foreign cursor. */
  list(
    query: JobPageQuery,
    now: Date,
  ): Promise<{ items: z.input<typeof JobWithProgress>[]; nextCursor?: string }>;
}
