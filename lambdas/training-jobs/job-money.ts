/** Writes of a job whose sums or model must move with it, in one transaction each. All throw `job-changed`. */
import type { ModelRecord } from '../../contracts/models.ts';
import type { TrainingJobRecord } from '../../contracts/training-jobs.ts';
import type { Billing } from './billing.ts';
import type { JobChange } from './training-job.ts';

export interface JobMoney {
  /** `before` is the job that `billing` was decided on. */
  bill(before: TrainingJobRecord, billing: Billing, now: Date): Promise<void>;
  /** Gives back what is left of the hold. */
  release(change: JobChange, now: Date): Promise<void>;
  /** The job's success and its model, both or neither (I7). */
  publish(change: JobChange, model: ModelRecord, now: Date): Promise<void>;
}
